"""The neural-dual training step in JAX, with the same layout of parameters and batches as the hand-written ONNX graph."""

import functools

import jax
import jax.numpy as jnp
import optax


def potential(net, x):
  """Three hidden softplus layers, a linear one and |x|^2 / 2. x: (batch, dimension); result: (batch,)."""
  z = x
  for kernel, bias in net["hidden"]:
    z = jax.nn.softplus(z @ kernel + bias)
  return z @ net["kernel"] + net["bias"] + 0.5 * jnp.sum(x * x, axis=-1)


def gradient_map(net, x):
  """The gradient of the potential at each sample. x: (batch, dimension); result: (batch, dimension)."""
  return jax.grad(lambda points: jnp.sum(potential(net, points)))(x)


def conjugate(net, start, y, low, high, steps):
  """x with gradient_map(net, x) = y, by gradient steps of Barzilai-Borwein size, from `start`."""
  x, slope = start, gradient_map(net, start) - y
  size = 0.3
  for index in range(steps):
    moved_to = jnp.clip(x - size * slope, low, high)
    if index + 1 == steps:
      return moved_to
    new_slope = gradient_map(net, moved_to) - y
    moved = moved_to - x
    squared = jnp.sum(moved * moved, axis=1, keepdims=True)
    curvature = jnp.sum(moved * (new_slope - slope), axis=1, keepdims=True)
    size = jnp.clip(squared / jnp.maximum(curvature, 1e-12), 0.05, 2.0)
    x, slope = moved_to, new_slope
  return x


def losses(nets, x, y, low, high, steps):
  """loss_f + loss_g (their gradients touch disjoint parameters) and both losses."""
  start = gradient_map(nets["g"], y)
  solution = jax.lax.stop_gradient(conjugate(nets["f"], start, y, low, high, steps))
  loss_f = jnp.mean(potential(nets["f"], x)) + jnp.mean(jnp.sum(solution * y, axis=1) - potential(nets["f"], solution))
  loss_g = jnp.mean(jnp.sum(jnp.square(start - solution), axis=1))
  return loss_f + loss_g, (loss_f, loss_g)


def optimizer(train_steps):
  return optax.adam(optax.cosine_decay_schedule(1e-3, train_steps, alpha=0.01), b1=0.5, b2=0.9)


@functools.partial(jax.jit, static_argnames=("steps", "train_steps"), donate_argnums=(0, 1))
def train_step(nets, state, x, y, low, high, steps, train_steps):
  """One step of both networks: the new networks, the new optimizer state and the two losses."""
  gradients, values = jax.grad(losses, has_aux=True)(nets, x, y, low, high, steps)
  updates, state = optimizer(train_steps).update(gradients, state)
  return optax.apply_updates(nets, updates), state, values


def unpack(matrix, dimension, width):
  """The networks f and g from the packed rows that the hand-written graph uses."""
  rows = dimension + 1 + 2 * (width + 1) + 1

  def network(part):
    hidden, at = [], 0
    for size in (dimension, width, width):
      hidden.append((part[at : at + size], part[at + size]))
      at += size + 1
    return {"hidden": hidden, "kernel": part[at], "bias": jnp.zeros(())}

  return {"f": network(matrix[:rows]), "g": network(matrix[rows:])}
