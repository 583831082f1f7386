"""Writes rules.json: what jmp's dynamic loss scale and Flax's early stopping make of some sequences.

    python make_rules.py rules.json        (jax 0.10.2, flax 0.12.8, jmp 0.0.4)
"""
import json
import sys

import jax.numpy as jnp
import jmp
from flax.training.early_stopping import EarlyStopping


def scales(initial, period, factor, minimum, finite):
    scale = jmp.DynamicLossScale(jnp.float32(initial), period=period, factor=factor, min_loss_scale=jnp.float32(minimum))
    seen = []
    for each in finite:
        scale = scale.adjust(jnp.array(each))
        seen.append(float(scale.loss_scale))
    return {"lossScale": initial, "period": period, "factor": factor, "minLossScale": minimum, "finite": finite, "scales": seen}


def stopping(patience, min_delta, values):
    early = EarlyStopping(min_delta=min_delta, patience=patience)
    seen = []
    for value in values:
        early = early.update(value)
        seen.append([bool(early.has_improved), bool(early.should_stop)])
    return {"patience": patience, "minDelta": min_delta, "values": values, "seen": seen}


t, f = True, False
cases = {
    "lossScale": [
        scales(8, 3, 2, 1, [t, t, t, t, f, t, t, t, f, f, f, f, f, f, t, t, t, t, t, t]),
        scales(2.0**127, 1, 2, 1, [t, t, f, t]),
        scales(100, 2, 10, 5, [f, f, t, t, t, f, t, t]),
    ],
    "earlyStopping": [
        stopping(2, 0.0, [3, 2, 2.5, 2.5, 1.9, 2, 2, 2, 2]),
        stopping(0, 0.1, [3, 2.95, 2, 2]),
        stopping(1, 0.5, [3.0, 2.75, 2.5, 2.25, 2.0]),
    ],
}
with open(sys.argv[1], "w") as file:
    json.dump(cases, file)
    file.write("\n")
