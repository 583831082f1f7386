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


families = {'indexing': indexing, 'numeric': numeric, 'error-functions': error_functions, 'top-k': top_k}

if __name__ == '__main__':
    folder = pathlib.Path(__file__).parent / 'cases'
    for family in sys.argv[1:] or families:
        cases.clear()
        families[family]()
        (folder / f'{family}.json').write_text('[\n' + ',\n'.join(json.dumps(one) for one in cases) + '\n]\n')
        print(family, len(cases))
