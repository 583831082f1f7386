"""Makes cases/linalg.json: linear algebra as JAX 0.10.2 has it on a CPU.

    python make_linalg_cases.py
"""
import json
import pathlib

import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy as np
import scipy.linalg as scipy_linalg
from jax import lax

from make_cases import case, cases, i32

random = np.random.default_rng(6)
close = {'rtol': 1e-10, 'atol': 1e-11}


def some(*shape):
    return np.round(random.normal(size=shape), 3)


def square(*shape):
    return some(*shape) + 1.5 * np.eye(shape[-1])


def definite(*shape):
    x = square(*shape)
    return x @ np.swapaxes(x, -1, -2)


def f32(x):
    return np.asarray(x, np.float32)


def options(f, **names):
    return lambda *args: f(*args[:-1], **{names.get(k, k): v for k, v in args[-1].items()})


linalg = jnp.linalg
singles = {
    'cholesky': (linalg.cholesky, definite),
    'inv': (linalg.inv, square),
    'det': (linalg.det, square),
    'slogdet': (linalg.slogdet, square),
    'qr': (linalg.qr, square),
    'eigh': (linalg.eigh, lambda *shape: some(*shape) + np.swapaxes(some(*shape), -1, -2)),
    'eigvalsh': (linalg.eigvalsh, some),
    'svdvals': (linalg.svdvals, some),
    'pinv': (linalg.pinv, some),
    'expm': (jsl.expm, some),
}
for f, (jax_function, make) in singles.items():
    for shape in [(1, 1), (2, 2), (3, 3), (4, 4), (2, 5, 5)]:
        case(f'{f} of {shape}', f, jax_function, make(*shape), **close)
    case(f'{f}, float32', f, jax_function, f32(make(4, 4)), rtol=3e-4, atol=3e-4)
    case(f'{f} of integers', f, jax_function, i32([[4, 1], [1, 3]]), rtol=1e-5, atol=1e-6)

for shape in [(4, 2), (2, 4)]:
    for f in ('svdvals', 'pinv'):
        case(f'{f} of {shape}', f, singles[f][0], some(*shape), **close)
    case(f'qr of {shape}', 'qr', linalg.qr, some(*shape), grad=shape[0] > shape[1], **close)
    case(f'complete qr of {shape}', 'qr', options(linalg.qr), some(*shape), {'mode': 'complete'}, grad=False, **close)
    case(f'R of {shape}', 'qr', options(linalg.qr), some(*shape), {'mode': 'r'}, grad=shape[0] > shape[1], **close)
    case(f'lu of {shape}', 'lu', jsl.lu, some(*shape), **close)
    case(f'lu_factor of {shape}', 'luFactor', jsl.lu_factor, some(*shape), **close)
case('lu, permuted', 'lu', options(jsl.lu, permuteL='permute_l'), some(4, 4), {'permuteL': True}, **close)
case('upper cholesky', 'cholesky', options(linalg.cholesky), definite(3, 3), {'upper': True}, **close)
case('cholesky of one triangle', 'cholesky', options(linalg.cholesky, symmetrizeInput='symmetrize_input'), np.tril(definite(3, 3)), {'symmetrizeInput': False}, grad=False, **close)
for uplo in ('L', 'U'):
    case(f'eigh of the triangle {uplo}', 'eigh', options(linalg.eigh), some(4, 4), {'UPLO': uplo}, grad=False, **close)
case('solve, a vector', 'solve', linalg.solve, square(4, 4), some(4), **close)
case('solve, a vector with a batch', 'solve', linalg.solve, square(2, 3, 3), some(3), **close)
case('solve, axes that broadcast', 'solve', linalg.solve, square(2, 1, 3, 3), some(3, 3, 2), **close)
for lower in (True, False):
    for trans in (0, 1):
        for unit in (True, False):
            how = {'lower': lower, 'trans': trans, 'unitDiagonal': unit}
            case(f'solve_triangular {how}', 'solveTriangular', options(jsl.solve_triangular, unitDiagonal='unit_diagonal'), square(3, 3), some(3, 2), how, **close)
    for left in (True, False):
        for flip in (True, False):
            how = {'leftSide': left, 'lower': lower, 'transposeA': flip}
            case(f'triangular_solve {how}', 'triangularSolve', options(lax.linalg.triangular_solve, leftSide='left_side', transposeA='transpose_a'), square(3, 3), some(3, 3), how, **close)
case('cho_solve', 'choSolve', lambda c, b: jsl.cho_solve((c[0], c[1]), b), [np.linalg.cholesky(definite(3, 3)), True], some(3, 2), **close)
case('lu_solve', 'luSolve', lambda f, b, o: jsl.lu_solve((f[0], f[1]), b, **o), [square(3, 3), i32([2, 1, 2])], some(3), {'trans': 1}, **close)
for order in ('fro', 'nuc', 1, -1, 2, -2, np.inf, -np.inf):
    case(f'norm {order}', 'norm', lambda x, o: linalg.norm(x, ord=o['ord'], axis=tuple(o['axis'])), some(2, 3, 4), {'ord': order, 'axis': [1, 2]}, **close)
case('norm, axes kept', 'norm', lambda x, o: linalg.norm(x, ord=2, axis=(0, 2), keepdims=True), some(2, 3, 4), {'ord': 2, 'axis': [0, 2], 'keepdims': True}, **close)
case('matrix_rank', 'matrixRank', linalg.matrix_rank, f32([[[1, 2], [2, 4]], [[1, 0], [0, 1]]]))
case('cross', 'cross', jnp.cross, some(2, 3), some(3), **close)
case('cross of two', 'cross', jnp.cross, some(4, 2), some(2), **close)
case('cross along other axes', 'cross', options(jnp.cross), some(3, 2), some(2, 3), {'axisa': 0, 'axisb': 1, 'axisc': 0}, **close)
case('kron', 'kron', jnp.kron, some(2, 3), some(2, 1, 2), **close)
case('vecdot', 'vecdot', options(jnp.vecdot), some(3, 2), some(3, 1), {'axis': 0}, **close)
for power in (-2, 0, 1, 5):
    case(f'matrix_power {power}', 'matrixPower', linalg.matrix_power, square(3, 3), power, grad=power != 0, **close)
case('multi_dot', 'multiDot', linalg.multi_dot, [some(4), some(4, 2), some(2, 5), some(5, 3)], **close)
case('expm of a large matrix', 'expm', jsl.expm, 4 * some(3, 3), rtol=1e-9, atol=1e-9)

case('inner', 'inner', jnp.inner, some(2, 3), some(4, 2, 3), **close)
case('inner of vectors', 'inner', jnp.inner, some(3), some(3), **close)
case('inner with a scalar', 'inner', jnp.inner, some(2, 2), some(), **close)
case('matvec', 'matvec', jnp.matvec, some(4, 1, 2, 3), some(5, 3), **close)
case('vecmat', 'vecmat', jnp.vecmat, some(5, 2), some(4, 1, 2, 3), **close)
for order in (0, 1, 2, 3, -1, np.inf, -np.inf):
    case(f'vector_norm {order}', 'vectorNorm', options(linalg.vector_norm), some(2, 3, 4), {'ord': order, 'axis': 1}, grad=order != 0, **close)
case('vector_norm of everything', 'vectorNorm', linalg.vector_norm, some(2, 3), **close)
case('vector_norm, axes kept', 'vectorNorm', lambda x, o: linalg.vector_norm(x, axis=(0, 2), ord=3, keepdims=True), some(2, 3, 4), {'ord': 3, 'axis': [0, 2], 'keepdims': True}, **close)
for order in ('fro', 'nuc', 1, -1, 2, -2, np.inf, -np.inf):
    case(f'matrix_norm {order}', 'matrixNorm', options(linalg.matrix_norm), some(2, 3, 4), {'ord': order, 'keepdims': order == 1}, **close)
    case(f'cond {order}', 'conditionNumber', lambda x, o: linalg.cond(x, o['ord']), square(2, 3, 3), {'ord': order}, **close)
case('cond of a wide matrix', 'conditionNumber', linalg.cond, some(2, 4), **close)
case('tensorinv', 'tensorinv', linalg.tensorinv, square(6, 6).reshape(2, 3, 6), **close)
case('tensorinv of the first axis', 'tensorinv', linalg.tensorinv, square(6, 6).reshape(6, 2, 3), 1, **close)
case('tensorsolve', 'tensorsolve', linalg.tensorsolve, square(6, 6).reshape(2, 3, 6), some(2, 3), **close)
case('tensorsolve, axes last', 'tensorsolve', lambda a, b, o: linalg.tensorsolve(a, b, axes=tuple(o['axes'])), square(6, 6).reshape(2, 3, 3, 2), some(2, 3), {'axes': [1]}, **close)
case('toeplitz', 'toeplitz', jsl.toeplitz, some(3), some(5), **close)
case('toeplitz, symmetric', 'toeplitz', jsl.toeplitz, i32([1, 2, 3]))
case('hankel', 'hankel', jsl.hankel, some(3), some(5), **close)
case('hankel of a column', 'hankel', jsl.hankel, some(4), **close)
case('circulant', 'circulant', jsl.circulant, some(4), **close)
case('block_diag', 'blockDiag', jsl.block_diag, some(2, 3), some(), some(2), some(1, 1), **close)
case('block_diag, types promoted', 'blockDiag', jsl.block_diag, i32([[1, 2]]), f32([3]), **close)

# Hostile points.
dependent = {'size 2': [[1, 2], [2, 4]], 'size 3': [[1, 2, 3], [2, 4, 6], [1, 0, 1]], 'size 4, rank 3': [[2, 1, 0, 1], [1, 3, 1, 0], [3, 4, 1, 1], [0, 1, 2, 5]], 'zeros': np.zeros((4, 4))}
for name, matrix in dependent.items():
    x = np.array(matrix, float)
    case(f'det of a singular matrix, {name}', 'det', linalg.det, x, **close)
case('slogdet of zeros', 'slogdet', linalg.slogdet, np.zeros((3, 3)), grad=False, **close)
case('cholesky of indefinite matrices in a batch', 'cholesky', linalg.cholesky, np.array([[[1., 2], [2, 1]], [[2, 1], [1, 2]]]), grad=False, **close)
for f in ('cholesky', 'inv', 'det'):
    case(f'{f} of an empty matrix', f, singles[f][0], np.zeros((0, 0)), grad=False, **close)
    case(f'{f} of an empty batch', f, singles[f][0], np.zeros((0, 3, 3)), grad=False, **close)

# Matrices made of vectors, and of a size.
for f, g in (('companion', jsl.companion), ('fiedler', jsl.fiedler), ('fiedlerCompanion', jsl.fiedler_companion)):
    for size in (2, 3, 4, 5, 6):
        case(f'{f} of {size}', f, g, some(size), **close)
    case(f'{f} of several', f, g, some(2, 3, 4), **close)
case('leslie', 'leslie', jsl.leslie, some(4), some(3), **close)
case('leslie of several', 'leslie', jsl.leslie, some(2, 4), some(2, 3), **close)
for mode in ('full', 'same', 'valid'):
    for size in (3, 2, 6):
        case(f'convolution_matrix {mode} of {size}', 'convolutionMatrix', lambda x, n, o: jsl.convolution_matrix(x, n, mode=o['mode']), some(3), size, {'mode': mode}, **close)
for n in (0, 1, 4, 8):
    case(f'hilbert of {n}', 'hilbert', lambda m: jsl.hilbert(m).astype(np.float32), n, rtol=1e-6)
    case(f'invhilbert of {n}', 'invhilbert', lambda m: jsl.invhilbert(m).astype(np.float32), n, rtol=1e-5)
    for kind in ('symmetric', 'lower', 'upper'):
        case(f'pascal {kind} of {n}', 'pascal', lambda m, o: jsl.pascal(m, kind=o['kind']).astype(np.float32), n, {'kind': kind}, rtol=1e-5)
        case(f'invpascal {kind} of {n}', 'invpascal', lambda m, o: jsl.invpascal(m, kind=o['kind']).astype(np.float32), n, {'kind': kind}, rtol=1e-5)
    if n > 0:
        case(f'hadamard of {n}', 'hadamard', lambda m: jsl.hadamard(m).astype(np.int32), n)
        for full in (False, True):
            case(f'helmert of {n}, full {full}', 'helmert', lambda m, o: jsl.helmert(m, **o).astype(np.float32), n, {'full': full}, rtol=1e-6)
    # JAX's angles lose digits in float32.
    for scale in (None, 'sqrtn', 'n'):
        parts = lambda m, o: (lambda x: [np.real(x).astype(np.float32), np.imag(x).astype(np.float32)])(scipy_linalg.dft(m, o.get('scale')))
        case(f'dft of {n}, scale {scale}', 'dft', parts, n, {} if scale is None else {'scale': scale}, atol=1e-6)

case('eigh_tridiagonal, values', 'eighTridiagonal', lambda d, e, o: jsl.eigh_tridiagonal(d, e, eigvals_only=True), some(5), some(4), {'eigvalsOnly': True}, grad=False, rtol=1e-9, atol=1e-9)
case('eigh_tridiagonal, some values', 'eighTridiagonal', lambda d, e, o: jsl.eigh_tridiagonal(d, e, eigvals_only=True)[1:4], some(5), some(4), {'eigvalsOnly': True, 'selectRange': [1, 3]}, grad=False, rtol=1e-9, atol=1e-9)
for side in ('right', 'left'):
    for shape in ((3, 3), (4, 2), (2, 4)):
        case(f'polar {side} of {shape}', 'polar', lambda x, o: jsl.polar(x, side=o['side'], method='svd'), some(*shape), {'side': side}, grad=shape == (3, 3), rtol=1e-8, atol=1e-9)
for mode, shapes in (('right', [((4, 2), (3, 4)), ((2, 4), (3, 2)), ((3, 3), (3,)), ((2, 4, 3), (2, 5, 4))]), ('left', [((4, 2), (2, 3)), ((2, 4), (2, 3)), ((3, 3), (3,))])):
    for x, c in shapes:
        case(f'qr_multiply {mode} of {x} and {c}', 'qrMultiply', lambda t, u, o: jsl.qr_multiply(t, u, mode=o['mode']), some(*x), some(*c), {'mode': mode}, grad=False, **close)
case('solve_sylvester', 'solveSylvester', jsl.solve_sylvester, square(3, 3), square(2, 2), some(3, 2), grad=False, rtol=1e-9, atol=1e-10)
case('solve_sylvester of several', 'solveSylvester', jsl.solve_sylvester, square(2, 3, 3), square(2, 2, 2), some(2, 3, 2), grad=False, rtol=1e-9, atol=1e-10)

if __name__ == '__main__':
    file = pathlib.Path(__file__).parent / 'cases' / 'linalg.json'
    file.write_text('[\n' + ',\n'.join(json.dumps(one) for one in cases) + '\n]\n')
    print('linalg', len(cases))
