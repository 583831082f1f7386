"""Writes natural_gradient.json: natural gradients of a small Boltzmann machine, by JAX 0.10.2 (CPU, float64) with the matrices formed and solved by NumPy.

Run `python make_natural_gradient.py > natural_gradient.json`. The tests read the JSON and do not need Python.
"""
import json
import sys

import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np

jax.config.update('jax_enable_x64', True)
rng = np.random.default_rng(1)
SITES, HIDDEN = 4, 3


def log_psi(params, samples):
    hidden = samples @ params['kernel'] + params['bias']
    return jnp.sum(jnp.log(jnp.cosh(hidden)), axis=-1) + samples @ params['visible']


def problem(count):
    params = {'kernel': rng.normal(size=(SITES, HIDDEN)), 'bias': rng.normal(size=HIDDEN), 'visible': rng.normal(size=SITES)}
    samples = 1.0 - 2.0 * rng.integers(0, 2, size=(count, SITES))
    weights = rng.dirichlet(np.ones(count))
    values = rng.normal(size=count)
    flat, whole = jax.flatten_util.ravel_pytree(params)
    jacobian = np.asarray(jax.jacrev(lambda p: log_psi(whole(p), samples))(flat))
    result = {name: {key: part.tolist() for key, part in params.items()} for name in ['params']}
    result |= {'samples': samples.tolist(), 'weights': weights.tolist(), 'values': values.tolist()}
    as_tree = lambda vector: {key: np.asarray(part).tolist() for key, part in whole(jnp.asarray(vector)).items()}
    for name, w in [('weighted', weights), ('even', np.full(count, 1 / count))]:
        centred = jacobian - w @ jacobian
        metric = centred.T @ (w[:, None] * centred)
        gradient = centred.T @ (w * values)
        result[name] = {
            'gradient': as_tree(gradient),
            'metricTimesGradient': as_tree(metric @ gradient),
            'natural': as_tree(np.linalg.solve(metric + 0.01 * np.eye(flat.size), gradient)),
            'naturalWithLargerShift': as_tree(np.linalg.solve(metric + 0.5 * np.eye(flat.size), gradient)),
        }
    return result


json.dump({'few samples': problem(9), 'many samples': problem(40)}, sys.stdout, separators=(',', ':'))
