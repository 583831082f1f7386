import { ArgumentError } from '../errors/errors.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { mulDim, type Dim } from '../shape/dim.js';
import { abs, astype, div, mul, notEqual, pow, sqrt, square } from './elementwise.js';
import { inv } from './linalg/solve.js';
import { svdvals } from './linalg/svd.js';
import { promoteFloating, requireAxes, requireAxis } from './operand.js';
import { max, min, sum } from './reduce.js';
import { expandDims, moveaxis, reshape, transpose } from './shape.js';

export interface NormOptions {
  /**
   * 2 by default. Of vectors any number, Infinity and -Infinity (also as 'inf' and '-inf'), 0 for the count of what is not zero. Of matrices
   * 'fro' (the default), 'nuc' (the sum of the singular values), 2 and -2 (the largest and the smallest of them), 1, -1 and the infinite ones
   * (the largest and smallest sums of columns and rows).
   */
  readonly ord?: number | 'fro' | 'nuc' | 'inf' | '-inf';
  /** One axis for vectors, two for matrices; by default the whole tensor. */
  readonly axis?: number | readonly number[];
  readonly keepdims?: boolean;
}

const named = (ord: NonNullable<NormOptions['ord']>): number | 'fro' | 'nuc' => (ord === 'inf' ? Infinity : ord === '-inf' ? -Infinity : ord);

function normOfVectors(x: Tensor, ord: number, axis: number, keepdims: boolean): Tensor {
  if (ord === Infinity) return max(abs(x), { axis, keepdims });
  if (ord === -Infinity) return min(abs(x), { axis, keepdims });
  if (ord === 0) return sum(astype(notEqual(x, 0), x.dtype), { axis, keepdims });
  if (ord === 1) return sum(abs(x), { axis, keepdims });
  if (ord === 2) return sqrt(sum(square(x), { axis, keepdims }));
  return pow(sum(pow(abs(x), ord), { axis, keepdims }), 1 / ord);
}

/** The sum, the largest or the smallest of the singular values. */
function singularNorm(x: Tensor, ord: 'nuc' | 2 | -2, [row, column]: readonly [number, number], keepdims: boolean): Tensor {
  const values = svdvals(moveaxis(x, [row, column], [-2, -1]));
  const isEmpty = values.shape.at(-1) === 0;
  const result = ord === 'nuc' || (ord === 2 && isEmpty) ? sum(values, { axis: -1 }) : (ord > 0 ? max : min)(values, { axis: -1 });
  return keepdims ? expandDims(result, [row, column].toSorted((a, b) => a - b)) : result;
}

/** Sums of magnitudes over rows (ord Infinity) or columns (ord 1), and the largest (negative ord: the smallest) of them. */
function normOfMatrices(x: Tensor, ord: number, [row, column]: readonly [number, number], keepdims: boolean): Tensor {
  const magnitude = Math.abs(ord);
  if (magnitude !== 1 && magnitude !== Infinity) throw new ArgumentError('norm', 'ord', `of a matrix must be 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity, found ${ord}`);
  const [summed, chosen] = magnitude === 1 ? [row, column] : [column, row];
  const sums = sum(abs(x), { axis: summed, keepdims: true });
  const result = (ord > 0 ? max : min)(sums, { axis: chosen, keepdims: true });
  return keepdims ? result : sum(result, { axis: [row, column] });
}

/** The axes in the order given: which is the row decides the norms 1 and Infinity. */
const namedAxes = (axis: NormOptions['axis'], rank: number): readonly [number, number] | undefined =>
  typeof axis === 'object' ? [requireAxis('norm', axis[0]!, rank), requireAxis('norm', axis[1]!, rank)] : undefined;

/** The norm of vectors or matrices (jnp.linalg.norm). @throws ArgumentError where `ord` does not fit the axes. */
export function norm(x: TensorLike, { ord, axis, keepdims = false }: NormOptions = {}): Tensor {
  const [operand] = promoteFloating('norm', [x]);
  const axes = requireAxes('norm', axis, operand!.rank);
  const kind = ord === undefined ? undefined : named(ord);
  if (kind === undefined || (kind === 'fro' && axes.length === 2)) return sqrt(sum(square(operand!), { axis: axes, keepdims }));
  if (kind === 'fro' || axes.length > 2 || axes.length === 0) throw new ArgumentError('norm', 'ord', `'${String(ord)}' does not fit ${axes.length} axes; name one axis for vectors, two for matrices`);
  if (axes.length === 1) {
    if (kind === 'nuc') throw new ArgumentError('norm', 'ord', "'nuc' is a norm of matrices; name two axes");
    return normOfVectors(operand!, kind, axes[0]!, keepdims);
  }
  const pair = namedAxes(axis, operand!.rank) ?? [axes[0]!, axes[1]!];
  return kind === 'nuc' || kind === 2 || kind === -2 ? singularNorm(operand!, kind, pair, keepdims) : normOfMatrices(operand!, kind, pair, keepdims);
}

/** The norm of vectors, along one axis, or of all elements of several (jnp.linalg.vector_norm). @throws ArgumentError where `ord` is none of vectors. */
export function vectorNorm(x: TensorLike, { ord = 2, axis, keepdims = false }: NormOptions = {}): Tensor {
  const [operand] = promoteFloating('vectorNorm', [x]);
  const kind = named(ord);
  if (typeof kind !== 'number') throw new ArgumentError('vectorNorm', 'ord', `must be a number, found '${kind}'; \`matrixNorm\` has it`);
  const axes = requireAxes('vectorNorm', axis, operand!.rank);
  const rest = operand!.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const flat = reshape(transpose(operand!, [...rest, ...axes]), [...rest.map((i) => operand!.shape[i]!), axes.reduce<Dim>((size, i) => mulDim(size, operand!.shape[i]!), 1)]);
  const found = normOfVectors(flat, kind, rest.length, false);
  return keepdims ? expandDims(found, axes) : found;
}

/** The norm of matrices (..., m, n) (jnp.linalg.matrix_norm). @throws ArgumentError where `ord` is none of matrices. */
export const matrixNorm = (x: TensorLike, { ord = 'fro', keepdims = false }: Omit<NormOptions, 'axis'> = {}): Tensor => norm(x, { ord, axis: [-2, -1], keepdims });

/**
 * How much more matrices (..., m, n) stretch some vectors than others (jnp.linalg.cond): the quotient of the largest and the smallest singular value, or by another norm
 * that of the matrix times that of its inverse.
 * @throws ArgumentError where `ord` is none of matrices.
 */
export function conditionNumber(x: TensorLike, { ord = 2 }: Pick<NormOptions, 'ord'> = {}): Tensor {
  const [operand] = promoteFloating('conditionNumber', [x]);
  const kind = named(ord);
  if (kind === 2 || kind === -2) {
    const values = svdvals(operand!);
    const [largest, smallest] = [max(values, { axis: -1 }), min(values, { axis: -1 })];
    return kind === 2 ? div(largest, smallest) : div(smallest, largest);
  }
  return mul(matrixNorm(operand!, { ord }), matrixNorm(inv(operand!), { ord }));
}
