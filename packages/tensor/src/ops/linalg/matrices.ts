import { isHalf } from '../../dtype/dtype.js';
import type { CallRule } from '../../primitives/call-rules.js';
import type { CallAttribute } from '../../primitives/params.js';
import { ShapeError } from '../../errors/errors.js';
import type { Dim } from '../../shape/dim.js';
import { broadcastShapes, dimSizeOf, formatShape, type Shape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { diagonal } from '../arrange/make.js';
import { composite } from '../composite.js';
import { eye, iota } from '../create.js';
import { equal, isfinite, where } from '../elementwise.js';
import { convert, promoteFloating } from '../operand.js';
import { all } from '../reduce.js';
import { broadcastTo, expandDims, reshape, swapaxes } from '../shape.js';

/**
 * Runs `f` on the operands as tensors of one floating dtype. Integers become floats; float16 and bfloat16 compute as float32, and the
 * results round to them.
 */
export function inFloat(operation: string, operands: readonly TensorLike[], f: (...operands: Tensor[]) => readonly Tensor[]): Tensor[] {
  const given = promoteFloating(operation, operands);
  const { dtype } = given[0]!;
  if (!isHalf(dtype)) return [...f(...given)];
  return f(...given.map((x) => convert(x, 'float32'))).map((result) => (result.dtype === 'float32' ? convert(result, dtype) : result));
}

/** The sizes of the matrices (..., rows, columns). @throws ShapeError. */
export function requireMatrices(operation: string, { shape }: { readonly shape: Shape }): { readonly rows: number; readonly columns: number } {
  const [rows, columns] = shape.slice(-2);
  if (shape.length < 2) throw new ShapeError(operation, [formatShape(shape)], 'needs matrices (..., m, n), an array of rank 2 or more; add axes with `expandDims`');
  if (typeof rows !== 'number' || typeof columns !== 'number') throw new ShapeError(operation, [formatShape(shape)], 'the size of the matrices must be known numbers; only the axes before may be symbolic');
  return { rows, columns };
}

/** The size of the square matrices (..., n, n). @throws ShapeError. */
export function requireSquare(operation: string, { shape }: { readonly shape: Shape }): number {
  const isSquare = shape.length >= 2 && shape.at(-2) === shape.at(-1);
  if (!isSquare) throw new ShapeError(operation, [formatShape(shape)], 'needs square matrices (..., n, n)');
  return requireMatrices(operation, { shape }).rows;
}

/** The axes before the last two. */
export const leadingOf = ({ shape }: { readonly shape: Shape }): Shape => shape.slice(0, -2);

/** The transposes of the matrices. */
export const transposed = (x: Tensor): Tensor => swapaxes(x, -1, -2);

/** The operands with equally many leading axes, those of size 1 added in front. @throws ShapeError where they do not broadcast. */
export function alignLeading(operation: string, operands: readonly Tensor[]): Tensor[] {
  const rank = Math.max(...operands.map((x) => x.rank));
  const aligned = operands.map((x) => (x.rank === rank ? x : reshape(x, [...Array.from({ length: rank - x.rank }, () => 1), ...x.shape])));
  if (!broadcastShapes(aligned.map(leadingOf))) throw new ShapeError(operation, operands.map(({ shape }) => formatShape(shape)), 'the axes before the last two do not broadcast');
  return aligned;
}

/** The leading axes of all operands together; they are aligned. */
export const commonLeading = (operands: readonly Tensor[]): Shape => broadcastShapes(operands.map(leadingOf))!;

/** The matrices in a row (batch, m, n), and the way back for an array of other inner axes. */
export function flattenLeading(x: Tensor): { readonly flat: Tensor; readonly batch: Dim; readonly restore: (result: Tensor) => Tensor } {
  const leading = leadingOf(x);
  const batch = dimSizeOf(leading);
  return { flat: reshape(x, [batch, ...x.shape.slice(-2)]), batch, restore: (result) => reshape(result, [...leading, ...result.shape.slice(1)]) };
}

/** The main diagonals (..., min(m, n)) of matrices (..., m, n). */
export const mainDiagonal = (x: Tensor): Tensor => diagonal(x, { axis1: -2, axis2: -1 });

/** The matrices (..., n, n) with the vectors (..., n) on their diagonals. */
export const diagonalMatrix = (x: Tensor): Tensor => {
  const size = x.shape.at(-1)!;
  return where(equal(iota('int32', [size, 1], 0), iota('int32', [1, size], 1)), reshape(x, [...x.shape, 1]), convert(0, x.dtype));
};

/** Identity matrices (..., rows, columns) with the leading axes and the dtype of `x`. */
export const identityLike = (x: Tensor, columns: number, rows = columns): Tensor => broadcastTo(eye(rows, columns, 0, x.dtype), [...leadingOf(x), rows, columns]);

/** `result` (..., vectors or matrices), NaN for the matrices of x that hold a number that is not finite. */
export function nanUnlessFinite(x: Tensor, result: Tensor): Tensor {
  const isFiniteMatrix = all(isfinite(x), { axis: [-2, -1] });
  return where(expandDims(isFiniteMatrix, result.rank < x.rank ? -1 : [-2, -1]), result, NaN);
}

type JvpRule = Extract<CallRule, { readonly kind: 'jvp' }>;

export interface MatrixFunctionOptions {
  readonly attributes?: Readonly<Record<string, CallAttribute>>;
  readonly jvp: JvpRule['jvp'];
  readonly transpose?: NonNullable<JvpRule['transpose']>;
}

/**
 * A composite of matrices (..., m, n) whose leading axes are equal in number and broadcast. `decompose` and the rules work for any number
 * of leading axes, so that batching is one axis more.
 */
export function matrixFunction(name: `linalg.${string}`, operands: readonly Tensor[], decompose: (...operands: Tensor[]) => readonly Tensor[], options: MatrixFunctionOptions): Tensor[] {
  const { attributes = {}, ...rules } = options;
  const batch = (wider: readonly Tensor[]): Tensor[] => matrixFunction(name, wider, decompose, options);
  return composite(name, operands, decompose, { attributes, rule: { kind: 'jvp', ...rules, batch } });
}
