/** What users give: a loss of a model and a batch. And what it comes to: a mean, with what it is a mean of. */
import { astype, broadcastTo, formatShape, mean, mul, reshape, scalar, sizeOf, sum, div, Tensor, tree, type Tree } from '@flaxon/tensor';
import { LossShapeError } from '../errors.js';

/** What a loss can depend on besides model and batch. */
export interface LossContext {
  /** True in a training step, false in an evaluation and where variables are made: what dropout and running statistics ask. */
  readonly train: boolean;
  /** What each example counts, of shape (batch, ...): 0 for those that fill up a padded batch. Null where all count the same. */
  readonly weights: Tensor | null;
}

/** Losses, one for each example: (batch, ...); or their mean: (). With a tree of tensors for metrics, if they need one. */
export type LossResult = Tensor | readonly [losses: Tensor, outputs: unknown];

/** What a loss hands on to metrics; null where it returns losses alone. */
export type OutputsOf<Result> = Result extends readonly [Tensor, infer Outputs] ? Outputs : null;

export type LossFunction<Model, Batch, Result extends LossResult> = (model: Model, batch: Batch, context: LossContext) => Result;

/** A sum and what its terms weigh together: both are added up over batches, so that their quotient is the mean over all of them. */
export type WeightedSum = { readonly sum: Tensor; readonly weight: Tensor };

export const partsOf = (result: LossResult): readonly [losses: Tensor, outputs: Tree<Tensor>] => (result instanceof Tensor ? [result, null] : [result[0], result[1] as Tree<Tensor>]);

/** `weights` with axes of size 1 after its own, to go with `values`. @throws LossShapeError where the shape of `values` does not begin with that of the weights */
function alignedWeights(values: Tensor, weights: Tensor): Tensor {
  const fits = weights.rank <= values.rank && weights.shape.every((size, axis) => size === values.shape[axis]);
  if (!fits) throw new LossShapeError(formatShape(values.shape), formatShape(weights.shape));
  return broadcastTo(reshape(astype(weights, values.dtype), [...weights.shape, ...values.shape.slice(weights.rank).map(() => 1)]), values.shape);
}

/** How many examples a batch has: the size of the first axis, if all leaves that have axes agree on it, and 1 otherwise. */
export function exampleCount(batch: Tree<Tensor>): number {
  const sizes = new Set(tree.leaves<Tensor>(batch).flatMap((leaf) => leaf.shape.slice(0, 1)));
  const [size] = sizes;
  return sizes.size === 1 && typeof size === 'number' ? size : 1;
}

/**
 * The sum of values, one for each example or more, and what they weigh. A single value, the mean of a batch, weighs as much as the batch has examples.
 * @throws LossShapeError
 */
export function weightedSum(values: Tensor, weights: Tensor | null, batch: Tree<Tensor>): WeightedSum {
  if (weights !== null) {
    const aligned = alignedWeights(values, weights);
    return { sum: sum(mul(values, aligned)), weight: sum(aligned) };
  }
  if (values.rank > 0) return { sum: sum(values), weight: scalar(sizeOf(values.staticShape('Trainer')), values.dtype) };
  const count = exampleCount(batch);
  return { sum: mul(values, count), weight: scalar(count, values.dtype) };
}

/** The mean that is differentiated. @throws LossShapeError */
export function weightedMean(values: Tensor, weights: Tensor | null): Tensor {
  if (weights === null) return values.rank === 0 ? values : mean(values);
  const aligned = alignedWeights(values, weights);
  return div(sum(mul(values, aligned)), sum(aligned));
}
