import { ArgumentError } from '../../errors/errors.js';
import { equalShapes, formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dotGeneral } from '../contract.js';
import { dimensionSize } from '../create.js';
import { astype, clip, div, mul, notEqual, sqrt, sub } from '../elementwise.js';
import { promoteFloating, requireAxes, toTensor } from '../operand.js';
import { max, mean, min, sum, type ReduceOptions } from '../reduce.js';
import { concatenate, expandDims, reshape, transpose } from '../shape.js';
import { diagonal } from '../arrange/make.js';
import { atleast2d } from '../arrange/join.js';

export interface AverageOptions extends ReduceOptions {
  /** Of the shape of x, or of that of the reduced axes. */
  readonly weights?: TensorLike;
}

/** The mean, weighted where there are weights (jnp.average). @throws ArgumentError where their shape fits neither x nor the axes. */
export function average(x: TensorLike, { axis, keepdims, weights }: AverageOptions = {}): Tensor {
  if (weights === undefined) return mean(x, { axis, keepdims });
  const [operand, given] = promoteFloating('average', [x, weights]);
  const axes = requireAxes('average', axis, operand!.rank);
  const reduced = axes.map((one) => operand!.shape[one]!);
  if (!equalShapes(operand!.shape, given!.shape) && !equalShapes(reduced, given!.shape)) {
    throw new ArgumentError('average', 'weights', `must have the shape of x, ${formatShape(operand!.shape)}, or of the reduced axes, ${formatShape(reduced)}; found ${formatShape(given!.shape)}`);
  }
  const full = equalShapes(operand!.shape, given!.shape) ? given! : reshape(given!, operand!.shape.map((dim, i) => (axes.includes(i) ? dim : 1)));
  return div(sum(mul(operand!, full), { axis, keepdims }), sum(full, { axis, keepdims }));
}

/** The largest less the smallest element (jnp.ptp). */
export const ptp = (x: TensorLike, options: ReduceOptions = {}): Tensor => sub(max(x, options), min(x, options));

/** How many elements are not zero, int32 (jnp.count_nonzero). */
export const countNonzero = (x: TensorLike, options: ReduceOptions = {}): Tensor => {
  const operand = toTensor('countNonzero', x);
  return sum(astype(operand.dtype === 'bool' ? operand : notEqual(operand, 0), 'int32'), options);
};

export interface CovarianceOptions {
  /** False where observations are rows and variables columns. */
  readonly rowvar?: boolean;
  /** What is taken off the number of observations; 1 by default. */
  readonly ddof?: number;
}

/** Variables by observations; a vector is one variable. */
function variablesOf(name: string, x: TensorLike, y: TensorLike | undefined, rowvar: boolean): Tensor {
  const operands = promoteFloating(name, y === undefined ? [x] : [x, y]);
  const large = operands.find((operand) => operand.rank > 2);
  if (large) throw new ArgumentError(name, 'x', `must be a vector or a matrix, found rank ${large.rank}`);
  const rows = operands.map((operand) => (!rowvar && operand.rank === 2 && operand.shape[0] !== 1 ? transpose(operand) : atleast2d(operand)));
  return concatenate(rows, 0);
}

/** The matrix of covariances of the rows of x, with those of y below (jnp.cov); a scalar of one variable. */
export function cov(x: TensorLike, y?: TensorLike, { rowvar = true, ddof = 1 }: CovarianceOptions = {}): Tensor {
  const rows = variablesOf('cov', x, y, rowvar);
  const centered = sub(rows, mean(rows, { axis: 1, keepdims: true }));
  const products = dotGeneral(centered, centered, { lhsContract: [1], rhsContract: [1], lhsBatch: [], rhsBatch: [] });
  const degrees = sub(dimensionSize(rows.shape[1]!, rows.dtype), ddof);
  const result = div(products, degrees);
  return result.shape[0] === 1 ? reshape(result, []) : result;
}

/** The matrix of correlation coefficients of the rows of x, with those of y below (jnp.corrcoef). */
export function corrcoef(x: TensorLike, y?: TensorLike, { rowvar = true }: Pick<CovarianceOptions, 'rowvar'> = {}): Tensor {
  const covariances = cov(x, y, { rowvar });
  if (covariances.rank === 0) return div(covariances, covariances);
  const deviations = sqrt(diagonal(covariances));
  const scaled = div(div(covariances, expandDims(deviations, 1)), expandDims(deviations, 0));
  return clip(scaled, { min: -1, max: 1 });
}
