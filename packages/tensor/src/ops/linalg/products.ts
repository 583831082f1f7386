import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { formatShape } from '../../shape/shape.js';
import { mulDim } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { eye, zerosLike } from '../create.js';
import { mul, sub } from '../elementwise.js';
import { promote, requireAxis, toTensor } from '../operand.js';
import { broadcastTo, expandDims, moveaxis, reshape, sliceAxis, squeeze, stack } from '../shape.js';
import { inFloat, requireSquare } from './matrices.js';
import { inverse } from './solve.js';

/**
 * The sums of products along an axis (jnp.vecdot); the other axes broadcast.
 * @throws ShapeError where the sizes of the axis differ, ArgumentError.
 */
export function vecdot(x: TensorLike, y: TensorLike, { axis = -1 }: { readonly axis?: number } = {}): Tensor {
  const [a, b] = promote('vecdot', [x, y]).map((one) => moveaxis(one, requireAxis('vecdot', axis, one.rank), -1)) as [Tensor, Tensor];
  if (a.shape.at(-1) !== b.shape.at(-1)) throw new ShapeError('vecdot', [formatShape(a.shape), formatShape(b.shape)], 'the sizes of the axis differ');
  return squeeze(matmul(expandDims(a, -2), expandDims(b, -1)), [-2, -1]);
}

export interface CrossOptions {
  readonly axisa?: number;
  readonly axisb?: number;
  readonly axisc?: number;
  /** In the place of the three others. */
  readonly axis?: number;
}

/**
 * The vector products of vectors of size 3, or 2 with a third component of zero, along an axis (jnp.cross); two of size 2 give a number. The
 * other axes broadcast.
 * @throws ShapeError where a size is neither, ArgumentError.
 */
export function cross(x: TensorLike, y: TensorLike, options: CrossOptions = {}): Tensor {
  const { axis, axisa = axis ?? -1, axisb = axis ?? -1, axisc = axis ?? -1 } = options;
  const [given, other] = promote('cross', [x, y]) as [Tensor, Tensor];
  const a = moveaxis(given, requireAxis('cross', axisa, given.rank), -1);
  const b = moveaxis(other, requireAxis('cross', axisb, other.rank), -1);
  const sizes = [a, b].map(({ shape }) => shape.at(-1));
  if (sizes.some((size) => size !== 2 && size !== 3)) throw new ShapeError('cross', [formatShape(given.shape), formatShape(other.shape)], 'needs vectors of size 2 or 3 along the axis');
  const component = (of: Tensor, i: number): Tensor => (i < (of.shape.at(-1) as number) ? squeeze(sliceAxis(of, -1, i, i + 1), -1) : zerosLike(component(of, 0)));
  const minor = (i: number, j: number): Tensor => sub(mul(component(a, i), component(b, j)), mul(component(a, j), component(b, i)));
  if (sizes[0] === 2 && sizes[1] === 2) return minor(0, 1);
  return moveaxis(stack([minor(1, 2), minor(2, 0), minor(0, 1)], -1), -1, axisc);
}

/** Every element of x times the whole of y, in blocks (jnp.kron): each axis has the product of the sizes. */
export function kron(x: TensorLike, y: TensorLike): Tensor {
  const [given, other] = promote('kron', [x, y]) as [Tensor, Tensor];
  const rank = Math.max(given.rank, other.rank);
  const shapeOf = (one: Tensor): readonly (typeof one.shape)[number][] => [...Array.from({ length: rank - one.rank }, () => 1), ...one.shape];
  const [a, b] = [shapeOf(given), shapeOf(other)];
  const blocks = mul(reshape(given, a.flatMap((size) => [size, 1])), reshape(other, b.flatMap((size) => [1, size])));
  return reshape(blocks, a.map((size, i) => mulDim(size, b[i]!)));
}

/**
 * The matrices x (..., n, n) to a whole power (jnp.linalg.matrix_power), by squaring; a negative one is that of the inverse.
 * @throws ShapeError if x is not square, ArgumentError where the power is not whole.
 */
export function matrixPower(x: TensorLike, exponent: number): Tensor {
  if (!Number.isInteger(exponent)) throw new ArgumentError('matrixPower', 'exponent', `must be a whole number, found ${exponent}; \`eigh\` gives other powers of symmetric matrices`);
  const given = toTensor('matrixPower', x);
  const size = requireSquare('matrixPower', given);
  if (exponent === 0) return broadcastTo(eye(size, size, 0, given.dtype), given.shape);
  if (exponent < 0) return inFloat('matrixPower', [given], (matrix) => [matrixPower(inverse(matrix!), -exponent)])[0]!;
  const half = exponent > 1 ? matrixPower(given, Math.floor(exponent / 2)) : undefined;
  const even = half && matmul(half, half);
  return exponent % 2 === 0 ? even! : even ? matmul(even, given) : given;
}

/** Which of the products of matrices i to j to take last, for the fewest multiplications (the textbook's dynamic programme). */
function cheapestSplits(sizes: readonly number[]): number[][] {
  const count = sizes.length - 1;
  const cost = Array.from({ length: count }, () => Array.from({ length: count }, () => 0));
  const splits = cost.map((row) => [...row]);
  for (let span = 1; span < count; span++) {
    for (let i = 0; i + span < count; i++) {
      const j = i + span;
      const costAt = (k: number): number => cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
      const candidates = Array.from({ length: span }, (_, k) => i + k);
      splits[i]![j] = candidates.reduce((best, k) => (costAt(k) < costAt(best) ? k : best));
      cost[i]![j] = costAt(splits[i]![j]!);
    }
  }
  return splits;
}

/**
 * The product of two matrices or more, in the order of fewest multiplications (jnp.linalg.multi_dot). The first and the last may be vectors, a
 * row and a column.
 * @throws ArgumentError, ShapeError where they do not fit together.
 */
export function multiDot(matrices: readonly TensorLike[]): Tensor {
  if (matrices.length < 2) throw new ArgumentError('multiDot', 'matrices', `must be two or more, found ${matrices.length}`);
  const given = promote('multiDot', matrices);
  const isEnd = (i: number): boolean => i === 0 || i === given.length - 1;
  const fits = given.every(({ rank, shape }, i) => (rank === 2 || (rank === 1 && isEnd(i))) && (i === 0 || given[i - 1]!.shape.at(-1) === shape[0]));
  if (!fits) throw new ShapeError('multiDot', given.map(({ shape }) => formatShape(shape)), 'needs matrices (m, n), (n, k), ... with a vector at most at either end');
  const [first, last] = [given[0]!, given.at(-1)!];
  const whole = given.map((x, i) => (x.rank === 2 ? x : expandDims(x, i === 0 ? 0 : 1)));
  const sizes = [...whole.map(({ shape }) => shape[0]!), whole.at(-1)!.shape[1]!];
  const splits = sizes.every((size) => typeof size === 'number') ? cheapestSplits(sizes as number[]) : undefined;
  const product = (i: number, j: number): Tensor => {
    if (i === j) return whole[i]!;
    const k = splits ? splits[i]![j]! : j - 1;
    return matmul(product(i, k), product(k + 1, j));
  };
  const ones = [...(first.rank === 1 ? [0] : []), ...(last.rank === 1 ? [1] : [])];
  const result = product(0, whole.length - 1);
  return ones.length === 0 ? result : squeeze(result, ones);
}
