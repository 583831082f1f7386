"""Writes second_order.json: what the line searches and L-BFGS of Optax 0.2.8 and the conjugate gradients of JAX 0.10.2 (CPU) give on fixed problems.

Run `python make_second_order.py > second_order.json` with those two packages. The tests read the JSON and do not need Python.
"""
import json
import sys

import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np
import optax


def rosenbrock(params):
    x, y = params['x'], params['y']
    return jnp.sum(100 * (y - x**2) ** 2 + (1 - x) ** 2)


def quadratic(params):
    """Curvatures from 1 to 100, and two leaves that depend on each other."""
    a, b = params['a'], params['b']['c']
    curvatures = jnp.asarray([[1.0, 3.0, 10.0], [30.0, 100.0, 2.0]], a.dtype)
    return 0.5 * jnp.sum(curvatures * a**2) + jnp.sum(b**2) + jnp.sum(a[0] * b) + jnp.sum(b)


def logarithms(params):
    """Not a number outside x > 0: a long step leaves the domain."""
    return jnp.sum(params['x'] * 3 - jnp.log(params['x']))


OBJECTIVES = {
    'rosenbrock': (rosenbrock, {'x': [-1.2, 0.5], 'y': [1.0, -0.5]}),
    'quadratic': (quadratic, {'a': [[1.0, -2.0, 0.5], [0.3, -0.1, 2.0]], 'b': {'c': [1.0, -1.0, 0.25]}}),
    'logarithms': (logarithms, {'x': [0.1, 4.0]}),
    'at the minimum': (lambda params: jnp.sum(params['x'] ** 2), {'x': [0.0, 0.0]}),
}

zoom = optax.scale_by_zoom_linesearch
backtracking = optax.scale_by_backtracking_linesearch

# name: objective, optimiser, updates
CASES = {
    'lbfgs on rosenbrock': ('rosenbrock', lambda: optax.lbfgs(), 20),
    'lbfgs with a short memory': ('rosenbrock', lambda: optax.lbfgs(memory_size=2), 12),
    'lbfgs from the identity': ('rosenbrock', lambda: optax.lbfgs(scale_init_precond=False), 8),
    'lbfgs on a quadratic': ('quadratic', lambda: optax.lbfgs(), 10),
    'lbfgs without a search': ('quadratic', lambda: optax.lbfgs(learning_rate=0.1, linesearch=None), 8),
    'lbfgs with backtracking': ('rosenbrock', lambda: optax.lbfgs(linesearch=backtracking(15, store_grad=True)), 12),
    'lbfgs outside the domain': ('logarithms', lambda: optax.lbfgs(), 6),
    'lbfgs with a gradient of zero': ('at the minimum', lambda: optax.lbfgs(), 3),
    'zoom on steepest descent': ('quadratic', lambda: optax.chain(optax.sgd(1.0), zoom(15)), 8),
    'zoom from one': ('rosenbrock', lambda: optax.chain(optax.sgd(1.0), zoom(30, initial_guess_strategy='one')), 5),
    'zoom with a longest step': ('quadratic', lambda: optax.chain(optax.sgd(1.0), zoom(15, max_learning_rate=0.015)), 5),
    'zoom by the first condition alone': ('rosenbrock', lambda: optax.chain(optax.sgd(1.0), zoom(20, approx_dec_rtol=None, curv_rtol=0.1, tol=1e-9)), 5),
    'zoom with other numbers': ('quadratic', lambda: optax.chain(optax.sgd(1e-4), zoom(25, increase_factor=3.0, slope_rtol=0.1, curv_rtol=0.3, stepsize_precision=1e-3)), 5),
    'zoom with too few steps': ('rosenbrock', lambda: optax.chain(optax.sgd(1.0), zoom(3)), 3),
    'zoom uphill': ('quadratic', lambda: optax.chain(optax.scale(1.0), zoom(6)), 2),
    'zoom outside the domain': ('logarithms', lambda: optax.chain(optax.sgd(100.0), zoom(4)), 2),
    'backtracking': ('rosenbrock', lambda: optax.chain(optax.sgd(1.0), backtracking(30, store_grad=True)), 6),
    'backtracking with other numbers': ('quadratic', lambda: optax.chain(optax.sgd(1.0), backtracking(20, slope_rtol=0.3, decrease_factor=0.5, increase_factor=float('inf'), max_learning_rate=0.7, rtol=1e-3, atol=1e-4)), 6),
    'backtracking with too few steps': ('rosenbrock', lambda: optax.chain(optax.sgd(1.0), backtracking(3)), 2),
    'backtracking outside the domain': ('logarithms', lambda: optax.chain(optax.sgd(100.0), backtracking(2, store_grad=True)), 2),
}


def plain(value):
    if value is None:
        return None
    if hasattr(value, '_asdict'):
        return {name: plain(field) for name, field in value._asdict().items()}
    if isinstance(value, dict):
        return {name: plain(field) for name, field in value.items()}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return np.vectorize(lambda x: str(x) if not np.isfinite(x) else x, otypes=[object])(np.asarray(value)).tolist()


def case(objective, make, updates, dtype):
    f, start = OBJECTIVES[objective]
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype), start, is_leaf=lambda leaf: isinstance(leaf, list))
    optimizer = make()

    @jax.jit
    def step(params, state):
        value, grad = jax.value_and_grad(f)(params)
        change, state = optimizer.update(grad, state, params, value=value, grad=grad, value_fn=f)
        return optax.apply_updates(params, change), state

    def follow(params):
        state = optimizer.init(params)
        for _ in range(updates):
            params, state = step(params, state)
            yield params, state

    path, state = [], None
    for params_then, state in follow(params):
        path.append({'params': plain(params_then), 'value': plain(f(params_then)), 'rate': plain(optax.tree.get(state, 'learning_rate')), 'evaluations': plain(optax.tree.get(state, 'num_linesearch_steps'))})
    result = {'objective': objective, 'path': path, 'state': plain(state)}
    if dtype == np.float32:
        # How far paths go apart that begin one rounding away from each other.
        flat, whole = jax.flatten_util.ravel_pytree(params)
        middle = [np.asarray(jax.flatten_util.ravel_pytree(then)[0], np.float64) for then, _ in follow(params)]
        spread = np.zeros(updates)
        for place in range(flat.size):
            for towards in (np.inf, -np.inf):
                moved = whole(flat.at[place].set(np.nextafter(np.float32(flat[place]), np.float32(towards))))
                away = [np.max(np.abs(np.asarray(jax.flatten_util.ravel_pytree(then)[0], np.float64) - at)) for (then, _), at in zip(follow(moved), middle)]
                spread = np.maximum(spread, np.nan_to_num(away, nan=np.inf))
        result['spread'] = [plain(one) for one in spread]
    return result


def conjugate_gradients(dtype):
    rng = np.random.default_rng(0)
    root = rng.normal(size=(9, 9))
    matrix = jnp.asarray(root @ root.T + 0.1 * np.eye(9), dtype)
    right = rng.normal(size=9)
    guess = rng.normal(size=9)
    split = lambda v: {'a': jnp.asarray(v[:6], dtype).reshape(2, 3), 'b': jnp.asarray(v[6:], dtype)}
    join = lambda t: jnp.concatenate([t['a'].ravel(), t['b']])
    operator = lambda t: split(matrix @ join(t))
    diagonal = lambda t: split(join(t) / jnp.diag(matrix))
    cg = jax.scipy.sparse.linalg.cg
    solve = {
        'to the end': lambda: cg(operator, split(right), tol=1e-7 if dtype == np.float64 else 1e-4),
        'four steps': lambda: cg(operator, split(right), maxiter=4),
        'with a preconditioner': lambda: cg(operator, split(right), M=diagonal, maxiter=5, tol=1e-9),
        'from a guess': lambda: cg(operator, split(right), x0=split(guess), maxiter=3),
        'until an absolute tolerance': lambda: cg(operator, split(right), tol=0.0, atol=0.5),
    }
    gradient = jax.grad(lambda b, m: jnp.sum(jnp.sin(cg(lambda x: m @ x, b, tol=1e-10, maxiter=100)[0])), argnums=(0, 1))(jnp.asarray(right, dtype), matrix)
    return {'matrix': matrix.tolist(), 'right': right.tolist(), 'guess': guess.tolist(), 'solutions': {name: join(make()[0]).tolist() for name, make in solve.items()}, 'gradient': [g.tolist() for g in gradient]}


def main():
    result = {'starts': {name: start for name, (_, start) in OBJECTIVES.items()}}
    for name, dtype in [('float32', np.float32), ('float64', np.float64)]:
        jax.config.update('jax_enable_x64', name == 'float64')
        result[name] = {'cases': {key: case(*given, dtype) for key, given in CASES.items()}, 'cg': conjugate_gradients(dtype)}
    json.dump(result, sys.stdout, separators=(',', ':'))


main()
