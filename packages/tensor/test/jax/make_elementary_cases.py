"""Makes cases/elementary.json: elementwise functions and reductions at their edges, as JAX 0.10.2 has them on a CPU.

    python make_elementary_cases.py
"""
import json
import pathlib

import jax.numpy as jnp
import ml_dtypes
import numpy as np
from jax import nn

from make_cases import case, cases, f32, keyword

half_dtypes = (np.float16, ml_dtypes.bfloat16)


def rounding():
    for dtype in half_dtypes:
        for decimals in (3, -1, 9, -9):
            case(f'round of {np.dtype(dtype).name} to {decimals} decimals', 'round', keyword(jnp.round), np.array([124.25, -1.0625, 3e-3, 65000], dtype), {'decimals': decimals}, grad=False)


def bools():
    case('square of bools', 'square', jnp.square, np.array([True, False]))
    for f, jax_function in (('pow', jnp.power), ('mod', jnp.mod), ('floorDivide', jnp.floor_divide), ('fmod', jnp.fmod)):
        case(f'{f} of bools', f, jax_function, np.array([True, False]), np.array([True, True]))


def divisions():
    for dtype in (np.uint8, np.uint16, np.uint32, np.int8, np.int32):
        case(f'floorDivide of {np.dtype(dtype).name}, also by zero', 'floorDivide', jnp.floor_divide, np.array([7, 8, 0, 5, 100, 1], dtype), np.array([2, 3, 5, 0, 7, 0], dtype))


def shapes():
    x = f32([[1, 2, 3], [4, 5, 6]])
    for mode in ('constant', 'edge', 'mean'):
        case(f'pad, {mode}, one pair in a list for all axes', 'pad', lambda t, widths, o: jnp.pad(t, widths, **o), x, [[1, 2]], {'mode': mode})
    case('pad, reflect, of one element', 'pad', lambda t, widths, o: jnp.pad(t, widths, **o), f32([[7]]), [[2, 1], [0, 3]], {'mode': 'reflect'})
    for mode in ('mean', 'median', 'linear_ramp', 'maximum'):
        case(f'pad, {mode}, of bools', 'pad', lambda t, widths, o: jnp.pad(t, widths, **o), np.array([[True, False, False], [True, True, False]]), [[1, 2], [2, 0]], {'mode': mode})
    case('roll by several shifts along one axis', 'roll', jnp.roll, x, [1, 1], 1)
    case('roll by one shift in a list along several axes', 'roll', jnp.roll, x, [1], [0, 1])


def orders():
    for dtype in (np.float32, np.float16, np.float64):
        x = np.array([[1, np.nan, 0, -0.0, np.nan, 0, -0.0, 2], [3, 3, -np.inf, np.nan, np.inf, -1, 3, np.inf]], dtype)
        case(f'argsort of {np.dtype(dtype).name}, descending', 'argsort', lambda t, o: jnp.argsort(t, **o).astype(np.int32), x, {'descending': True})
    for dtype in (np.int8, np.uint32, np.bool_):
        case(f'argsort of {np.dtype(dtype).name}, descending', 'argsort', keyword(jnp.argsort), np.array([[3, 0, 1], [0, 3, 1], [1, 3, 0]]).astype(dtype), {'axis': 0, 'descending': True})
    for dtype in (np.int8, np.uint8, np.bool_, np.float32):
        matrix = np.arange(12).reshape(3, 4).astype(dtype)
        for k in (0, 2, -1, 5, -9):
            case(f'diag of {np.dtype(dtype).name} at {k}', 'diag', jnp.diag, matrix, k)
    case('arange of integers by less than one', 'arange', lambda a, b, c, o: jnp.arange(a, b, c, **o), 3, 0, -0.5, {'dtype': 'int32'})
    case('arange of integers from a fraction', 'arange', lambda a, b, c, o: jnp.arange(a, b, c, **o), -2.5, 3, 1.5, {'dtype': 'int8'})
    case('linspace of integers', 'linspace', lambda a, b, c, o: jnp.linspace(a, b, c, **o), -2.5, 3.5, 13, {'dtype': 'int32'})


def activations():
    for dtype in (np.int32, np.uint8, np.bool_):
        for f, jax_function in (('relu6', nn.relu6), ('hardTanh', nn.hard_tanh)):
            case(f'{f} of {np.dtype(dtype).name}', f, jax_function, np.array([0, 1, 3, 9]).astype(dtype))


def limits():
    case('clip without limits', 'clip', jnp.clip, f32(-1, 2))
    case('clip of integers by a fraction', 'clip', keyword(jnp.clip), np.array([-1, 0, 3], np.int32), {'min': 0.5})


rounding()
bools()
divisions()
shapes()
orders()
activations()
limits()
(pathlib.Path(__file__).parent / 'cases' / 'elementary.json').write_text('[\n' + ',\n'.join(json.dumps(one) for one in cases) + '\n]\n')
print('elementary', len(cases))
