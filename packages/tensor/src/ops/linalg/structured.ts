/** Matrices whose elements follow from a few vectors (jax.scipy.linalg). */
import { ArgumentError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import { tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { zeros } from '../create.js';
import { take } from '../indexing.js';
import { promote } from '../operand.js';
import { flip } from '../rearrange.js';
import { concatenate, ravel, reshape, sliceAxis } from '../shape.js';

function vector(operation: string, argument: string, x: Tensor): { readonly values: Tensor; readonly size: number } {
  const values = ravel(x);
  const size = values.shape[0]!;
  if (!isStatic(size) || size === 0) throw new ArgumentError(operation, argument, 'must have an element at least, and a known number of them');
  return { values, size };
}

/** A matrix of the elements at first + row * down + column * across of a vector. */
function windows(values: Tensor, rows: number, columns: number, first: number, down: number, across: number): Tensor {
  const places = Int32Array.from({ length: rows * columns }, (_, i) => first + Math.floor(i / columns) * down + (i % columns) * across);
  return reshape(take(values, tensor(places), { axis: 0 }), [rows, columns]);
}

/** The matrix with constant diagonals that has `column` as its first column and `row` (by default the same) as its first row (jax.scipy.linalg.toeplitz). @throws ArgumentError */
export function toeplitz(column: TensorLike, row?: TensorLike): Tensor {
  const [down, across] = promote('toeplitz', row === undefined ? [column, column] : [column, row]) as [Tensor, Tensor];
  const [c, r] = [vector('toeplitz', 'column', down), vector('toeplitz', 'row', across)];
  const diagonals = concatenate([flip(c.values, 0), sliceAxis(r.values, 0, 1, r.size)], 0);
  return windows(diagonals, c.size, r.size, c.size - 1, -1, 1);
}

/** The matrix with constant antidiagonals that has `column` as its first column and `row` (by default zeros) as its last row (jax.scipy.linalg.hankel). @throws ArgumentError */
export function hankel(column: TensorLike, row?: TensorLike): Tensor {
  const given = promote('hankel', row === undefined ? [column] : [column, row]) as [Tensor, ...Tensor[]];
  const c = vector('hankel', 'column', given[0]);
  const r = given[1] === undefined ? { values: zeros([c.size], given[0].dtype), size: c.size } : vector('hankel', 'row', given[1]);
  return windows(concatenate([c.values, sliceAxis(r.values, 0, 1, r.size)], 0), c.size, r.size, 0, 1, 1);
}

/** The matrix whose columns are `column`, each turned one place further than the one before (jax.scipy.linalg.circulant). @throws ArgumentError */
export function circulant(column: TensorLike): Tensor {
  const c = vector('circulant', 'column', promote('circulant', [column])[0]!);
  const turned = concatenate([sliceAxis(c.values, 0, 1, c.size), c.values], 0);
  return windows(turned, c.size, c.size, c.size - 1, 1, -1);
}

/** Matrices along the diagonal, zeros elsewhere; scalars and vectors are single rows (jax.scipy.linalg.block_diag). @throws ArgumentError for more than two axes */
export function blockDiag(...blocks: readonly TensorLike[]): Tensor {
  const matrices = promote('blockDiag', blocks.length === 0 ? [zeros([1, 0])] : blocks).map((block) => {
    if (block.rank > 2) throw new ArgumentError('blockDiag', 'blocks', `must have at most two axes, found ${block.rank}`);
    return block.rank === 2 ? block : reshape(block, [1, block.rank === 0 ? 1 : block.shape[0]!]);
  });
  return concatenate(
    matrices.map((matrix, i) => concatenate(matrices.map((other, j) => (i === j ? matrix : zeros([matrix.shape[0]!, other.shape[1]!], matrix.dtype))), 1)),
    0,
  );
}
