import { scan } from '../../control/scan.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { eye, iota } from '../create.js';
import { add, div, equal, greater, less, mul, neg, sqrt, square, sub, where } from '../elementwise.js';
import { dynamicSlice } from '../indexing.js';
import { sum } from '../reduce.js';
import { broadcastTo, reshape, swapaxes } from '../shape.js';

/** I - tau v transpose(v) for each matrix of a batch. */
export interface Reflection {
  /** (batch, m, 1). */
  readonly vector: Tensor;
  /** (batch, 1, 1). */
  readonly tau: Tensor;
  /** What becomes of the element at the pivot: (batch, 1, 1). */
  readonly beta: Tensor;
}

/**
 * The reflections that take columns (batch, m, 1) to zero below row `pivot`, an int32 scalar, and leave the rows above it. beta has the sign
 * opposite to the element at the pivot; tau is 0 where there is nothing to do (LAPACK's dlarfg).
 */
export function reflectionOf(column: Tensor, pivot: Tensor): Reflection {
  const [batch, rows] = column.shape;
  const row = iota('int32', [rows!, 1], 0);
  const alpha = dynamicSlice(column, [0, pivot, 0], [batch!, 1, 1]);
  const below = where(greater(row, pivot), column, 0);
  const rest = sum(square(below), { axis: 1, keepdims: true });
  const isDone = equal(rest, 0);
  const length = sqrt(add(square(alpha), rest));
  const beta = where(isDone, alpha, where(less(alpha, 0), length, neg(length)));
  const safe = (x: Tensor): Tensor => where(isDone, 1, x);
  return {
    vector: where(equal(row, pivot), 1, div(below, safe(sub(alpha, beta)))),
    tau: where(isDone, 0, div(sub(beta, alpha), safe(beta))),
    beta,
  };
}

/** The reflection of matrices (batch, m, n) from the left. */
export const reflect = (x: Tensor, { vector, tau }: Pick<Reflection, 'vector' | 'tau'>): Tensor =>
  sub(x, mul(vector, mul(tau, matmul(swapaxes(vector, -1, -2), x))));

/** The first `width` columns of the product of reflections, whose vectors (steps, batch, m, 1) and taus are stacked. */
export function productOf(reflections: { readonly vector: Tensor; readonly tau: Tensor }, width: number): Tensor {
  const [, batch, rows] = reflections.vector.shape;
  const start = broadcastTo(reshape(eye(rows as number, width, 0, reflections.vector.dtype), [1, rows!, width]), [batch!, rows!, width]);
  return scan((q: Tensor, reflection: typeof reflections): [Tensor, null] => [reflect(q, reflection), null], start, reflections, { reverse: true })[0];
}
