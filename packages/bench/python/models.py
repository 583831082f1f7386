"""Models in plain JAX, on parameters in the order of the leaves of Flax's trees: gradient and Adam step of a perceptron, a gradient map, layers, many parameters."""

import functools

import jax
import jax.numpy as jnp
import optax

import mlp


def dense(x, bias, kernel):
  return x @ kernel + bias


def pairs(parameters):
  """[(bias, kernel), ...] of consecutive leaves."""
  return list(zip(parameters[::2], parameters[1::2]))


def potential(parameters, x):
  """leaky_relu layers, a last one, and |x|^2 / 2. x: (batch, dimension); result: (batch)."""
  *hidden, last = pairs(parameters)
  y = x
  for bias, kernel in hidden:
    y = jax.nn.leaky_relu(dense(y, bias, kernel))
  return dense(y, *last).squeeze(-1) + 0.5 * jnp.sum(x * x, -1)


def potential_gradient(parameters, x):
  return jax.grad(lambda points: jnp.sum(potential(parameters, points)))(x)


def masked_convolution(parameters, x):
  """A causal convolution along (batch, sites, features)."""
  bias, kernel = parameters
  y = jax.lax.conv_general_dilated(x, kernel, (1,), [(kernel.shape[0] - 1, 0)], dimension_numbers=("NWC", "WIO", "NWC"))
  return y + bias


def layer_norm(x, bias, scale):
  mean = jnp.mean(x, -1, keepdims=True)
  variance = jnp.maximum(jnp.mean(x * x, -1, keepdims=True) - mean * mean, 0)
  return (x - mean) * (jax.lax.rsqrt(variance + 1e-6) * scale) + bias


def transformer(parameters, x):
  (d0, d1, n0, n1, key, out, query, value) = pairs(parameters)
  y = layer_norm(x, *n0)
  q, k, v = (jnp.einsum("btc,chd->bthd", y, kernel) + bias for bias, kernel in (query, key, value))
  weights = jax.nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q / q.shape[-1] ** 0.5, k))
  attended = jnp.einsum("bqhd,hdc->bqc", jnp.einsum("bhqk,bkhd->bqhd", weights, v), out[1]) + out[0]
  x = x + attended
  return x + dense(jax.nn.gelu(dense(layer_norm(x, *n1), *d0), approximate=False), *d1)


def convolution(variables, x):
  statistics, rest = pairs(variables[:4]), pairs(variables[4:])
  norms, convolutions, last = rest[:2], rest[2:4], rest[4]
  for (mean, variance), (bias, scale), (offset, kernel) in zip(statistics, norms, convolutions):
    x = jax.lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + offset
    x = jax.nn.relu((x - mean) * (jax.lax.rsqrt(variance + 1e-5) * scale) + bias)
    x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
  return dense(x.reshape(x.shape[0], -1), *last)


forward = {
  "potentialGradient": jax.jit(potential_gradient),
  "maskedConvolution": jax.jit(masked_convolution),
  "transformer": jax.jit(transformer),
  "convolution": jax.jit(convolution),
}


@jax.jit
def mlp_gradient(layers, x, labels):
  return jax.value_and_grad(mlp.loss)(layers, x, labels)


adam = optax.adam(1e-3)


@functools.partial(jax.jit, donate_argnums=(0, 1))
def adam_step(layers, state, x, labels):
  value, gradient = jax.value_and_grad(mlp.loss)(layers, x, labels)
  updates, state = adam.update(gradient, state)
  return optax.apply_updates(layers, updates), state, value


@jax.jit
def many_parameters(parameters, x):
  """Every parameter moves towards x; the sum of the first ones."""
  new = [parameter * 0.5 + x for parameter in parameters]
  return new, sum(jnp.sum(parameter) for parameter in new[:2])
