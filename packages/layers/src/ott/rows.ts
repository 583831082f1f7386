/** What potentials have in common: functions of points, one a row. */
import { expandDims, formatShape, grad, ShapeError, squeeze, sum, type Tensor } from '@flaxon/tensor';

/** `f`, of rows (n, d), for x: (n, d), or for a single point (d) as a row of its own, whose axis the result lacks. @throws ShapeError */
export function ofRows(layer: string, x: Tensor, f: (rows: Tensor) => Tensor): Tensor {
  if (x.rank === 1) return squeeze(f(expandDims(x, 0)), 0);
  if (x.rank !== 2) throw new ShapeError(layer, [formatShape(x.shape)], 'the input must be (n, d) or (d)');
  return f(x);
}

/** The gradient of the value of each row by that row: (n, d) to (n, d). @throws ShapeError */
export function gradientOfRows(method: string, x: Tensor, value: (rows: Tensor) => Tensor): Tensor {
  if (x.rank !== 2) throw new ShapeError(method, [formatShape(x.shape)], 'the input must be (n, d); give a single point as (1, d)');
  // Values of rows do not depend on each other, so the gradient of their sum holds the gradient of each.
  return grad((rows: Tensor) => sum(value(rows)))(x);
}
