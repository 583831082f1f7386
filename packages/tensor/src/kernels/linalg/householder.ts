import { addScaled } from './matrices.js';

/** Numbers `start, start + stride, ...` of an array. */
export interface Lane {
  readonly data: Float64Array;
  readonly start: number;
  readonly stride: number;
  readonly length: number;
}

/**
 * Makes of x the vector v (v[0] = 1, which is not stored: x[0] becomes beta) with (I - tau v transpose(v)) x = (beta, 0, ...). beta has the
 * sign opposite to x[0]; tau is 0 where x is zero after x[0] (LAPACK's dlarfg).
 * Squares must be in range: callers scale.
 */
export function reflect({ data, start, stride, length }: Lane): number {
  const alpha = data[start]!;
  let squares = 0;
  for (let i = 1, at = start + stride; i < length; i++, at += stride) squares += data[at]! * data[at]!;
  if (squares === 0 || length <= 1) return 0;
  const whole = Math.sqrt(alpha * alpha + squares);
  const beta = alpha < 0 ? whole : -whole;
  for (let i = 1, at = start + stride; i < length; i++, at += stride) data[at]! /= alpha - beta;
  data[start] = beta;
  return (beta - alpha) / beta;
}

/**
 * Applies I - tau v transpose(v) from the left to rows `row` and below of a row-major matrix, at columns from `from` on. v is what
 * `reflect` left in column `column` of `vectors` below row `row`.
 */
export function applyReflection(
  target: Float64Array,
  columns: number,
  { row, from, tau }: { readonly row: number; readonly from: number; readonly tau: number },
  vectors: { readonly data: Float64Array; readonly columns: number; readonly column: number; readonly rows: number },
): void {
  if (tau === 0) return;
  const count = columns - from;
  const combined = target.slice(row * columns + from, (row + 1) * columns);
  for (let i = row + 1; i < vectors.rows; i++) addScaled(combined, 0, vectors.data[i * vectors.columns + vectors.column]!, target, i * columns + from, count);
  addScaled(target, row * columns + from, -tau, combined, 0, count);
  for (let i = row + 1; i < vectors.rows; i++) addScaled(target, i * columns + from, -tau * vectors.data[i * vectors.columns + vectors.column]!, combined, 0, count);
}
