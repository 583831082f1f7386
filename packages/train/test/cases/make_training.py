"""Writes training.json: a small network of Flax trained by Optax, with dropout, running statistics and a shuffled, uneven last batch.

    python make_training.py training.json        (jax 0.10.2, flax 0.12.8, optax; any device)
"""
import json
import sys

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

COUNT, SIZE, EPOCHS = 16, 6, 2


class Classifier(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        # No bias: normalisation takes it out again, so that its gradient is rounding, of which Adam makes whole steps.
        h = nn.Dense(8, use_bias=False)(x)
        h = nn.BatchNorm(use_running_average=not train, momentum=0.9)(h)
        h = nn.Dropout(0.25, deterministic=not train)(nn.relu(h))
        return nn.Dense(3)(h)


def plain(tree):
    return jax.tree.map(lambda leaf: np.asarray(leaf).tolist(), tree)


model = Classifier()
x = jax.random.normal(jax.random.key(7), (COUNT, 4))
labels = jax.random.randint(jax.random.key(8), (COUNT,), 0, 3)
initial = model.init({"params": jax.random.key(0)}, x[:SIZE], train=False)
shuffle, dropout = jax.random.key(2), jax.random.key(1)


def train(optimizer, decay, every=1):
    params, stats = initial["params"], initial["batch_stats"]
    state = optimizer.init(params)
    average = optax.ema(decay)
    average_state = average.init(params)
    averaged = params
    step, losses, epochs = 0, [], []
    for epoch in range(EPOCHS):
        order = jax.random.permutation(jax.random.fold_in(shuffle, epoch), COUNT)
        per_example, hits = [], []
        for begin in range(0, COUNT, SIZE):
            index = order[begin : begin + SIZE]
            keys = {"dropout": jax.random.fold_in(dropout, step)}

            def loss(params):
                logits, changed = model.apply({"params": params, "batch_stats": stats}, x[index], train=True, rngs=keys, mutable=["batch_stats"])
                each = optax.softmax_cross_entropy_with_integer_labels(logits, labels[index])
                return each.mean(), (each, logits, changed["batch_stats"])

            (value, (each, logits, stats)), gradient = jax.value_and_grad(loss, has_aux=True)(params)
            updates, state = optimizer.update(gradient, state, params)
            params = optax.apply_updates(params, updates)
            if (step + 1) % every == 0:
                averaged, average_state = average.update(params, average_state)
            losses.append(float(value))
            per_example += np.asarray(each, np.float64).tolist()
            hits += (np.asarray(logits).argmax(-1) == np.asarray(labels[index])).tolist()
            step += 1
        logits = model.apply({"params": params, "batch_stats": stats}, x, train=False)
        held = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
        epochs.append({"loss": float(np.mean(per_example)), "accuracy": float(np.mean(hits)), "evaluation": float(held.mean())})
    return {"losses": losses, "epochs": epochs, "params": plain(params), "batch_stats": plain(stats), "averaged": plain(averaged)}


cases = {
    "size": SIZE,
    "epochs": EPOCHS,
    "x": plain(x),
    "labels": plain(labels),
    "initial": plain(initial),
    "adam": {"learningRate": 0.01, "decay": 0.9, **train(optax.adam(0.01), 0.9)},
    "accumulated": {"learningRate": 0.1, "momentum": 0.9, "everyK": 2, "decay": 0.5, **train(optax.MultiSteps(optax.sgd(0.1, momentum=0.9), 2), 0.5, every=2)},
}
with open(sys.argv[1], "w") as file:
    json.dump(cases, file)
    file.write("\n")
