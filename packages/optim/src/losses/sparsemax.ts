import { add, arange, astype, cumsum, div, equal, expandDims, greater, lessEqual, mul, neg, oneHot, relu, sort, square, sub, sum, takeAlongAxis, where, type Tensor } from '@flaxon/tensor';
import { classesOf, requireFloating, requireSameShape } from './operands.js';

/** 0 up to -1, x from 1 on, a parabola between (JAX: `sparse_plus`). */
const sparsePlus = (x: Tensor): Tensor => where(lessEqual(x, -1), 0, where(greater(x, 1), x, mul(square(add(x, 1)), 0.25)));

/** The sparsemax loss of one class, elementwise, for labels of 0 or 1 (Optax: `sparsemax_loss`; Martins and Astudillo, "From softmax to sparsemax", 2016). @throws DtypeError, ShapeError */
export function sparsemaxLoss(logits: Tensor, labels: Tensor): Tensor {
  requireFloating('sparsemaxLoss', logits);
  requireSameShape('sparsemaxLoss', logits, labels);
  return sparsePlus(where(equal(labels, 0), logits, neg(logits)));
}

/**
 * The nearest probabilities to scores, along the last axis (Optax: `projections.projection_simplex`): many are 0. scores: (..., classes).
 * Source: Duchi et al., "Efficient projections onto the l1-ball for learning in high dimensions", 2008. @throws DtypeError, ShapeError
 */
export function projectionSimplex(scores: Tensor): Tensor {
  requireFloating('projectionSimplex', scores);
  const places = add(astype(arange(classesOf('projectionSimplex', scores)), scores.dtype), 1);
  const descending = sort(scores, { descending: true });
  const sums = cumsum(descending, { axis: -1 });
  const isKept = greater(add(div(1, places), sub(descending, div(sums, places))), 0);
  const kept = sum(astype(isKept, 'int32'), { axis: -1, keepdims: true });
  const count = astype(kept, scores.dtype);
  return relu(add(div(1, count), sub(scores, div(takeAlongAxis(sums, sub(kept, 1), -1), count))));
}

/** The sparsemax loss of scores (..., classes) and labels (...), integers (Optax: `multiclass_sparsemax_loss`; Martins and Astudillo, 2016). @throws DtypeError, ShapeError */
export function multiclassSparsemaxLoss(scores: Tensor, labels: Tensor): Tensor {
  const probabilities = projectionSimplex(scores);
  const chosen = oneHot(labels, classesOf('multiclassSparsemaxLoss', scores), { dtype: scores.dtype });
  const above = sub(scores, expandDims(sum(mul(scores, chosen), { axis: -1 }), -1));
  return add(sum(mul(probabilities, above), { axis: -1 }), mul(sub(1, sum(square(probabilities), { axis: -1 })), 0.5));
}

/**
 * The loss max(scores) - <targets, scores> of a function that stands for a maximum, along the last axis, such as `logsumexp`, which gives the cross
 * entropy (Optax: `make_fenchel_young_loss`; Blondel et al., "Learning with Fenchel-Young losses", 2020).
 */
export const makeFenchelYoungLoss = (maximum: (scores: Tensor) => Tensor) => (scores: Tensor, targets: Tensor): Tensor => sub(maximum(scores), sum(mul(targets, scores), { axis: -1 }));
