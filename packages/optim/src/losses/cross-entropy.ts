import { add, astype, DtypeError, expandDims, isInteger, logSoftmax, logsumexp, mul, neg, notEqual, pow, sigmoid, softmax, softplus, squeeze, sub, sum, takeAlongAxis, where, type Tensor } from '@flaxon/tensor';
import { checkOptions, requireNumber } from '../arguments.js';
import { type AxisOptions, classesOf, requireFloating, requireSameShape } from './operands.js';

/**
 * -sum(labels log softmax(logits)) along `axis`, which is removed (Optax: `softmax_cross_entropy`). Labels are probabilities, one-hot or
 * not, of the shape of the logits.
 * @throws DtypeError, ShapeError, ArgumentError
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor, options: AxisOptions = {}): Tensor {
  checkOptions('softmaxCrossEntropy', options, ['axis']);
  const { axis = -1 } = options;
  requireFloating('softmaxCrossEntropy', logits);
  requireSameShape('softmaxCrossEntropy', logits, labels);
  return neg(sum(mul(labels, logSoftmax(logits, { axis })), { axis }));
}

/** As `softmaxCrossEntropy` along the last axis, with 0 where a label is 0, also next to a logit of -infinity (Optax: `safe_softmax_cross_entropy`). */
export function safeSoftmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  requireFloating('safeSoftmaxCrossEntropy', logits);
  requireSameShape('safeSoftmaxCrossEntropy', logits, labels);
  const isThere = notEqual(labels, 0);
  const logs = logSoftmax(logits);
  return neg(sum(where(isThere, mul(labels, where(isThere, logs, 0)), 0), { axis: -1 }));
}

/**
 * logsumexp(logits) - logits[label] along `axis`, which is removed (Optax: `softmax_cross_entropy_with_integer_labels`). labels: the
 * shape of the logits without `axis`, integers in range.
 * @throws DtypeError, ShapeError, ArgumentError
 */
export function softmaxCrossEntropyWithIntegerLabels(logits: Tensor, labels: Tensor, options: { readonly axis?: number } = {}): Tensor {
  checkOptions('softmaxCrossEntropyWithIntegerLabels', options, ['axis']);
  const axis = requireNumber('softmaxCrossEntropyWithIntegerLabels', 'axis', options.axis ?? -1);
  requireFloating('softmaxCrossEntropyWithIntegerLabels', logits);
  if (!isInteger(labels.dtype)) throw new DtypeError('softmaxCrossEntropyWithIntegerLabels', [labels.dtype], 'labels must be integers; for probabilities use `softmaxCrossEntropy`');
  const ofLabel = squeeze(takeAlongAxis(logits, expandDims(labels, axis), axis), axis);
  return sub(logsumexp(logits, { axis }), ofLabel);
}

/** -log sigmoid(x), without overflow. */
const surprise = (x: Tensor): Tensor => softplus(neg(x));

/**
 * -labels log sigmoid(logits) - (1 - labels) log(1 - sigmoid(logits)), elementwise (Optax: `sigmoid_binary_cross_entropy`). Labels are
 * 0 or 1, or probabilities.
 * @throws DtypeError, ShapeError
 */
export function sigmoidBinaryCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  requireFloating('sigmoidBinaryCrossEntropy', logits);
  requireSameShape('sigmoidBinaryCrossEntropy', logits, labels);
  const part = astype(labels, logits.dtype);
  return add(mul(part, surprise(logits)), mul(sub(1, part), surprise(neg(logits))));
}

export interface FocalOptions {
  /** The weight of the label 1, 1 - alpha that of 0; none by default. */
  readonly alpha?: number;
  /** How little what is right already counts, 2 by default. */
  readonly gamma?: number;
}

/**
 * The binary cross entropy times (1 - p)^gamma, where p is the probability of the label (Optax: `sigmoid_focal_loss`; Lin et al.,
 * "Focal loss for dense object detection", 2017), elementwise.
 * @throws DtypeError, ShapeError, ArgumentError
 */
export function sigmoidFocalLoss(logits: Tensor, labels: Tensor, options: FocalOptions = {}): Tensor {
  checkOptions('sigmoidFocalLoss', options, ['alpha', 'gamma']);
  const { alpha, gamma = 2 } = options;
  const part = astype(labels, logits.dtype);
  const entropy = sigmoidBinaryCrossEntropy(logits, labels);
  const probability = sigmoid(logits);
  const missed = add(mul(probability, sub(1, part)), mul(sub(1, probability), part));
  const loss = mul(entropy, pow(missed, gamma));
  return alpha === undefined ? loss : mul(loss, add(mul(part, alpha), mul(sub(1, part), 1 - alpha)));
}

export interface PolyLossOptions extends AxisOptions {
  /** The weight of the first term of the polynomial, 2 by default. */
  readonly epsilon?: number;
}

/**
 * The cross entropy and epsilon times the probability that is missing (Optax: `poly_loss_cross_entropy`; Leng et al., "PolyLoss", 2022).
 * @throws DtypeError, ShapeError, ArgumentError
 */
export function polyLossCrossEntropy(logits: Tensor, labels: Tensor, options: PolyLossOptions = {}): Tensor {
  checkOptions('polyLossCrossEntropy', options, ['axis', 'epsilon']);
  const { axis = -1, epsilon = 2 } = options;
  const missing = sum(mul(labels, sub(1, softmax(logits, { axis }))), { axis });
  return add(softmaxCrossEntropy(logits, labels, { axis }), mul(missing, epsilon));
}

/** (1 - alpha) labels + alpha / categories: labels that are less sure (Optax: `smooth_labels`; Müller et al., 2019). @throws DtypeError, ArgumentError, ShapeError */
export function smoothLabels(labels: Tensor, alpha: number): Tensor {
  requireFloating('smoothLabels', labels);
  requireNumber('smoothLabels', 'alpha', alpha);
  return add(mul(labels, 1 - alpha), alpha / classesOf('smoothLabels', labels));
}
