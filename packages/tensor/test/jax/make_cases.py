"""Makes cases/*.json: calls of the library's functions and what JAX 0.10.2 gives for them on a CPU.

    python make_cases.py [FAMILY ...]

Each family is a function below. A case is one call: the arguments, the outputs, and where every output is differentiable the
gradients for fixed cotangents. What float32 special functions should give is JAX's float64 result, rounded.
"""
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn
from jax.scipy import special as sp

jax.config.update('jax_enable_x64', True)
inf, nan = np.inf, np.nan
cases = []


def number(value):
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) < 2**53 else str(int(value))
    value = float(value)
    if np.isnan(value):
        return 'nan'
    if np.isinf(value):
        return 'inf' if value > 0 else '-inf'
    return '-0' if value == 0 and np.signbit(value) else value


def encode(value):
    if isinstance(value, (np.ndarray, jax.Array, np.generic)):
        array = np.asarray(value)
        return {'$': [array.dtype.name, list(array.shape), [number(x) for x in array.ravel().tolist()]]}
    if isinstance(value, (list, tuple)):
        return [encode(x) for x in value]
    if isinstance(value, dict):
        return {k: encode(x) for k, x in value.items()}
    if value is None or isinstance(value, str):
        return value
    return number(value)


def is_array(value):
    return isinstance(value, (np.ndarray, np.generic))


def is_floating(value):
    return jnp.issubdtype(jnp.asarray(value).dtype, jnp.floating)


def leaves(value):
    if is_array(value):
        return [value]
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in leaves(one)]
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)]
    return []


def fill(value, arrays):
    if is_array(value):
        return arrays.pop(0)
    if isinstance(value, (list, tuple)):
        return [fill(one, arrays) for one in value]
    if isinstance(value, dict):
        return {k: fill(one, arrays) for k, one in value.items()}
    return value


def outputs_of(result):
    return [result] if isinstance(result, (jax.Array, np.ndarray, np.generic)) else [leaf for one in result for leaf in outputs_of(one)]


def cotangent_of(output):
    """Fixed numbers, none of them alike."""
    count = np.arange(output.size, dtype=np.float64).reshape(output.shape)
    return jnp.asarray(np.sin(count * 1.7 + 0.4) + 0.3).astype(output.dtype)


def case(name, f, jax_function, *args, grad=True, rtol=None, atol=0.0, wide=False, extra=()):
    """`extra`: arguments of the library's function alone, at the end. `wide`: float32 by way of float64."""
    arrays = leaves(args)
    is_wide = wide or any(a.dtype in (np.float64, np.int64, np.uint64) for a in arrays)
    original = [a.dtype for a in arrays]
    with jax.enable_x64(is_wide):
        given = [jnp.asarray(a.astype(np.float64)) if wide and a.dtype != np.float64 and is_floating(a) else jnp.asarray(a) for a in arrays]
        narrow = next((d for d in original if d in (np.float32, np.float16)), None) if wide else None

        def run(*tensors):
            return outputs_of(jax_function(*fill(args, list(tensors))))

        def rounded(output):
            return output.astype(narrow) if narrow is not None and output.dtype == np.float64 else output

        outputs = run(*given)
        made = {'name': name, 'f': f, 'args': encode(list(args) + list(extra)), 'outputs': [encode(rounded(o)) for o in outputs]}
        if grad and any(is_floating(o) for o in outputs) and any(is_floating(a) for a in arrays):
            kept = [i for i, o in enumerate(outputs) if is_floating(o)]
            moving = [i for i, a in enumerate(arrays) if is_floating(a)]

            def of_moving(*tensors):
                full = list(given)
                for i, tensor in zip(moving, tensors):
                    full[i] = tensor
                results = run(*full)
                return [results[i] for i in kept]

            _, back = jax.vjp(of_moving, *[given[i] for i in moving])
            cotangents = [cotangent_of(o) if is_floating(o) else None for o in outputs]
            if narrow is not None:
                cotangents = [c if c is None else c.astype(narrow).astype(np.float64) for c in cotangents]
            found = list(back([cotangents[i] for i in kept]))
            made['cotangents'] = [None if c is None else encode(rounded(c)) for c in cotangents]
            made['gradients'] = [encode(rounded(found.pop(0))) if is_floating(a) else None for a in arrays]
    floats = [a.dtype for a in arrays if is_floating(a)] or [np.asarray(o).dtype for o in outputs]
    coarse = any(d == np.float16 for d in floats)
    made['rtol'] = rtol if rtol is not None else 2e-3 if coarse else 3e-6 if any(d == np.float32 for d in floats) else 1e-12
    made['atol'] = atol
    cases.append(made)


def f32(*values):
    return np.array(values if len(values) != 1 or np.isscalar(values[0]) else values[0], dtype=np.float32)


def f64(*values):
    return np.array(values if len(values) != 1 or np.isscalar(values[0]) else values[0], dtype=np.float64)


def i32(*values):
    return np.array(values if len(values) != 1 or np.isscalar(values[0]) else values[0], dtype=np.int32)


def spread(shape, low=-2.0, high=2.0, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(dtype)


def unary(f, jax_function, points, hostile=(), rtol=None, **options):
    """One function of one operand in float32 and float64, at ordinary and hostile points, of a scalar and of nothing."""
    case(f'{f} float32', f, jax_function, np.array(points, np.float32), wide=True, **options)
    case(f'{f} float64', f, jax_function, np.array(points, np.float64), rtol=rtol, **options)
    if len(hostile) > 0:
        plain = {**options, 'grad': False}
        case(f'{f} at hostile points', f, jax_function, np.array(hostile, np.float64), rtol=rtol, **plain)
        case(f'{f} at hostile points, float32', f, jax_function, np.array(hostile, np.float32), wide=True, **plain)
    case(f'{f} of a scalar', f, jax_function, np.array(points[0], np.float64), rtol=rtol, **options)
    case(f'{f} of nothing', f, jax_function, np.zeros((0, 3), np.float32))


special_points = [nan, inf, -inf, 0.0, -0.0]


def error_functions():
    unary('erfc', sp.erfc, [-3, -1.2, -0.7, -1e-8, 0, 1e-3, 0.4, 0.99, 1.0, 1.01, 2.5, 5, 7.9, 8.1, 9.1], [*special_points, 26, 27.5, 40, -40], rtol=4e-13)
    unary('cbrt', jnp.cbrt, [-27, -2, -1e-3, 1e-6, 0.3, 1, 8, 1e9], special_points)
    case('cbrt of half floats', 'cbrt', jnp.cbrt, np.array([-8, 0.1, 27], np.float16))


def top_k():
    x = np.array([[3, 1, 2, 3], [0, nan, inf, -inf]], np.float32)
    for dtype in (np.float32, np.float64, np.float16):
        case(f'topK of {np.dtype(dtype).name} with ties, NaN and infinities', 'topK', lambda t, k: lax.top_k(t, k), x.astype(dtype), 3)
        case(f'topK of zeros of both signs in {np.dtype(dtype).name}', 'topK', lambda t, k: lax.top_k(t, k), np.array([-0.0, 0.0, -1, -0.0, 0.0], dtype), 5)
    for dtype in (np.int32, np.uint8, np.int64):
        case(f'topK of {np.dtype(dtype).name}', 'topK', lambda t, k: lax.top_k(t, k), np.array([5, 1, 127, 5], dtype), 3)
    case('topK of bools', 'topK', lambda t, k: lax.top_k(t, k), np.array([True, False, True]), 2)
    case('topK of none', 'topK', lambda t, k: lax.top_k(t, k), f32(1, 2), 0)
    case('topK along the first axis', 'topK', lambda t, k, o: lax.top_k(t, k, **o), spread((4, 3)), 2, {'axis': 0})


families = {'error-functions': error_functions, 'top-k': top_k}

if __name__ == '__main__':
    folder = pathlib.Path(__file__).parent / 'cases'
    for family in sys.argv[1:] or families:
        cases.clear()
        families[family]()
        (folder / f'{family}.json').write_text('[\n' + ',\n'.join(json.dumps(one) for one in cases) + '\n]\n')
        print(family, len(cases))
