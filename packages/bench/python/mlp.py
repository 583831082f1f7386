"""A multilayer perceptron with relu in JAX: forward pass, one step of gradient descent, and a scan of steps."""

import functools

import jax
import jax.numpy as jnp


def logits(layers, x):
  """layers: list of (kernel (in, out), bias (out)); x: (batch, in); result: (batch, out)."""
  for index, (kernel, bias) in enumerate(layers):
    x = x @ kernel + bias
    if index + 1 < len(layers):
      x = jax.nn.relu(x)
  return x


forward = jax.jit(logits)


def loss(layers, x, labels):
  """The mean cross-entropy. labels: (batch) integers."""
  log_probabilities = jax.nn.log_softmax(logits(layers, x))
  return -jnp.mean(jnp.take_along_axis(log_probabilities, labels[:, None], axis=1))


def descend(layers, x, labels, learning_rate):
  value, gradients = jax.value_and_grad(loss)(layers, x, labels)
  return jax.tree.map(lambda parameter, gradient: parameter - learning_rate * gradient, layers, gradients), value


sgd_step = functools.partial(jax.jit, static_argnames="learning_rate", donate_argnums=0)(descend)


@functools.partial(jax.jit, static_argnames="learning_rate", donate_argnums=0)
def sgd_scan(layers, xs, labels, learning_rate):
  """xs: (steps, batch, in), labels: (steps, batch); the new layers and the losses (steps)."""
  return jax.lax.scan(lambda state, sample: descend(state, *sample, learning_rate), layers, (xs, labels))
