import { abs, add, clip, div, logaddexp, minimum, mul, neg, sqrt, square, sub, sum, type Tensor } from '@flaxon/tensor';
import { checkOptions, requireNumber } from '../arguments.js';
import { type AxisOptions, requireFloating, requireSameShape } from './operands.js';

/** predictions - targets; targets are 0 by default. @throws DtypeError, ShapeError */
function errors(loss: string, predictions: Tensor, targets: Tensor | undefined): Tensor {
  requireFloating(loss, predictions);
  if (targets === undefined) return predictions;
  requireSameShape(loss, predictions, targets);
  return sub(predictions, targets);
}

/** (predictions - targets)^2, of their shape (Optax: `squared_error`). @throws DtypeError, ShapeError */
export const squaredError = (predictions: Tensor, targets?: Tensor): Tensor => square(errors('squaredError', predictions, targets));

/** Half the squared error, of the shape of its operands (Optax: `l2_loss`). @throws DtypeError, ShapeError */
export const l2Loss = (predictions: Tensor, targets?: Tensor): Tensor => mul(square(errors('l2Loss', predictions, targets)), 0.5);

export interface HuberOptions {
  /** From which error on the loss is linear, 1 by default. */
  readonly delta?: number;
}

/**
 * Half the squared error up to `delta`, linear beyond it (Optax: `huber_loss`; Huber, "Robust estimation of a location
 * parameter", 1964), of the shape of its operands.
 * @throws DtypeError, ShapeError, ArgumentError
 */
export function huberLoss(predictions: Tensor, targets?: Tensor, options: HuberOptions = {}): Tensor {
  checkOptions('huberLoss', options, ['delta']);
  const delta = requireNumber('huberLoss', 'delta', options.delta ?? 1);
  const size = abs(errors('huberLoss', predictions, targets));
  const quadratic = minimum(size, delta);
  return add(mul(square(quadratic), 0.5), mul(sub(size, quadratic), delta));
}

/** log(cosh(predictions - targets)), of their shape, without overflow (Optax: `log_cosh`). @throws DtypeError, ShapeError */
export function logCoshLoss(predictions: Tensor, targets?: Tensor): Tensor {
  const error = errors('logCoshLoss', predictions, targets);
  return sub(logaddexp(error, neg(error)), Math.LN2);
}

export interface CosineOptions extends AxisOptions {
  /** Squared norms count as at least this, 0 by default. */
  readonly epsilon?: number;
}

/** The cosine of the angle between vectors along `axis`, which is removed (Optax: `cosine_similarity`). @throws DtypeError, ArgumentError */
export function cosineSimilarity(predictions: Tensor, targets: Tensor, options: CosineOptions = {}): Tensor {
  checkOptions('cosineSimilarity', options, ['axis', 'epsilon']);
  const { axis = -1, epsilon = 0 } = options;
  requireFloating('cosineSimilarity', predictions, targets);
  const unit = (x: Tensor): Tensor => div(x, sqrt(clip(sum(square(x), { axis, keepdims: true }), { min: epsilon })));
  return sum(mul(unit(predictions), unit(targets)), { axis });
}

/** 1 - `cosineSimilarity` (Optax: `cosine_distance`). @throws DtypeError, ArgumentError */
export const cosineDistance = (predictions: Tensor, targets: Tensor, options: CosineOptions = {}): Tensor => sub(1, cosineSimilarity(predictions, targets, options));
