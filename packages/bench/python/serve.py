"""Runs the benchmark's work in JAX for the Node process that started it.

Reads one JSON request a line from standard input and answers each by one JSON line:

  {"prepare": name, "work": kind, "folder": path, "options": {...}} -> {"ready": true}
  {"first": name} -> {"milliseconds": t, "result": [...]}
  {"block": name, "calls": n} -> {"milliseconds": [of each call]}

`first` is the time from the first call to its result, compilation included. A result is a few numbers that all contestants
must agree on. Arrays are raw little-endian files in `folder`.
"""

import json
import pathlib
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

import mlp
import models
import neural_dual


def read(folder, name, shape, dtype=np.float32):
  return jnp.asarray(np.fromfile(pathlib.Path(folder) / f"{name}.bin", dtype=dtype).reshape(shape))


def layers(folder, widths):
  return [
    (read(folder, f"kernel_{index}", pair), read(folder, f"bias_{index}", (pair[1],)))
    for index, pair in enumerate(zip(widths, widths[1:]))
  ]


def mlp_forward(folder, options):
  widths, batch = options["widths"], options["batch"]
  parameters, x = layers(folder, widths), read(folder, "x", (batch, widths[0]))
  return lambda: mlp.forward(parameters, x), lambda output: output[0]


def mlp_sgd(folder, options):
  widths, batch, steps = options["widths"], options["batch"], options["steps"]
  lead = (batch,) if steps == 1 else (steps, batch)
  step = mlp.sgd_step if steps == 1 else mlp.sgd_scan
  x, labels = read(folder, "x", (*lead, widths[0])), read(folder, "labels", lead, np.int32)
  state = [layers(folder, widths)]

  def call():
    state[0], losses = step(state[0], x, labels, options["learningRate"])
    return state[0], losses

  return call, lambda output: jnp.ravel(output[1])


def neural_dual_step(folder, options):
  dimension, width, batch = options["dimension"], options["width"], options["batch"]
  rows = 2 * (dimension + 1 + 2 * (width + 1) + 1)
  networks = neural_dual.unpack(read(folder, "parameters", (rows, width)), dimension, width)
  x, y = (read(folder, name, (batch, dimension)) for name in "xy")
  state = [networks, neural_dual.optimizer(options["trainSteps"]).init(networks)]

  def call():
    state[0], state[1], losses = neural_dual.train_step(
      state[0], state[1], x, y, options["low"], options["high"], options["conjugateSteps"], options["trainSteps"]
    )
    return state[0], losses

  return call, lambda output: jnp.stack(output[1])


def labelled(folder, options):
  widths, batch = options["widths"], options["batch"]
  return layers(folder, widths), read(folder, "x", (batch, widths[0])), read(folder, "labels", (batch,), np.int32)


def mlp_gradient(folder, options):
  parameters, x, labels = labelled(folder, options)
  return lambda: models.mlp_gradient(parameters, x, labels), lambda output: jnp.stack([output[0]])


def mlp_adam(folder, options):
  parameters, x, labels = labelled(folder, options)
  state = [parameters, models.adam.init(parameters)]

  def call():
    state[0], state[1], value = models.adam_step(state[0], state[1], x, labels)
    return state[0], value

  return call, lambda output: jnp.stack([output[1]])


def model(name):
  """A model on the arrays p0, p1, ... of `options["shapes"]` and on x; float64 where `options["bits"]` is 64."""

  def prepare(folder, options):
    dtype = np.float64 if options["bits"] == 64 else np.float32
    jax.config.update("jax_enable_x64", options["bits"] == 64)
    parameters = [read(folder, f"p{index}", shape, dtype) for index, shape in enumerate(options["shapes"])]
    x = read(folder, "x", options["shape"], dtype)

    def call():
      # The setting is the process's, and other work may have run since.
      jax.config.update("jax_enable_x64", options["bits"] == 64)
      return models.forward[name](parameters, x)

    return call, lambda output: jnp.ravel(output)[: options["compared"]]

  return prepare


def many_parameters(folder, options):
  state = [[read(folder, f"p{index}", shape) for index, shape in enumerate(options["shapes"])]]
  x = read(folder, "x", options["shape"])

  def call():
    state[0], total = models.many_parameters(state[0], x)
    return state[0], total

  return call, lambda output: jnp.stack([output[1]])


WORK = {
  "mlpForward": mlp_forward,
  "mlpSgd": mlp_sgd,
  "neuralDual": neural_dual_step,
  "mlpGradient": mlp_gradient,
  "mlpAdam": mlp_adam,
  "manyParameters": many_parameters,
  **{name: model(name) for name in models.forward},
}


def timed(call):
  start = time.perf_counter()
  output = jax.block_until_ready(call())
  return 1e3 * (time.perf_counter() - start), output


def answer(request, prepared):
  if "prepare" in request:
    prepared[request["prepare"]] = WORK[request["work"]](request["folder"], request["options"])
    return {"ready": True}
  if "first" in request:
    call, summary = prepared[request["first"]]
    milliseconds, output = timed(call)
    return {"milliseconds": milliseconds, "result": np.asarray(summary(output)).tolist()}
  call, _ = prepared[request["block"]]
  return {"milliseconds": [timed(call)[0] for _ in range(request["calls"])]}


def main():
  prepared = {}
  for line in sys.stdin:
    print(json.dumps(answer(json.loads(line), prepared)), flush=True)


main()
