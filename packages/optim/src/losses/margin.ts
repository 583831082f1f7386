import { add, max, maximum, mul, neg, oneHot, pow, sub, sum, type Tensor } from '@flaxon/tensor';
import { checkOptions } from '../arguments.js';
import { classesOf, requireFloating, requireSameShape } from './operands.js';

/** max(0, 1 - outputs targets), elementwise, for targets of -1 or 1 (Optax: `hinge_loss`). @throws DtypeError, ShapeError */
export function hingeLoss(outputs: Tensor, targets: Tensor): Tensor {
  requireFloating('hingeLoss', outputs);
  requireSameShape('hingeLoss', outputs, targets);
  return maximum(sub(1, mul(outputs, targets)), 0);
}

/** max(0, -outputs targets), elementwise, for targets of -1 or 1 (Optax: `perceptron_loss`). @throws DtypeError, ShapeError */
export function perceptronLoss(outputs: Tensor, targets: Tensor): Tensor {
  requireFloating('perceptronLoss', outputs);
  requireSameShape('perceptronLoss', outputs, targets);
  return maximum(neg(mul(outputs, targets)), 0);
}

const ofLabel = (scores: Tensor, labels: Tensor): readonly [Tensor, Tensor] => {
  requireFloating('multiclass loss', scores);
  const chosen = oneHot(labels, classesOf('multiclass loss', scores), { dtype: scores.dtype });
  return [chosen, sum(mul(scores, chosen), { axis: -1 })];
};

/** How far the best wrong score, with a margin of 1, is above the right one. scores: (..., classes), labels: (...), integers (Optax: `multiclass_hinge_loss`). */
export function multiclassHingeLoss(scores: Tensor, labels: Tensor): Tensor {
  const [chosen, right] = ofLabel(scores, labels);
  return sub(max(sub(add(scores, 1), chosen), { axis: -1 }), right);
}

/** How far the best score is above the right one. scores: (..., classes), labels: (...), integers (Optax: `multiclass_perceptron_loss`). */
export function multiclassPerceptronLoss(scores: Tensor, labels: Tensor): Tensor {
  const [, right] = ofLabel(scores, labels);
  return sub(max(scores, { axis: -1 }), right);
}

export interface TripletOptions {
  readonly axis?: number;
  /** The exponent of the distance, 2 by default. */
  readonly normDegree?: number;
  /** How much nearer the positive has to be, 1 by default. */
  readonly margin?: number;
  /** Added under the root, 1e-6 by default. */
  readonly eps?: number;
}

/**
 * How much less than `margin` nearer to the anchor the positive is than the negative, along `axis`, which is removed (Optax:
 * `triplet_margin_loss`; Schroff et al., "FaceNet", 2015).
 * @throws DtypeError, ArgumentError
 */
export function tripletMarginLoss(anchors: Tensor, positives: Tensor, negatives: Tensor, options: TripletOptions = {}): Tensor {
  checkOptions('tripletMarginLoss', options, ['axis', 'normDegree', 'margin', 'eps']);
  const { axis = -1, normDegree = 2, margin = 1, eps = 1e-6 } = options;
  requireFloating('tripletMarginLoss', anchors, positives, negatives);
  const distance = (others: Tensor): Tensor => pow(add(sum(pow(sub(anchors, others), normDegree), { axis }), eps), 1 / normDegree);
  return maximum(add(sub(distance(positives), distance(negatives)), margin), 0);
}
