import { ArgumentError, ShapeError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import type { DotParams } from '../primitives/params.js';
import { broadcastShapes, formatShape } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { convert, promote, requireAxis } from './operand.js';
import { broadcastTo, expandDims, ravel, squeeze } from './shape.js';

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** bools contract as int32 and return to bool, as jnp.matmul has it. */
function dotPrimitive(x: Tensor, y: Tensor, params: DotParams): Tensor {
  if (x.dtype !== 'bool') return bindOne('dot', [x, y], params);
  return convert(bindOne('dot', [convert(x, 'int32'), convert(y, 'int32')], params), 'bool');
}

/** Contraction of any axes; the result is (batch..., free of x..., free of y...) (lax.dot_general). */
export function dotGeneral(x: TensorLike, y: TensorLike, params: DotParams): Tensor {
  const [a, b] = promote('dotGeneral', [x, y]);
  return dotPrimitive(a!, b!, params);
}

/** Matrix product over the last two axes; leading ones broadcast, vectors are rows and columns (jnp.matmul). */
export function matmul(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('matmul', [x, y]);
  if (a!.rank === 0 || b!.rank === 0) throw new ShapeError('matmul', [formatShape(a!.shape), formatShape(b!.shape)], 'needs operands of rank 1 or more; use `mul` for scalars');
  const lhs = a!.rank - 1;
  const rhs = Math.max(0, b!.rank - 2);
  if (a!.rank === 1 || b!.rank <= 2) {
    const product = dotPrimitive(a!, b!, { lhsContract: [lhs], rhsContract: [rhs], lhsBatch: [], rhsBatch: [] });
    // (k) by (..., k, n) leaves the free axes of y in their order already.
    return product;
  }
  const batch = broadcastShapes([a!.shape.slice(0, -2), b!.shape.slice(0, -2)]);
  if (batch === undefined) throw new ShapeError('matmul', [formatShape(a!.shape), formatShape(b!.shape)], 'leading axes do not broadcast');
  const axes = range(0, batch.length);
  const left = broadcastTo(a!, [...batch, ...a!.shape.slice(-2)]);
  const right = broadcastTo(b!, [...batch, ...b!.shape.slice(-2)]);
  return dotPrimitive(left, right, { lhsContract: [batch.length + 1], rhsContract: [batch.length], lhsBatch: axes, rhsBatch: axes });
}

/** The last axis of x with the second to last of y (jnp.dot); scalars multiply. */
export function dot(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('dot', [x, y]);
  if (a!.rank === 0 || b!.rank === 0) return bindOne(a!.dtype === 'bool' ? 'and' : 'mul', [a!, b!], {});
  return dotPrimitive(a!, b!, { lhsContract: [a!.rank - 1], rhsContract: [Math.max(0, b!.rank - 2)], lhsBatch: [], rhsBatch: [] });
}

/** The last axis of x with the last of y; the free axes of x come first (jnp.inner); scalars multiply. */
export function inner(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('inner', [x, y]);
  if (a!.rank === 0 || b!.rank === 0) return dot(a!, b!);
  return dotPrimitive(a!, b!, { lhsContract: [a!.rank - 1], rhsContract: [b!.rank - 1], lhsBatch: [], rhsBatch: [] });
}

/** Matrices (..., m, n) by vectors (..., n), leading axes broadcast (jnp.matvec). @throws ShapeError */
export const matvec = (matrix: TensorLike, vector: TensorLike): Tensor => squeeze(matmul(matrix, expandDims(vector, -1)), -1);

/** Vectors (..., m) by matrices (..., m, n), leading axes broadcast (jnp.vecmat). @throws ShapeError */
export const vecmat = (vector: TensorLike, matrix: TensorLike): Tensor => squeeze(matmul(expandDims(vector, -2), matrix), -2);

/** The sum of products of all elements (jnp.vdot). */
export const vdot = (x: TensorLike, y: TensorLike): Tensor => dot(ravel(x), ravel(y));

/** Every element of x by every element of y (jnp.outer). */
export function outer(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('outer', [ravel(x), ravel(y)]);
  return bindOne(a!.dtype === 'bool' ? 'and' : 'mul', [expandDims(a!, 1), expandDims(b!, 0)], {});
}

/** The last `axes` axes of x with the first of y, or the listed pairs (jnp.tensordot). */
export function tensordot(x: TensorLike, y: TensorLike, axes: number | readonly [number | readonly number[], number | readonly number[]] = 2): Tensor {
  const [a, b] = promote('tensordot', [x, y]);
  const listed = (found: number | readonly number[], rank: number): number[] => (typeof found === 'number' ? [found] : found).map((axis) => requireAxis('tensordot', axis, rank));
  const [lhsContract, rhsContract] = typeof axes === 'number' ? [range(a!.rank - axes, a!.rank), range(0, axes)] : [listed(axes[0], a!.rank), listed(axes[1], b!.rank)];
  if (lhsContract.length !== rhsContract.length) throw new ArgumentError('tensordot', 'axes', 'must name as many axes of x as of y');
  return dotPrimitive(a!, b!, { lhsContract, rhsContract, lhsBatch: [], rhsBatch: [] });
}
