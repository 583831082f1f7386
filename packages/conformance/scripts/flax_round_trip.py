"""Flax's part of flax-round-trip.mjs: python flax_round_trip.py FOLDER STEPS."""

import json
import sys
from pathlib import Path
from typing import Any

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.serialization import from_bytes, to_bytes
from flax.training.train_state import TrainState
from flax.traverse_util import flatten_dict, unflatten_dict

folder, steps = Path(sys.argv[1]), int(sys.argv[2])
data = dict(np.load(folder / "data.npz"))


class Network(nn.Module):
    @nn.compact
    def __call__(self, images, kinds, train):
        x = nn.Conv(4, (3, 3), use_bias=False)(images)
        x = nn.relu(nn.BatchNorm(use_running_average=not train, momentum=0.9)(x))
        x = nn.LayerNorm()(nn.Dense(8)(x.reshape(x.shape[0], -1)))
        return nn.Dense(3)(x + nn.Embed(5, 8)(kinds))


class State(TrainState):
    batch_stats: Any


model = Network()
template = model.init(jax.random.key(99), data["images"], data["kinds"], False)


def outputs(variables):
    return np.asarray(model.apply(variables, data["images"], data["kinds"], False))


def difference(a, b):
    return f"{np.max(np.abs(np.asarray(a) - np.asarray(b))):.1e}"


@jax.jit
def train_step(state):
    def loss(params):
        variables = {"params": params, "batch_stats": state.batch_stats}
        logits, changed = state.apply_fn(variables, data["images"], data["kinds"], True, mutable=["batch_stats"])
        return optax.softmax_cross_entropy_with_integer_labels(logits, data["labels"]).mean(), changed["batch_stats"]

    (value, statistics), gradient = jax.value_and_grad(loss, has_aux=True)(state.params)
    return state.apply_gradients(grads=gradient, batch_stats=statistics), value


def train(state):
    losses = []
    for _ in range(steps):
        state, value = train_step(state)
        losses.append(float(value))
    return state, np.array(losses)


print(f"Flax {flax.__version__}, JAX {jax.__version__}, Optax {optax.__version__}")

variables = from_bytes(template, (folder / "variables.msgpack").read_bytes())
print("Flax: from_bytes of our variables; outputs differ from ours by", difference(outputs(variables), data["outputs"]))

state = State.create(apply_fn=model.apply, params=template["params"], tx=optax.adam(1e-2), batch_stats=template["batch_stats"])
ours = (folder / "state.msgpack").read_bytes()
state = from_bytes(state, ours)
print(f"Flax: from_bytes of our TrainState: step {state.step}, adam's count {state.opt_state[0].count}; {len(jax.tree.leaves(state.opt_state))} arrays of the optimizer")
print("Flax: written again, our TrainState is", "the same byte for byte" if to_bytes(state) == ours else "the same in another order of keys" if len(to_bytes(state)) == len(ours) else "NOT the same")

index = json.loads((folder / "flax_model.msgpack.index.json").read_text())
shards = sorted(set(index["weight_map"].values()))
# As FlaxPreTrainedModel.load_flax_sharded_weights of transformers 4.
found = {}
for shard in shards:
    found.update(flatten_dict(from_bytes(None, (folder / shard).read_bytes()), sep="/"))
sharded = {"params": unflatten_dict(found, sep="/"), "batch_stats": variables["batch_stats"]}
print(f"Flax: our parameters in {len(shards)} shards; outputs differ from ours by", difference(outputs(sharded), data["outputs"]))

try:
    from safetensors.numpy import load_file

    loaded = {"params": unflatten_dict(load_file(folder / "params.safetensors"), sep="."), "batch_stats": variables["batch_stats"]}
    print("safetensors: our parameters; outputs differ from ours by", difference(outputs(loaded), data["outputs"]))
except ImportError:
    print("safetensors is not installed; its file is not compared")

state, before = train(state)
print("Flax: the next losses are", ", ".join(f"{value:.6f}" for value in before))
(folder / "flax-state.msgpack").write_bytes(to_bytes(state))
after_outputs = outputs({"params": state.params, "batch_stats": state.batch_stats})
_, after = train(state)
np.savez(folder / "flax.npz", before=before, after=after, outputs=after_outputs)
