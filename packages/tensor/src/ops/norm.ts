import { ArgumentError } from '../errors/errors.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { abs, astype, div, notEqual, pow, sqrt, square } from './elementwise.js';
import { promoteFloating, requireAxes } from './operand.js';
import { max, min, sum } from './reduce.js';

export interface NormOptions {
  /** 2 by default; 'fro' for matrices; Infinity and -Infinity, also as 'inf' and '-inf'; 0 counts what is not zero. */
  readonly ord?: number | 'fro' | 'inf' | '-inf';
  /** One axis for vectors, two for matrices; by default the whole tensor. */
  readonly axis?: number | readonly number[];
  readonly keepdims?: boolean;
}

const named = (ord: NonNullable<NormOptions['ord']>): number | 'fro' => (ord === 'inf' ? Infinity : ord === '-inf' ? -Infinity : ord);

function vectorNorm(x: Tensor, ord: number, axis: number, keepdims: boolean): Tensor {
  if (ord === Infinity) return max(abs(x), { axis, keepdims });
  if (ord === -Infinity) return min(abs(x), { axis, keepdims });
  if (ord === 0) return sum(astype(notEqual(x, 0), x.dtype), { axis, keepdims });
  if (ord === 1) return sum(abs(x), { axis, keepdims });
  if (ord === 2) return sqrt(sum(square(x), { axis, keepdims }));
  return pow(sum(pow(abs(x), ord), { axis, keepdims }), div(1, ord));
}

/** Sums of magnitudes over rows (ord Infinity) or columns (ord 1), and the largest (negative ord: the smallest) of them. */
function matrixNorm(x: Tensor, ord: number, [row, column]: readonly [number, number], keepdims: boolean): Tensor {
  const magnitude = Math.abs(ord);
  if (magnitude !== 1 && magnitude !== Infinity) throw new ArgumentError('norm', 'ord', `of a matrix must be 'fro', 1, -1, Infinity or -Infinity, found ${ord}`);
  const [summed, chosen] = magnitude === 1 ? [row, column] : [column, row];
  const sums = sum(abs(x), { axis: summed, keepdims: true });
  const result = (ord > 0 ? max : min)(sums, { axis: chosen, keepdims: true });
  return keepdims ? result : sum(result, { axis: [row, column] });
}

/** The norm of vectors or matrices (jnp.linalg.norm). */
export function norm(x: TensorLike, { ord, axis, keepdims = false }: NormOptions = {}): Tensor {
  const [operand] = promoteFloating('norm', [x]);
  const axes = requireAxes('norm', axis, operand!.rank);
  const kind = ord === undefined ? undefined : named(ord);
  if (kind === undefined || (kind === 'fro' && axes.length === 2)) return sqrt(sum(square(operand!), { axis: axes, keepdims }));
  if (kind === 'fro' || axes.length > 2 || axes.length === 0) throw new ArgumentError('norm', 'ord', `'${String(ord)}' does not fit ${axes.length} axes; name one axis for vectors, two for matrices`);
  return axes.length === 1 ? vectorNorm(operand!, kind, axes[0]!, keepdims) : matrixNorm(operand!, kind, [axes[0]!, axes[1]!], keepdims);
}
