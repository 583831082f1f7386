import { any, ArgumentError, astype, div, logSoftmax, maximum, mul, neg, sum, mean, where, type Tensor } from '@flaxon/tensor';
import { checkOptions } from '../arguments.js';
import { requireFloating, requireSameShape } from './operands.js';

export interface RankingOptions {
  /** Which items there are, bools of the shape of the logits; all by default. */
  readonly mask?: Tensor;
  /** The weight of each item. */
  readonly weights?: Tensor;
  /** What becomes of the lists: their mean, as by default, their sum, or each for itself. */
  readonly reduction?: 'mean' | 'sum' | 'none';
}

/**
 * The cross entropy of relevances and the softmax of scores, over lists of items (Optax: `ranking_softmax_loss`; Cao et al., "Learning to rank: from
 * pairwise approach to listwise approach", 2007). Both are (..., items). Lists without an item count for nothing. @throws DtypeError, ShapeError, ArgumentError
 */
export function rankingSoftmaxLoss(logits: Tensor, labels: Tensor, options: RankingOptions = {}): Tensor {
  checkOptions('rankingSoftmaxLoss', options, ['mask', 'weights', 'reduction']);
  const { mask, weights, reduction = 'mean' } = options;
  requireFloating('rankingSoftmaxLoss', logits);
  requireSameShape('rankingSoftmaxLoss', logits, labels);
  const relevances = astype(labels, logits.dtype);
  const weighted = weights === undefined ? relevances : mul(relevances, weights);
  const scores = mask === undefined ? logits : where(mask, logits, -Infinity);
  const logs = logSoftmax(scores, { axis: -1 });
  const parts = mask === undefined ? mul(weighted, logs) : where(mask, mul(weighted, where(mask, logs, 0)), 0);
  const losses = neg(sum(parts, { axis: -1 }));
  const isThere = mask === undefined ? undefined : any(mask, { axis: -1 });
  const counted = isThere === undefined ? losses : where(isThere, losses, 0);
  switch (reduction) {
    case 'none':
      return counted;
    case 'sum':
      return sum(counted);
    case 'mean':
      return isThere === undefined ? mean(counted) : div(sum(counted), maximum(sum(astype(isThere, logits.dtype)), 1));
    default:
      throw new ArgumentError('rankingSoftmaxLoss', 'reduction', `must be 'mean', 'sum' or 'none', found ${JSON.stringify(reduction)}`);
  }
}
