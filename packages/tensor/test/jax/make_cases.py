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
import scipy.special as scipy_special
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


def binary(f, jax_function, pairs, hostile=(), rtol=None, **options):
    """One function of two operands, as `unary`, and broadcast."""
    x, y = (np.array(side) for side in zip(*pairs))
    case(f'{f} float32', f, jax_function, x.astype(np.float32), y.astype(np.float32), wide=True, **options)
    case(f'{f} float64', f, jax_function, x.astype(np.float64), y.astype(np.float64), rtol=rtol, **options)
    case(f'{f} broadcast', f, jax_function, x.astype(np.float64)[:3, None], y.astype(np.float64)[:4], rtol=rtol, **options)
    if len(hostile) > 0:
        a, b = (np.array(side, np.float64) for side in zip(*hostile))
        case(f'{f} at hostile points', f, jax_function, a, b, rtol=rtol, **{**options, 'grad': False})
    case(f'{f} of nothing', f, jax_function, np.zeros((0, 3), np.float32), np.ones(3, np.float32), **options)


every_pair = [(a, b) for a in special_points + [1.5, -2.0] for b in special_points + [1.5, -2.0]]


def numeric():
    pairs = [(1.5, -2.0), (-0.3, 0.7), (2.0, 3.0), (-4.5, -1.25), (0.1, 5.0)]
    not_nan = [pair for pair in every_pair if not np.isnan(pair[1])]
    binary('copysign', jnp.copysign, pairs, not_nan)
    binary('heaviside', jnp.heaviside, pairs, every_pair)
    binary('fmax', jnp.fmax, pairs, every_pair)
    binary('fmin', jnp.fmin, pairs, every_pair)
    binary('hypot', jnp.hypot, pairs, every_pair + [(1e200, 1e200), (1e-200, 1e-200), (3e300, 4.0)])
    binary('fmod', jnp.fmod, pairs, every_pair)
    binary('logaddexp2', jnp.logaddexp2, pairs, every_pair + [(1e4, 1e4), (-1e4, -1e4)])
    binary('floatPower', jnp.float_power, [(1.5, -2.0), (0.3, 0.7), (2.0, 3.0), (4.5, -1.25)], every_pair)
    case('divmod of floats', 'divmod', jnp.divmod, f32(5.5, -5.5, 5.5, -5.5, 0, nan, inf), f32(2, 2, -2, -2, 3, 1, 2), grad=False)
    case('divmod of integers', 'divmod', jnp.divmod, i32(5, -5, 5, -5, 7), i32(2, 2, -2, -2, 7))
    case('fmod of integers', 'fmod', jnp.fmod, i32(5, -5, 5, -5, 7), i32(3, 3, -3, -3, 0))
    case('signbit', 'signbit', jnp.signbit, f32(-1, -0.0, 0, 2, inf, -inf, nan))
    case('signbit of integers', 'signbit', jnp.signbit, i32(-1, 0, 3))
    case('positive', 'positive', jnp.positive, f32(-1, 2))
    unary('sinc', jnp.sinc, [0.25, -1.5, 0.6, 3.7], [*special_points, 1e-5, -1e-9], rtol=1e-11)
    case('sinc at whole numbers', 'sinc', jnp.sinc, f64(0, 1, -2, 7), atol=1e-15)
    case('rint', 'rint', jnp.rint, f32(0.5, 1.5, -2.5, nan, inf, 2.2))
    case('rint of integers', 'rint', jnp.rint, i32(1, -2))
    case('modf', 'modf', jnp.modf, f32(1.5, -1.5, 0, -0.25, 3))
    unary('frexp', jnp.frexp, [1, 0.75, -8, 1023, 1e-3, 1e30, 2.0, 4.0], [*special_points, 5e-300, 1.7e308, 0.9999999999999999])
    case('frexp of a small float32', 'frexp', jnp.frexp, f32(1.2e-38, 3e-38, 16777216, 8388607), grad=False)
    for dtype in (np.float32, np.float64):
        case(f'ldexp of {np.dtype(dtype).name}', 'ldexp', jnp.ldexp, np.array([1, -3.5, 0.1, 1e30], dtype), i32(3, -2, 10, -100))
        case(f'ldexp of what has no exponent in {np.dtype(dtype).name}', 'ldexp', jnp.ldexp, np.array([nan, inf, -inf, 0, -0.0], dtype), i32(2, 5, 1, 9, 3), grad=False)
    case('ldexp over and under the range', 'ldexp', jnp.ldexp, f64(1e-300, 1e300, 1, 1), i32(1500, -1500, 1024, -1080), grad=False)
    for dtype in (np.float32, np.float64, np.float16):
        x = np.array([1, 1, -1, 0, 0, 2, inf, -inf, nan, 3, 6.1e-5, np.finfo(dtype).max, 5, 1.5], dtype)
        y = np.array([2, 0, 0, 1, -1, 0, 0, inf, 1, nan, 0, inf, 5, -7], dtype)
        case(f'nextafter of {np.dtype(dtype).name}', 'nextafter', jnp.nextafter, x, y, grad=False, rtol=0.0)
    case('spacing', 'spacing', jnp.spacing, f64(1, -1, 1e10, 3.5, 0.3), grad=False, rtol=0.0)
    unary('deg2rad', jnp.deg2rad, [180, -45, 1], special_points)
    unary('rad2deg', jnp.rad2deg, [3.14, -45, 1], special_points)
    unary('fabs', jnp.fabs, [3.14, -45, 1], special_points)
    unary('isposinf', jnp.isposinf, [1, 2], special_points)
    unary('isneginf', jnp.isneginf, [1, 2], special_points)
    case('fabs of integers', 'fabs', jnp.fabs, i32(-2, 3))
    for dtype in (np.float32, np.float64, np.float16):
        case(f'nanToNum of {np.dtype(dtype).name}', 'nanToNum', jnp.nan_to_num, np.array([nan, inf, -inf, 2, -0.0], dtype))
    case('nanToNum to chosen numbers', 'nanToNum', lambda x, o: jnp.nan_to_num(x, **o), f32(nan, inf, -inf, 2), {'nan': 1.5, 'posinf': 9.0, 'neginf': -9.0})
    case('nanToNum of integers', 'nanToNum', jnp.nan_to_num, i32(3, 4))
    close = f32(1, 1.00001, 1.1, nan, inf, -inf, 0, 1e-9), f32(1, 1, 1, nan, inf, inf, 1e-9, 1)
    case('isclose', 'isclose', jnp.isclose, *close)
    case('isclose of NaN', 'isclose', lambda x, y, o: jnp.isclose(x, y, equal_nan=True, rtol=o['rtol']), *close, {'equalNan': True, 'rtol': 0.2})
    case('allclose', 'allclose', jnp.allclose, f32(1, 2), f32(1, 2.000001))
    case('arrayEqual', 'arrayEqual', jnp.array_equal, f32(1, 2), f32(1, 2))
    case('arrayEquiv', 'arrayEquiv', jnp.array_equiv, f32(1, 1), f32([[1, 1], [1, 1]]))
    case('arrayEqual of other shapes', 'arrayEqual', jnp.array_equal, f32(1, 2), f32([[1, 2]]))
    for dtype in (np.int32, np.uint8, np.int64, np.int8):
        a, b = np.array([12, 0, 18, 7, 0, 100], dtype), np.array([18, 5, 0, 13, 0, 75], dtype)
        case(f'gcd of {np.dtype(dtype).name}', 'gcd', jnp.gcd, a, b)
    case('gcd and signs', 'gcd', jnp.gcd, i32(-12, 12, -12), i32(18, -18, -18))
    case('gcd broadcast', 'gcd', jnp.gcd, i32([[12], [7]]), i32(18, 14, 0))
    case('lcm', 'lcm', jnp.lcm, i32(12, 0, -4, 7), i32(18, 5, 6, 13))
    for dtype in (np.int32, np.uint8, np.int64, np.uint16, np.int8):
        x = np.array([0, 1, 3, 127, 100, 85], dtype)
        case(f'populationCount of {np.dtype(dtype).name}', 'populationCount', lax.population_count, x)
        case(f'clz of {np.dtype(dtype).name}', 'clz', lax.clz, x)
    case('populationCount of negative numbers', 'populationCount', lax.population_count, i32(-1, -2, -2**31))
    case('clz of negative numbers', 'clz', lax.clz, i32(-1, -2, -2**31))
    ends = {np.int8: (-128, 127), np.int16: (-2**15, 2**15 - 1), np.int32: (-2**31, 2**31 - 1), np.int64: (-2**63, 2**63 - 1), np.uint8: (0, 255), np.uint16: (0, 2**16 - 1), np.uint32: (0, 2**32 - 1), np.uint64: (0, 2**64 - 1)}
    for dtype, (low, high) in ends.items():
        points = np.array([low, high, 0, 1, 3, high // 3, high - 7, low // 2], dtype)
        case(f'mulhi of {np.dtype(dtype).name}', 'mulhi', lambda a, b: lax.mulhi(*jnp.broadcast_arrays(a, b)), points[:, None], points)
    for dtype in (np.int32, np.uint8, np.int64):
        case(f'reduceXor of {np.dtype(dtype).name}', 'reduceXor', lambda t, o: lax.reduce_xor(t, (1,)), np.array([[12, 0, 18], [7, 1, 100]], dtype), {'axis': 1})
    case('reduceXor of bools over all axes', 'reduceXor', lambda t: lax.reduce_xor(t, (0, 1)), np.array([[True, False, True], [True, False, False]]))
    case('bitwiseCount', 'bitwiseCount', jnp.bitwise_count, i32(-1, 7, -255))


def python_index(items):
    def one(item):
        if isinstance(item, dict):
            return slice(*[*item['slice'], None][:3]) if len(item['slice']) > 1 else slice(item['slice'][0], None)
        if isinstance(item, str):
            return Ellipsis
        return np.array(item) if isinstance(item, list) else item
    return tuple(one(item) for item in items)


def s(*parts):
    return {'slice': list(parts)}


index_examples = {
    'an element': [1],
    'an element from the end': [-1, 2],
    'a slice': [s(1, None)],
    'slices with steps': [s(None, None, 2), s(3, None, -2)],
    'a slice backwards': ['...', s(None, None, -1)],
    'an empty slice': [s(2, 1)],
    'new axes and dots': [None, 0, '...', None],
    'an array': [i32(2, 0, 2)],
    'an array from the end': [i32(-1, 0)],
    'an array of rank 2': [s(None), i32([[1, 0], [3, 3]])],
    'an array along the last axis': ['...', i32(1, 0)],
    'two arrays side by side': [i32(0, 2), i32(1, 3)],
    'arrays that broadcast': [i32([[0], [2]]), i32(1, 3)],
    'arrays apart': [i32(0, 2), s(None), i32(1, 0)],
    'an element beside an array': [s(None), 1, i32(1, 0)],
    'an element apart from an array': [0, s(None), i32(1, 0)],
    'an array after a slice with a step': [s(None, None, 2), i32(1, 0, 1)],
    'an array and a new axis': [None, i32(1, 0), '...', 0],
    'arrays around a new axis': [i32(1, 0), None, i32(1, 2)],
    'an array of none': [np.zeros(0, np.int32)],
    'a scalar array': [np.int32(2), s(1, 3)],
    'plain numbers': [[2, 0]],
    'a mask': [[True, False, True]],
    'a mask over two axes': [[[True, False, True, False], [False, False, False, False], [False, True, False, True]]],
    'a mask and an array': [[True, False, True], i32(1, 2)],
    'a mask after a slice': [s(1, None), [True, False, True, False]],
}


def indexing():
    x = spread((3, 4, 2), seed=1)
    wide = x.astype(np.float64)
    for name, items in index_examples.items():
        case(f'index by {name}', 'index', lambda t, i: t[python_index(i)], wide, items)
        shape = wide[python_index(items)].shape
        values = spread(shape, seed=2, dtype=np.float64)
        for method in ('set', 'add', 'max'):
            case(f'{method} at {name}', f'at.{method}', lambda t, i, v, method=method: getattr(t.at[python_index(i)], method)(v), wide, items, values)
        case(f'set a scalar at {name}', 'at.set', lambda t, i, v: t.at[python_index(i)].set(v), x, items, np.float32(7))
    outside = [i32(0, 5, -1, -4, -9)]
    line = f64(1, 2, 3)
    for mode in ('clip', 'fill', 'drop', 'promise_in_bounds'):
        for method, jax_method in (('set', 'set'), ('add', 'add'), ('multiply', 'multiply'), ('min', 'min'), ('max', 'max')):
            values = f64(10, 20, 30, 40, 50) if method != 'set' else np.float64(9)
            case(f'{method} out of range, {mode}', f'at.{method}', lambda t, i, v, o, m=jax_method: getattr(t.at[python_index(i)], m)(v, **o), line, outside, values, {'mode': mode},
                 grad=method != 'multiply' and mode not in ('clip', 'promise_in_bounds'))
    for mode in ('clip', 'fill', 'drop'):
        case(f'get out of range, {mode}', 'at.get', lambda t, i, o: t.at[python_index(i)].get(**o), line, outside, {'mode': mode})
        case(f'get integers out of range, {mode}', 'at.get', lambda t, i, o: t.at[python_index(i)].get(**o), i32(1, 2, 3), outside, {'mode': mode})
    case('get with a fill value', 'at.get', lambda t, i, o: t.at[python_index(i)].get(mode='fill', fill_value=o['fillValue']), line, outside, {'mode': 'fill', 'fillValue': 7.5})
    case('index out of range', 'index', lambda t, i: t[python_index(i)], line, outside, grad=False)
    case('get by two arrays out of range', 'at.get', lambda t, i, o: t.at[python_index(i)].get(**o), wide, [i32(0, 3, -1), i32(4, 0, -1)], {'mode': 'fill'})
    twice = [i32(0, 0, 2)]
    for method in ('add', 'subtract', 'multiply', 'divide', 'power', 'min', 'max'):
        case(f'{method} twice at one place', f'at.{method}', lambda t, i, v, m=method: getattr(t.at[python_index(i)], m)(v), line, twice, f64(2, 0.5, 3), grad=method in ('add', 'subtract', 'min', 'max'))
    for method in ('min', 'max'):
        case(f'{method} of ties', f'at.{method}', lambda t, i, v, m=method: getattr(t.at[python_index(i)], m)(v), f64(1, 2, 3), twice, f64(1, 1, 2))
    for method in ('add', 'multiply', 'min', 'max', 'set', 'subtract'):
        case(f'{method} of integers', f'at.{method}', lambda t, i, v, m=method: getattr(t.at[python_index(i)], m)(v), i32(1, 2, 3), [i32(2, 0)], i32(5, -7))
    case('set of bools', 'at.set', lambda t, i, v: t.at[python_index(i)].set(v), np.array([True, False, True]), [i32(2, 1)], True)
    case('set of half floats', 'at.set', lambda t, i, v: t.at[python_index(i)].set(v), np.array([1, 2, 3], np.float16), [s(1, None)], 0.5)


def hashable(value):
    return tuple(hashable(one) for one in value) if isinstance(value, list) else value


def keyword(jax_function, **renamed):
    """The last argument, a dict of our options, as keywords; `renamed` says what JAX calls them."""
    def run(*args):
        *rest, options = args if args and isinstance(args[-1], dict) else (*args, {})
        named = {renamed.get(k, k): hashable(v) for k, v in options.items()}
        return jax_function(*rest, **named)
    return run


def arrange():
    case('broadcastLike', 'broadcastLike', lax.broadcast_like, f32([1, 2, 3]), spread((2, 3)))
    case('broadcastToRank', 'broadcastToRank', lax.broadcast_to_rank, spread((2, 3)), 4)
    case('broadcastToRank of a scalar', 'broadcastToRank', lax.broadcast_to_rank, np.float32(2), 2)
    case('broadcastToRank of what has it', 'broadcastToRank', lax.broadcast_to_rank, spread((2, 3)), 2)
    a, b = spread((2, 3), seed=1), spread((2, 3), seed=2)
    v, w = spread((3,), seed=3), spread((3,), seed=4)
    x = spread((3, 4, 2), seed=5)
    for f, jax_function in (('vstack', jnp.vstack), ('hstack', jnp.hstack), ('dstack', jnp.dstack), ('columnStack', jnp.column_stack)):
        case(f'{f} of matrices', f, jax_function, [a, b])
        case(f'{f} of vectors', f, jax_function, [v, w])
        case(f'{f} of scalars', f, jax_function, [np.float32(1), np.float32(2)])
    case('columnStack of a matrix and a vector', 'columnStack', jnp.column_stack, [a.T, v])
    for f, jax_function in (('atleast1d', jnp.atleast_1d), ('atleast2d', jnp.atleast_2d), ('atleast3d', jnp.atleast_3d)):
        for one in (np.float32(2), v, a, x):
            case(f'{f} of rank {np.ndim(one)}', f, jax_function, one)
    case('append', 'append', jnp.append, a, v)
    case('append along an axis', 'append', jnp.append, a, b, 1)
    case('block', 'block', jnp.block, [[a, a], [b, b]])
    case('block of vectors', 'block', jnp.block, [v, w])
    case('block of vectors as rows', 'block', jnp.block, [[v], [w]])
    case('block of a scalar', 'block', jnp.block, np.float32(3))
    case('unstack', 'unstack', jnp.unstack, a)
    case('unstack along the last axis', 'unstack', lambda t, k: jnp.unstack(t, axis=k), a, 1)
    line = np.arange(7, dtype=np.float32)
    case('arraySplit', 'arraySplit', jnp.array_split, line, 3)
    case('arraySplit at places', 'arraySplit', jnp.array_split, line, [2, 3])
    case('vsplit', 'vsplit', jnp.vsplit, x[:2], 2)
    case('hsplit', 'hsplit', jnp.hsplit, x, 2)
    case('hsplit of a vector', 'hsplit', jnp.hsplit, line, [2])
    case('dsplit', 'dsplit', jnp.dsplit, x, 2)
    case('fliplr', 'fliplr', jnp.fliplr, x)
    case('flipud', 'flipud', jnp.flipud, x)
    for k in range(-1, 4):
        case(f'rot90 by {k}', 'rot90', lambda t, k, axes: jnp.rot90(t, k, tuple(axes)), x, k, [0, 2])
    for k in range(-2, 4):
        case(f'rollaxis to {k}', 'rollaxis', jnp.rollaxis, x, 1, k)
    case('rollaxis by default', 'rollaxis', jnp.rollaxis, x, 2)
    case('matrixTranspose', 'matrixTranspose', jnp.matrix_transpose, x)
    case('broadcastArrays', 'broadcastArrays', jnp.broadcast_arrays, a, v, np.float32(1))
    case('resize to more', 'resize', lambda t, shape: jnp.resize(t, tuple(shape)), v, [2, 4])
    case('resize to fewer', 'resize', lambda t, shape: jnp.resize(t, tuple(shape)), a, [2])
    for places in ([1], [0, 2], [-1, 0], 1):
        case(f'deleteElements {places}', 'deleteElements', lambda t, p, k: jnp.delete(t, np.array(p) if isinstance(p, list) else p, k), x, places, 1)
    case('deleteElements of the flattened tensor', 'deleteElements', lambda t, p: jnp.delete(t, np.array(p)), a, [0, 3])
    case('deleteElements, all of them', 'deleteElements', lambda t, p: jnp.delete(t, np.array(p)), v, [0, 1, 2])
    case('insert of a scalar', 'insert', lambda t, p, u, k: jnp.insert(t, p, u, k), a, 1, 9.0, 1)
    case('insert at several places', 'insert', lambda t, p, u, k: jnp.insert(t, np.array(p), u, k), a, [0, 3, 1], 9.0, 1)
    case('insert of values at several places', 'insert', lambda t, p, u: jnp.insert(t, np.array(p), u), v, [2, 0], f32(7, 8))
    case('insert of values at one place', 'insert', lambda t, p, u: jnp.insert(t, p, u), v, 1, f32(7, 8))
    case('insert of a row', 'insert', lambda t, p, u, k: jnp.insert(t, p, u, k), a, 1, v, 0)
    case('insert of a column', 'insert', lambda t, p, u, k: jnp.insert(t, p, u, k), a, -1, f32(7, 8), 1)
    case('meshgrid', 'meshgrid', lambda l: jnp.meshgrid(*l), [v, f32(1, 2)])
    case('meshgrid of three', 'meshgrid', lambda l, o: jnp.meshgrid(*l, **o), [v, f32(1, 2), f32(5)], {'indexing': 'ij'})
    case('meshgrid, xy, of three', 'meshgrid', lambda l: jnp.meshgrid(*l), [v, f32(1, 2), f32(5, 6)])
    case('meshgrid, sparse', 'meshgrid', lambda l, o: jnp.meshgrid(*l, **o), [v, f32(1, 2)], {'sparse': True})
    case('logspace', 'logspace', jnp.logspace, -1, 2, 5)
    case('logspace, open, in base 2', 'logspace', lambda a, b, n, o: jnp.logspace(a, b, n, **o), 0, 3, 4, {'endpoint': False, 'base': 2})
    case('geomspace', 'geomspace', jnp.geomspace, 1, 1000, 4)
    case('geomspace of negative numbers', 'geomspace', lambda a, b, n, o: jnp.geomspace(a, b, n, **o), -1, -8, 3, {'endpoint': False})
    case('indices', 'indices', lambda d: jnp.indices(d), [2, 3])
    case('tri', 'tri', jnp.tri, 3, 4, 1)
    case('identity', 'identity', jnp.identity, 3)
    case('vander', 'vander', jnp.vander, f32(1, 0.5, -2))
    case('vander, increasing', 'vander', lambda t, n, o: jnp.vander(t, n, **o), f32(1, 0.5, -2), 4, {'increasing': True})
    case('vander of integers', 'vander', jnp.vander, i32(1, 2, 3))
    case('diagflat', 'diagflat', jnp.diagflat, a, 1)
    for offset in (-2, 0, 1, 5):
        case(f'diagonal {offset}', 'diagonal', keyword(jnp.diagonal), x, {'offset': offset, 'axis1': 1, 'axis2': 0})
        case(f'matrixTrace {offset}', 'matrixTrace', keyword(jnp.trace), x, {'offset': offset})
    case('fillDiagonal', 'fillDiagonal', lambda t, u: jnp.fill_diagonal(t, u, inplace=False), a, 5.0)
    case('fillDiagonal by a vector', 'fillDiagonal', lambda t, u: jnp.fill_diagonal(t, u, inplace=False), np.eye(3, dtype=np.float32), v)
    case('trilIndices', 'trilIndices', lambda n, k, m: jnp.tril_indices(n, k, m), 3, 1, 4)
    case('triuIndices', 'triuIndices', lambda n: jnp.triu_indices(n), 3)
    case('diagIndices', 'diagIndices', lambda n, r: jnp.diag_indices(n, r), 3, 3)


def statistics():
    x = np.array([[1, nan, -3, 2], [nan, nan, nan, nan], [4, 0, 4, -0.5]], np.float32)
    full = spread((3, 4, 2), seed=6)
    for f, jax_function in (('nansum', jnp.nansum), ('nanprod', jnp.nanprod), ('nanmax', jnp.nanmax), ('nanmin', jnp.nanmin), ('nanmean', jnp.nanmean), ('nanvar', jnp.nanvar), ('nanstd', jnp.nanstd)):
        case(f, f, keyword(jax_function), x)
        case(f'{f} along an axis', f, keyword(jax_function), x[[0, 2]], {'axis': 1, 'keepdims': True})
        case(f'{f} where all are NaN', f, keyword(jax_function), x, {'axis': -1}, grad=False)
        case(f'{f} without NaN', f, keyword(jax_function), full, {'axis': [0, 2]})
        case(f'{f} of integers', f, keyword(jax_function), i32([[1, 2], [3, 5]]), {'axis': 0})
    case('nanvar with ddof', 'nanvar', keyword(jnp.nanvar), x[[0, 2]], {'axis': 1, 'ddof': 1})
    case('nanvar of too few', 'nanvar', keyword(jnp.nanvar), f32([[1, nan]]), {'axis': 1, 'ddof': 1}, grad=False)
    for f, jax_function in (('nanargmax', jnp.nanargmax), ('nanargmin', jnp.nanargmin)):
        case(f, f, keyword(jax_function), x)
        case(f'{f} along an axis', f, keyword(jax_function), x, {'axis': 1})
    case('nancumsum', 'nancumsum', keyword(jnp.nancumsum), x, {'axis': 1})
    case('nancumprod', 'nancumprod', keyword(jnp.nancumprod), x, {'axis': 0})
    for method in ('linear', 'lower', 'higher', 'midpoint', 'nearest'):
        case(f'quantile, {method}', 'quantile', keyword(jnp.quantile), full, 0.3, {'axis': 1, 'method': method})
        case(f'quantiles, {method}', 'quantile', keyword(jnp.quantile), full, f32(0, 0.25, 0.61, 1), {'axis': 1, 'method': method, 'keepdims': True})
        case(f'nanquantile, {method}', 'nanquantile', keyword(jnp.nanquantile), x, f32(0.2, 0.5), {'axis': 1, 'method': method}, grad=False)
    case('quantile of everything', 'quantile', keyword(jnp.quantile), full, 0.7)
    case('quantile of two axes', 'quantile', keyword(jnp.quantile), full, f32(0.7, 0.2), {'axis': [0, 2]})
    case('quantile with NaN', 'quantile', keyword(jnp.quantile), x, 0.5, {'axis': 1}, grad=False)
    case('quantile of integers', 'quantile', keyword(jnp.quantile), i32(1, 5, 2), 0.5)
    case('quantile of float64', 'quantile', keyword(jnp.quantile), full.astype(np.float64), np.float64(0.31), {'axis': 0})
    case('percentile', 'percentile', keyword(jnp.percentile), full, f32(30, 80), {'axis': 1})
    case('nanpercentile', 'nanpercentile', keyword(jnp.nanpercentile), x, 30.0, {'axis': 0})
    case('median', 'median', keyword(jnp.median), full, {'axis': 1})
    case('median of everything', 'median', keyword(jnp.median), full, {'keepdims': True})
    case('median of an odd number', 'median', keyword(jnp.median), full, {'axis': 0})
    case('nanmedian', 'nanmedian', keyword(jnp.nanmedian), x[[0, 2]], {'axis': 1}, grad=False)
    case('average', 'average', keyword(jnp.average), full, {'axis': 1})
    case('average with weights', 'average', keyword(jnp.average), full, {'axis': 1, 'weights': f32(1, 2, 0.5, 3)})
    case('average with weights of its shape', 'average', keyword(jnp.average), full[:, :, 0], {'weights': spread((3, 4), 0.1, 2, seed=9)})
    case('average with weights over two axes', 'average', keyword(jnp.average), full, {'axis': [0, 2], 'weights': spread((3, 2), 0.1, 2, seed=9)})
    case('ptp', 'ptp', keyword(jnp.ptp), full, {'axis': 1})
    case('countNonzero', 'countNonzero', keyword(jnp.count_nonzero), f32([[0, 1], [nan, -0.0]]), {'axis': 1})
    case('cov', 'cov', keyword(jnp.cov), full[:, :, 0], atol=1e-6)
    case('cov of a vector', 'cov', keyword(jnp.cov), f32(1, 2, 4))
    case('cov of two', 'cov', lambda a, b: jnp.cov(a, b), f32(1, 2, 4), f32(0, 1, -1))
    case('corrcoef', 'corrcoef', keyword(jnp.corrcoef), full[:, :, 0], rtol=1e-5, atol=1e-6)
    case('corrcoef of two', 'corrcoef', lambda a, b: jnp.corrcoef(a, b), f32(1, 2, 4), f32(0, 1, -1), rtol=1e-5, atol=1e-6)
    ties = np.array([[1, 1, 1, 3, 3, 2, 5], [2, 2, 1, 1, 1, 1, 0]], np.float64)
    for f, jax_function in (('cummax', lax.cummax), ('cummin', lax.cummin), ('cumlogsumexp', lax.cumlogsumexp)):
        for reverse in (False, True):
            case(f'{f}, reverse {reverse}', f, keyword(jax_function), ties, {'axis': 1, 'reverse': reverse})
            case(f'{f} of eight, reverse {reverse}', f, keyword(jax_function), spread((8, 2), seed=8), {'reverse': reverse})
        case(f'{f} of one', f, keyword(jax_function), np.array([2], np.float32))
        case(f'{f} at hostile points', f, keyword(jax_function), f32(1, -inf, nan, inf, 0, 2), grad=False)
        case(f'{f} of minus infinities', f, keyword(jax_function), f32(-inf, -inf, 1, inf, inf), grad=False)
    case('cummax of integers', 'cummax', keyword(lax.cummax), i32(1, 3, 2, 5, 4))
    for n in (0, 1, 2, 5):
        case(f'diff {n} times', 'diff', keyword(jnp.diff), full, {'n': n, 'axis': 1})
    case('diff with edges', 'diff', keyword(jnp.diff), full[:, :, 0], {'prepend': 1.0, 'append': spread((3, 2), seed=3)})
    case('diff of bools', 'diff', keyword(jnp.diff), np.array([True, False, False, True]))
    case('ediff1d', 'ediff1d', jnp.ediff1d, full)
    case('ediff1d with edges', 'ediff1d', keyword(jnp.ediff1d, toBegin='to_begin', toEnd='to_end'), f32(1, 3, 4), {'toBegin': f32(7, 8), 'toEnd': 9.0})
    case('trapezoid', 'trapezoid', keyword(jnp.trapezoid), full, {'axis': 1, 'dx': 0.5})
    case('trapezoid at places', 'trapezoid', keyword(jnp.trapezoid), full, {'axis': 1, 'x': f32(0, 1, 3, 4)})
    turning = np.cumsum(spread((3, 6), -3.1, 3.1, seed=5), 1)
    case('unwrap', 'unwrap', keyword(jnp.unwrap), turning)
    case('unwrap along the first axis, with a period', 'unwrap', keyword(jnp.unwrap), 4 * turning, {'axis': 0, 'period': 5.0})
    case('unwrap of jumps that are large', 'unwrap', keyword(jnp.unwrap), 4 * turning, {'discont': 8.0})
    case('unwrap of half a period, up and down', 'unwrap', keyword(jnp.unwrap), f64(0, 2, 4, 2, 0, 1, -2, nan, 3, inf, 1), {'period': 4.0}, grad=False)
    case('unwrap of integers', 'unwrap', keyword(jnp.unwrap), i32(0, 5, 11, 3, -4, 9), {'period': 7})
    case('unwrap of nothing', 'unwrap', keyword(jnp.unwrap), np.zeros((2, 0), np.float32))
    case('gradient', 'gradient', keyword(jnp.gradient), full)
    case('gradient along an axis', 'gradient', keyword(jnp.gradient), full, {'axis': 1})
    case('gradient with a spacing', 'gradient', lambda t, o: jnp.gradient(t, 0.5, axis=1), full, {'axis': 1, 'spacing': 0.5})
    case('gradient with spacings', 'gradient', lambda t, o: jnp.gradient(t, 0.5, 2.0, axis=(1, 2)), full, {'axis': [1, 2], 'spacing': [0.5, 2.0]})


def sorting():
    ordered = f32(-2, 0, 0, 1, 1, 1, 5, inf, nan)
    wanted = f32([[-3, -2, 0], [0.5, 1, 6], [inf, nan, -inf]])
    for side in ('left', 'right'):
        case(f'searchsorted {side}', 'searchsorted', keyword(jnp.searchsorted), ordered, wanted, {'side': side}, grad=False)
        case(f'searchsorted {side} of integers', 'searchsorted', keyword(jnp.searchsorted), i32(1, 2, 2, 7), i32(0, 2, 8), {'side': side})
    case('searchsorted of one', 'searchsorted', jnp.searchsorted, f32([2]), f32(1, 2, 3), grad=False)
    case('searchsorted of nothing', 'searchsorted', jnp.searchsorted, np.zeros(0, np.float32), f32(1, 2), grad=False)
    case('searchsorted of a scalar', 'searchsorted', jnp.searchsorted, f32(1, 2, 3), np.float32(2.5), grad=False)
    for right in (False, True):
        case(f'digitize, right {right}', 'digitize', keyword(jnp.digitize), f32(0, 1, 1.5, 2, 9), f32(1, 1.5, 2), {'right': right}, grad=False)
        case(f'digitize in descending bins, right {right}', 'digitize', keyword(jnp.digitize), f32(0, 1, 1.5, 2, 9), f32(2, 1.5, 1), {'right': right}, grad=False)
    case('lexsort', 'lexsort', lambda k: jnp.lexsort(k), [i32(3, 1, 2, 0), i32(1, 0, 1, 0)])
    case('lexsort of matrices', 'lexsort', lambda k, axis: jnp.lexsort(k, axis), [i32([[3, 1], [2, 0]]), i32([[1, 0], [1, 0]])], 0)
    x = spread((3, 6), seed=11)
    for kth in (0, 2, -1):
        case(f'partition at {kth}', 'partition', jnp.partition, x, kth)
        case(f'argpartition at {kth}', 'argpartition', jnp.argpartition, x, kth)
    case('partition along the first axis', 'partition', jnp.partition, x, 1, 0)
    case('putAlongAxis', 'putAlongAxis', lambda t, i, v, axis: jnp.put_along_axis(t, i, v, axis, inplace=False), x, i32([[0, 3], [-1, 2], [5, 4]]), spread((3, 2), seed=2), 1)
    case('putAlongAxis of a number along the first axis', 'putAlongAxis', lambda t, i, v, axis: jnp.put_along_axis(t, i, v, axis, inplace=False), x, i32([[0, 1, 2, 1, -1, 0]]), 7.0, 0)
    conditions = [np.array([True, False, False, True]), np.array([True, True, False, False])]
    case('select', 'select', lambda c, l, d: jnp.select(c, l, d), conditions, [f32(1, 2, 3, 4), f32(5, 6, 7, 8)], -1.0)
    case('select without a default', 'select', lambda c, l: jnp.select(c, l), conditions, [f32(1, 2, 3, 4), f32(5, 6, 7, 8)])
    for mode in ('wrap', 'clip'):
        case(f'choose, {mode}', 'choose', keyword(jnp.choose), i32(0, 4, -1, 1), [f32(1, 2, 3, 4), f32(5, 6, 7, 8), np.float32(9)], {'mode': mode})
    case('piecewise', 'piecewise', lambda t, c, l: jnp.piecewise(t, c, l), f32(-1, 0.5, 2, 3), [np.array([True, False, False, True]), np.array([False, False, True, True])], [1.0, 2.0, 3.0])
    case('piecewise without an else', 'piecewise', lambda t, c, l: jnp.piecewise(t, c, l), f32(-1, 0.5, 2, 3), [np.array([True, False, False, True])], [1.0])
    mask = np.array([[True, False, True], [False, False, True]])
    case('nonzero with a size', 'nonzero', lambda t, o: jnp.nonzero(t, size=o['size'], fill_value=o['fillValue']), f32([[1, 0, nan], [0, 0, -2]]), {'size': 5, 'fillValue': 9})
    case('nonzero with too small a size', 'nonzero', keyword(jnp.nonzero), mask, {'size': 2})
    case('argwhere with a size', 'argwhere', keyword(jnp.argwhere), mask, {'size': 4})
    case('flatnonzero with a size', 'flatnonzero', keyword(jnp.flatnonzero), mask, {'size': 4})
    y = f32([[1, 2, 3], [4, 5, 6]])
    case('compress with a size', 'compress', lambda c, t, o: jnp.compress(c, t, axis=o['axis'], size=o['size'], fill_value=0), np.array([True, False, True]), y, {'axis': 1, 'size': 2})
    case('compress with too large a size', 'compress', lambda c, t, o: jnp.compress(c, t, axis=o['axis'], size=o['size'], fill_value=0), np.array([True, False, True]), y, {'axis': 1, 'size': 3})
    for values in (f32(3, 1, nan, 3, 2, nan, 1), i32(5, 5, 5), i32([[2, 1], [0, 2]])):
        case(f'uniqueAll of {values.tolist()}', 'uniqueAll', lambda t, o: jnp.unique_all(t, size=o['size']), values, {'size': 5}, grad=False)
        case(f'unique of {values.tolist()} with a fill', 'unique', lambda t, o: jnp.unique(t, size=o['size'], fill_value=7), values, {'size': 6, 'fillValue': 7}, grad=False)
    case('isin', 'isin', keyword(jnp.isin), i32([[1, 2], [3, 4]]), i32(2, 4, 9))
    case('isin, inverted, with NaN', 'isin', keyword(jnp.isin), f32(1, nan), f32(nan, 2), {'invert': True}, grad=False)
    a, b = i32(1, 3, 5, 3, 7), i32(3, 1, 8, 2, 3)
    case('union1d', 'union1d', lambda t, u, o: jnp.union1d(t, u, size=8, fill_value=0), a, b, {'size': 8, 'fillValue': 0})
    case('intersect1d', 'intersect1d', lambda t, u, o: jnp.intersect1d(t, u, size=3, fill_value=0), a, b, {'size': 3, 'fillValue': 0})
    case('setdiff1d', 'setdiff1d', lambda t, u, o: jnp.setdiff1d(t, u, size=4, fill_value=0), a, b, {'size': 4, 'fillValue': 0})
    case('setxor1d', 'setxor1d', lambda t, u, o: jnp.setxor1d(t, u, size=5, fill_value=0), a, b, {'size': 5, 'fillValue': 0})
    case('bincount with a length', 'bincount', keyword(jnp.bincount), i32(0, 3, 1, 3, -2, 9), {'length': 5})
    case('bincount with weights', 'bincount', keyword(jnp.bincount), i32(0, 3, 1, 3), {'weights': f32(0.5, 1, 2, 0.25), 'length': 5})
    samples = f32(0.5, 1, 2.5, -1, 4, 4, 0)
    case('histogram', 'histogram', jnp.histogram, samples, 4, grad=False)
    case('histogram by default', 'histogram', jnp.histogram, f32(0.3, 1.2, 2.6, -1, 4, 3.9, 0.1), grad=False)
    case('histogram in a range', 'histogram', lambda t, n, o: jnp.histogram(t, n, range=(0, 2)), samples, 4, {'range': [0, 2]}, grad=False)
    case('histogram of weights', 'histogram', lambda t, n, o: jnp.histogram(t, n, weights=o['weights'], density=True), samples, 3, {'weights': f32(1, 2, 3, 4, 5, 6, 7), 'density': True}, grad=False)
    case('histogram between edges', 'histogram', jnp.histogram, samples, f32(-1, 0, 3, 4), grad=False)
    case('histogram of one point', 'histogram', jnp.histogram, f32(2, 2), 2, grad=False)
    for values in (f32(3, 1, nan, 3, 2, nan, 1), i32([[2, 1], [0, 2]])):
        case(f'uniqueValues of {values.tolist()}', 'uniqueValues', lambda t, o: jnp.unique_values(t, size=o['size'], fill_value=7), values, {'size': 6, 'fillValue': 7}, grad=False)
        case(f'uniqueCounts of {values.tolist()}', 'uniqueCounts', lambda t, o: jnp.unique_counts(t, size=o['size']), values, {'size': 6}, grad=False)
        case(f'uniqueInverse of {values.tolist()}', 'uniqueInverse', lambda t, o: jnp.unique_inverse(t, size=o['size']), values, {'size': 6}, grad=False)
    x, y = f32(0.5, 1, 2.5, -1, 4, 4, 0), f32(2, 0, 1, -1, 3, -1, 3)
    case('histogram2d', 'histogram2d', jnp.histogram2d, x, y, 3, grad=False)
    case('histogram2d, other bins for each', 'histogram2d', lambda t, u, n: jnp.histogram2d(t, u, n), x, y, [2, 4], grad=False)
    case('histogram2d, other edges for each', 'histogram2d', lambda t, u, n: jnp.histogram2d(t, u, n), x, y, [f32(-1, 0, 5), f32(0, 1, 2, 3)], grad=False)
    case('histogram2d between edges', 'histogram2d', jnp.histogram2d, x, y, f32(-1, 0, 3, 4), grad=False)
    case('histogram2d in ranges, a density of weights', 'histogram2d', lambda t, u, n, o: jnp.histogram2d(t, u, n, range=[(0, 4), None], weights=o['weights'], density=True), x, y, 3, {'range': [[0, 4], None], 'weights': f32(1, 2, 3, 4, 5, 6, 7), 'density': True}, grad=False)
    points = np.stack([x, y, x - y], 1)
    case('histogramdd', 'histogramdd', jnp.histogramdd, points, 2, grad=False)
    case('histogramdd, a density', 'histogramdd', lambda t, n, o: jnp.histogramdd(t, n, **o), points, [2, 1, 3], {'density': True}, grad=False)
    case('histogramdd of float64', 'histogramdd', lambda t, n: (lambda counts, edges: [counts.astype(np.int32), *edges])(*jnp.histogramdd(t, n)), points.astype(np.float64), 3, grad=False)


def special():
    for f, jax_function in (('i0', sp.i0), ('i0e', sp.i0e), ('i1', sp.i1), ('i1e', sp.i1e)):
        unary(f, jax_function, [-9.5, -2, -1e-3, 0.4, 3, 7.9, 8.1, 30], [0.0, -0.0, nan], rtol=2e-13)
    case('i0e at infinity', 'i0e', sp.i0e, f64(inf, -inf), grad=False)
    unary('logit', sp.logit, [0.1, 0.5, 0.9, 0.99], [0, 1, nan, -1, 2])
    binary('xlogy', sp.xlogy, [(1.5, 2.0), (-0.3, 0.7), (2.0, 3.0), (4.5, 1.25)], every_pair)
    binary('xlog1py', sp.xlog1py, [(1.5, 2.0), (-0.3, 0.7), (2.0, 3.0), (4.5, 1.25)], every_pair)
    unary('entr', sp.entr, [0.1, 0.5, 1.0, 3], [0, -1, nan, inf])
    binary('relEntr', sp.rel_entr, [(1.5, 2.0), (0.3, 0.7), (2.0, 3.0), (4.5, 1.25)], [(0, 1), (0, 0), (1, 0), (-1, 1), (1, -1)])
    binary('klDiv', sp.kl_div, [(1.5, 2.0), (0.3, 0.7), (2.0, 3.0), (4.5, 1.25)], [(0, 1), (0, 0), (1, 0), (-1, 1)])
    unary('log1mexp', nn.log1mexp, [0.1, 0.6931, 0.7, 5, 40], [0, inf, nan, 1e-300, 800])
    binary('boxcox', sp.boxcox, [(1.5, 2.0), (0.3, -0.7), (2.0, 1e-3), (4.5, 1.25)], [(2, 0), (0.5, 0)])
    binary('boxcox1p', sp.boxcox1p, [(1.5, 2.0), (0.3, -0.7), (2.0, 1e-3), (4.5, 1.25)], [(2, 0), (0.5, 0)])
    unary('ndtr', sp.ndtr, [-8, -1, -0.3, 0, 0.5, 2, 6], [*special_points, -37], rtol=2e-12)
    unary('ndtri', sp.ndtri, [1e-20, 1e-4, 0.1, 0.3, 0.5, 0.8, 0.9, 0.999], [0, 1, 1e-300], rtol=2e-11, atol=1e-16)
    unary('logNdtr', sp.log_ndtr, [-100, -30, 0, 0.5, 2, 4], [inf, 20, 100], rtol=2e-9)
    unary('erfcx', sp.erfcx, [-3, -0.5, 0, 0.5, 2, 10], [30, 1e200, inf, nan, -20], rtol=2e-12)
    unary('gammasgn', sp.gammasgn, [-2.5, -0.5, 0.5, 3], [*special_points, -1, -2], grad=False)
    unary('gamma', sp.gamma, [-2.5, -0.5, 0.5, 3, 10.5], [0.0, -1, 170, 200, nan], rtol=1e-11)
    shapes = [(0.5, 0.3), (2.0, 3.5), (6.0, 0.4), (1.0, 1.0)]
    binary('betaln', sp.betaln, shapes, rtol=1e-11)
    binary('beta', sp.beta, shapes, rtol=1e-11)
    case('multigammaln', 'multigammaln', sp.multigammaln, f64(3.5, 10), 4, rtol=1e-11)
    unary('factorial', sp.factorial, [0.5, 1, 5, 10], [-1, 0, 171], rtol=1e-11)
    binary('comb', sp.comb, [(5.0, 2.0), (10.5, 3.2), (7.0, 7.0), (6.0, 0.0)], [(3, 5), (-1, 2), (3, -1)], rtol=1e-11)
    binary('poch', sp.poch, [(0.5, 2.0), (2.5, 0.3), (1.0, 4.0)], [(2, 0)], rtol=1e-11)
    binary('zeta', sp.zeta, [(2.0, 1.0), (1.5, 0.3), (5.0, 20.0), (3.0, 0.01)], [(1, 2), (0.5, 2), (2, 0), (3, 0), (2, -1), (1.5, -0.5), (nan, 1), (2, nan)], grad=False, rtol=1e-12)
    for n in (0, 1, 2, 3):
        case(f'polygamma {n}', 'polygamma', lambda k, x: sp.polygamma(k, x), n, f64(0.3, 1, 4.5, 30), rtol=1e-11)
        case(f'polygamma {n} float32', 'polygamma', lambda k, x: sp.polygamma(k, x), n, f32(0.3, 1, 4.5, 30), wide=True)
        case(f'polygamma {n} left of 0', 'polygamma', lambda k, x: sp.polygamma(k, x), n, f64(-0.5, -1.3, -3.7), rtol=1e-11)
    case('polygamma at poles', 'polygamma', lambda k, x: sp.polygamma(k, x), 1, f64(0, -1, nan), grad=False)
    case('polygamma at poles, even', 'polygamma', lambda k, x: sp.polygamma(k, x), 2, f64(0, -1, nan), grad=False)
    pairs = [(0.5, 0.3), (2.0, 3.5), (10.0, 0.1), (1.0, 1.0), (30.0, 28.0), (30.0, 33.0), (0.01, 5.0), (100.0, 100.5)]
    edges = [(0, 0), (0, 1), (1, 0), (2, inf), (inf, 1), (1, -1), (-1, 1), (1, nan), (nan, 1)]
    binary('gammainc', sp.gammainc, pairs, edges, rtol=2e-11, atol=1e-30)
    binary('gammaincc', sp.gammaincc, pairs, edges, rtol=2e-11, atol=1e-30)
    binary('igammaGradA', lambda s, t: lax.igamma_grad_a(*jnp.broadcast_arrays(s, t)), pairs, [(0, 0), (0, 1), (1, 0), (1, -1), (-1, 1), (1, nan), (nan, 1)], grad=False, rtol=2e-11, atol=1e-30)
    binary('randomGammaGrad', lambda s, t: lax.random_gamma_grad(*jnp.broadcast_arrays(s, t)), pairs, [(0, 0), (0, 1), (1, 0), (1, -1), (-1, 1), (1, nan), (nan, 1), (2, inf), (inf, 1)], grad=False, rtol=2e-11)
    a, b, x = f64(0.5, 2, 10, 1, 30), f64(0.5, 3, 0.7, 1, 40), f64(0.3, 0.9, 0.5, 0.25, 0.42)
    case('betainc', 'betainc', sp.betainc, a, b, x, grad=False, rtol=1e-11)
    case('betainc float32', 'betainc', sp.betainc, a.astype(np.float32), b.astype(np.float32), x.astype(np.float32), grad=False, wide=True)
    case('betainc at its edges', 'betainc', sp.betainc, f64(0, 1, 1, 2, 2), f64(1, 0, 1, 2, 2), f64(0.5, 0.5, 0.5, 0, 1), grad=False)


def integrals():
    unary('expi', sp.expi, [-30, -5, -1.5, -0.3, -0.05, 0.05, 0.3, 0.3725, 1.9, 2.1, 4.5, 9, 17, 33, 65, 300], [nan, 2, 4, 8, 16, 32, 64, -1, 708, 720], rtol=4e-13, atol=1e-16)
    # JAX's loops do not end at infinity, nor soon beside small numbers or NaN; SciPy's do. JAX's Ei(0) is NaN; here it is the limit.
    case('expi at zero and infinity', 'expi', lambda x: jnp.where(x == 0, -inf, jnp.where(x > 0, inf, 0)), f64(0, -0.0, inf, -inf), grad=False)
    case('exp1 at infinity', 'exp1', lambda x: jnp.where(x > 0, 0.0, nan), f64(inf, -inf), grad=False)
    unary('exp1', sp.exp1, [0.05, 0.3, 0.999, 1.0, 1.001, 1.7, 5, 30, 300], rtol=4e-13)
    for n in (0, 1, 2, 3, 7, 60, 4999, 6000):
        case(f'expn of order {n}', 'expn', sp.expn, n, f64(0.05, 0.3, 0.999, 1.0, 1.001, 1.7, 5, 30, 300), rtol=4e-13, grad=n > 0)
        case(f'expn of order {n}, float32', 'expn', sp.expn, n, f32(0.05, 0.3, 0.999, 1.0, 1.001, 1.7, 5, 30), wide=True, grad=n > 0)
    for n in (0, 1, 2, 5):
        case(f'expn of order {n} at hostile points', 'expn', lambda k, x: jnp.asarray(scipy_special.expn(k, np.asarray(x))), n, f64(0, 1, 2, nan, -1, 740, 1e-300), grad=False, rtol=1e-12)
    case('expn of a negative order', 'expn', lambda n, x: jnp.full_like(x, nan), -1, f64(0, 0.5, 3), grad=False)
    case('expn broadcast', 'expn', sp.expn, f64([[1], [2], [4]]), f64(0.5, 1.5), grad=False, rtol=1e-12)
    unary('sici', sp.sici, [-5, -0.3, 1e-6, 0.3, 3.9, 4.1, 7.9, 8.1, 40, 1e4, 1e8], [*special_points, 4, 8, 1e9, -1e9, 3e9], rtol=1e-10, atol=1e-12)
    unary('fresnel', sp.fresnel, [-3, -0.3, 1e-6, 0.3, 1.5, 1.61, 1.7, 4.1, 10], [*special_points, 1.6007811, 50, 4e4, -4e4], rtol=1e-11, atol=1e-12)
    unary('dawsn', sp.dawsn, [-8, -4, -0.3, 1e-6, 0.3, 0.924, 3.2, 3.3, 6.2, 6.3, 40], [*special_points, 3.25, 6.25, 1e10, 1e200], rtol=4e-12, atol=1e-7)
    # JAX's derivative is NaN between 1 and 2.
    unary('spence', sp.spence, [1e-6, 0.3, 0.499, 0.5, 0.7, 0.999, 1.001, 1.4, 1.6, 1.999, 2.001, 30, 1e6], [0, 1, -1, nan, 2, 0.5, 1.5], rtol=1e-11, atol=1e-15, grad=False)
    pairs = [(0.5, 0.3), (1.5, -0.7), (-2.0, 3.5), (0.1, 5.0), (0.2, 1.0), (3.0, 0.99), (4.0, 40.0), (1e-3, 1e3)]
    binary('owensT', sp.owens_t, pairs, [(0, 0), (0, 1), (0, 3), (0, -0.5), (1, 0), (1, 1), (1, inf), (1, -inf), (inf, 1), (-inf, 2), (nan, 1), (1, nan)], rtol=2e-12, atol=1e-16)
    for v in (0, 1, 4):
        case(f'besselJn up to order {v}', 'besselJn', lambda z, o: sp.bessel_jn(z, v=o['v'], n_iter=o['nIter']), f64(-12, -1.5, -1, 0.5, 0.99, 1, 3.7, 20), {'v': v, 'nIter': 60}, rtol=1e-11, atol=1e-13)
    case('besselJn of a matrix in float32', 'besselJn', lambda z, o: sp.bessel_jn(z, v=o['v']), f32([[1.5, 0.7], [4, 9]]), {'v': 2}, wide=True, atol=1e-7)
    case('besselJn of nothing finite', 'besselJn', lambda z, o: sp.bessel_jn(z, v=o['v']), f64([nan]), {'v': 1}, grad=False)


def hypergeometric():
    # JAX's series cancels left of zero and does not reach far: the values are SciPy's, the gradients JAX's where its series is exact.
    a = f64(0.5, 1.3, 2, -1.5, 3.7, 1, 0, 2, -2, 1.3, 0.7, 1.3, 2.5, 30, 1.3, -3, -3)
    b = f64(1.5, 2.1, 0.7, 2.5, 3.7, 2, 1.5, 2, 1.5, 2.1, 1.9, 2.1, 1.2, 2, 2.1, 1.5, 1.5)
    x = f64(0.3, -1, 5, 20, -3, -40, 3, -2, 7, -120, -700, 600, -30, 4, -1e4, -800, 650)
    exact = lambda *args: jnp.asarray(scipy_special.hyp1f1(*(np.asarray(one) for one in args)))
    case('hyp1f1', 'hyp1f1', exact, a, b, x, grad=False, rtol=4e-14)
    case('hyp1f1 float32', 'hyp1f1', lambda *args: exact(*(np.asarray(one, np.float64) for one in args)).astype(np.float32), *(one[:11].astype(np.float32) for one in (a, b, x)), grad=False)
    case('hyp1f1 at hostile points', 'hyp1f1', exact, f64(1, 0, 2, nan, 1, 1, 0), f64(0, 2, 2, 1, nan, 2, 3), f64(1, 5, -1, 1, 1, 0, nan), grad=False, rtol=1e-14)
    case('hyp1f1 right of zero', 'hyp1f1', sp.hyp1f1, f64(0.5, 1.3, 2, 3.2), f64(1.5, 2.1, 0.7, 1.1), f64(0.3, 1, 5, 2), rtol=1e-12)


def polynomial():
    p, q = f32(1, -2, 0.5), f32(3, 1)
    case('polyval', 'polyval', jnp.polyval, p, f32([[0, 1], [-2, 0.3]]))
    case('polyval of integers', 'polyval', jnp.polyval, i32(1, 2, 3), i32(2, -1))
    case('polyval of none', 'polyval', jnp.polyval, np.zeros(0, np.float32), f32(1, 2))
    for f, jax_function in (('polyadd', jnp.polyadd), ('polysub', jnp.polysub), ('polymul', jnp.polymul)):
        case(f, f, jax_function, p, q, atol=1e-6)
    for u, v in ((f64(1, -2, 0.5, 3, 1), f64(2, 1)), (f64(1, -2, 0.5, 3), f64(2, 1, -1)), (f64(1, 2), f64(1, 2, 3)), (f64(3, 1), f64([2])), (f64(1, 0, 2), f64(0, 1))):
        case(f'polydiv of {u.tolist()} by {v.tolist()}', 'polydiv', jnp.polydiv, u, v, grad=v[0] != 0)
    for m in (0, 1, 2, 3):
        case(f'polyder {m}', 'polyder', jnp.polyder, p, m)
        case(f'polyint {m}', 'polyint', jnp.polyint, p, m)
    case('poly', 'poly', jnp.poly, np.array([1., -2., 0.5]), rtol=1e-9, atol=1e-12)
    case('poly of no roots', 'poly', jnp.poly, np.zeros(0))
    at, values = np.array([-1., -0.4, 0.1, 0.7, 1.5, 2.1]), np.array([0.3, -1.2, 0.8, 2.5, -0.7, 1.1])
    for degree in (0, 1, 3):
        case(f'polyfit {degree}', 'polyfit', jnp.polyfit, at, values, degree, rtol=1e-8, atol=1e-9)
    case('polyfit of two at once, weighted', 'polyfit', lambda x, y, d, o: jnp.polyfit(x, y, d, w=o['weights']), at, np.stack([values, values[::-1]], 1), 2, {'weights': np.array([1., 2., 0.5, 1., 3., 1.])}, grad=False, rtol=1e-8, atol=1e-9)
    x, y = spread((7,), seed=1), spread((4,), seed=2)
    for mode in ('full', 'same', 'valid'):
        for a, b, name in ((x, y, 'longer'), (y, x, 'shorter'), (x[:5], y, 'odd')):
            case(f'convolve {mode}, the first is {name}', 'convolve', keyword(jnp.convolve), a, b, {'mode': mode}, atol=1e-6)
            case(f'correlate {mode}, the first is {name}', 'correlate', keyword(jnp.correlate), a, b, {'mode': mode}, atol=1e-6)
    points, values = f32(-1, 0, 0.5, 2), f32(3, -1, 1, 2)
    at = f32([[-2, -1, -0.4], [0, 0.3, 0.7], [1.9, 2.0, 5]])
    inside = f32(-0.9, -0.4, 0.3, 0.7, 1.9)
    case('interp', 'interp', jnp.interp, at, points, values, grad=False)
    case('interp between points', 'interp', jnp.interp, inside, points, values, atol=1e-6)
    case('interp with values outside', 'interp', keyword(jnp.interp), at, points, values, {'left': -7.0, 'right': 9.0}, grad=False)
    case('interp with lines outside', 'interp', keyword(jnp.interp), f32(-3, 0.1, 4), points, values, {'left': 'extrapolate', 'right': 'extrapolate'}, atol=1e-6)
    case('interp with a period', 'interp', keyword(jnp.interp), f32(-3, 0.1, 4, 11), points, values, {'period': 3.5}, grad=False)
    case('interp where two points are one', 'interp', jnp.interp, f32(0.5, 1.5), f32(0, 1, 1, 2), f32(1, 2, 5, 6), grad=False)
    unary('sparsePlus', nn.sparse_plus, [-3, -1, -0.5, 0.3, 1, 4], special_points)
    unary('sparseSigmoid', nn.sparse_sigmoid, [-3, -0.5, 0.3, 4], special_points)
    case('logmeanexp', 'logmeanexp', keyword(nn.logmeanexp), spread((3, 4), seed=1), {'axis': 1, 'keepdims': True})
    case('logmeanexp of everything', 'logmeanexp', keyword(nn.logmeanexp), f32([[800, 799], [-inf, 1]]))


def padding():
    x = spread((3, 4), seed=1)
    widths = [[1, 2], [3, 0]]
    for mode in ('edge', 'reflect', 'symmetric', 'wrap', 'linear_ramp', 'maximum', 'minimum', 'mean', 'median'):
        case(f'pad {mode}', 'pad', keyword(jnp.pad), x, widths, {'mode': mode})
        case(f'pad {mode} of integers', 'pad', keyword(jnp.pad), i32([[1, 5, 2], [7, -3, 4]]), [[1, 1], [0, 2]], {'mode': mode})
    for mode in ('maximum', 'minimum', 'mean', 'median'):
        case(f'pad {mode} of the edge', 'pad', keyword(jnp.pad, statLength='stat_length'), x, widths, {'mode': mode, 'statLength': 2})
        case(f'pad {mode} of edges', 'pad', keyword(jnp.pad, statLength='stat_length'), x, widths, {'mode': mode, 'statLength': [[1, 2], [3, 1]]})
    case('pad with ramps to numbers', 'pad', keyword(jnp.pad, endValues='end_values'), x, widths, {'mode': 'linear_ramp', 'endValues': [[1, 2], [3, -4]]})
    case('pad with a number', 'pad', keyword(jnp.pad, constantValues='constant_values'), x, widths, {'constantValues': 7})
    case('pad with numbers', 'pad', keyword(jnp.pad, constantValues='constant_values'), x, widths, {'constantValues': [[1, 2], [3, 4]]})
    case('pad by one number', 'pad', jnp.pad, x, 2)
    case('pad by one pair', 'pad', jnp.pad, x, [1, 2])
    case('pad with anything', 'pad', lambda t, w, o: jnp.pad(t, w, mode='constant'), x, widths, {'mode': 'empty'})


def masked():
    x = spread((3, 4), seed=1)
    mask = np.array([[True, False, True, True], [False, True, False, False], [True, True, True, True]])
    for f, jax_function in (('sum', jnp.sum), ('prod', jnp.prod), ('mean', jnp.mean), ('variance', jnp.var), ('logsumexp', nn.logsumexp)):
        case(f'{f} where', f, keyword(jax_function), x, {'axis': 1, 'where': mask}, grad=f != 'variance')
        case(f'{f} of everything where', f, keyword(jax_function), x, {'where': mask}, atol=1e-6)
        case(f'{f} where, by columns', f, keyword(jax_function), x, {'axis': 0, 'keepdims': True, 'where': mask[0]}, atol=1e-6, grad=f == 'sum')
    case('std where', 'std', keyword(jnp.std), x[[0, 2]], {'axis': 1, 'where': mask[[0, 2]], 'ddof': 1})
    for f, jax_function in (('max', jnp.max), ('min', jnp.min)):
        case(f'{f} where', f, keyword(jax_function), x, {'axis': 1, 'where': mask, 'initial': 0.5})
        case(f'{f} of integers where', f, keyword(jax_function), i32([[1, 5], [7, -3]]), {'axis': 0, 'where': mask[:2, :2], 'initial': 2})
        case(f'{f} with an initial value of nothing', f, keyword(jax_function), np.zeros((2, 0), np.float32), {'axis': 1, 'initial': 2.0}, grad=False)
    for f, jax_function in (('all', jnp.all), ('any', jnp.any)):
        case(f'{f} where', f, keyword(jax_function), mask, {'axis': 1, 'where': np.array([True, True, False, True])})
    case('softmax where', 'softmax', keyword(nn.softmax), x, {'axis': 1, 'where': mask}, atol=1e-7)
    case('softmax of large numbers where', 'softmax', keyword(nn.softmax), f32([[1000, 1, 2]]), {'where': np.array([[False, True, True]])}, atol=1e-7)
    case('logSoftmax where', 'logSoftmax', keyword(nn.log_softmax), x, {'axis': 1, 'where': mask}, grad=False)


def places():
    for f, jax_function in (('bartlett', jnp.bartlett), ('blackman', jnp.blackman), ('hamming', jnp.hamming), ('hanning', jnp.hanning)):
        for length in (0, 1, 2, 7):
            case(f'{f} of {length}', f, jax_function, length, atol=1e-6)
    case('kaiser', 'kaiser', jnp.kaiser, 6, 8.5, atol=1e-6)
    case('kaiser of one', 'kaiser', jnp.kaiser, 1, 8.5)
    case('unravelIndex', 'unravelIndex', lambda i, shape: jnp.unravel_index(i, tuple(shape)), i32([[0, 5], [11, -1]]), [3, 4])
    case('unravelIndex out of range', 'unravelIndex', lambda i, shape: jnp.unravel_index(i, tuple(shape)), i32(12, 100, -13), [3, 4])
    for mode in ('wrap', 'clip'):
        case(f'ravelMultiIndex, {mode}', 'ravelMultiIndex', lambda p, shape, o: jnp.ravel_multi_index(p, tuple(shape), mode=o['mode']), [i32(0, 2, 5), i32(3, -1, 1)], [3, 4], {'mode': mode})


families = {'places': places, 'masked': masked, 'padding': padding, 'polynomial': polynomial, 'special': special, 'integrals': integrals, 'hypergeometric': hypergeometric, 'sorting': sorting, 'arrange': arrange, 'statistics': statistics, 'indexing': indexing, 'numeric': numeric, 'error-functions': error_functions, 'top-k': top_k}

if __name__ == '__main__':
    folder = pathlib.Path(__file__).parent / 'cases'
    for family in sys.argv[1:] or families:
        cases.clear()
        families[family]()
        (folder / f'{family}.json').write_text('[\n' + ',\n'.join(json.dumps(one) for one in cases) + '\n]\n')
        print(family, len(cases))
