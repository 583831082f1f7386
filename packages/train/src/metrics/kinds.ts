import type { Tensor } from '@flaxon/tensor';
import { accuracy, confusionMatrix, perplexity, topKAccuracy, type Predictions } from './classification.js';
import { meanMetric, ratioMetric, type Metric, type MetricInput, type WeightedParts } from './metric.js';

/** The metrics that there are, for the batches and outputs of one trainer. A metric of one's own is `{ measure, result }`. */
export interface MetricKinds<Batch, Outputs> {
  /** The weighted mean of values, one for each example: (batch, ...). */
  mean(values: (input: MetricInput<Batch, Outputs>) => Tensor): Metric<Batch, Outputs, number>;
  /** The quotient of two sums over all batches: of hits and tries, say. Both are (), of a batch; weights are for the function to apply. */
  ratio(parts: (input: MetricInput<Batch, Outputs>) => WeightedParts): Metric<Batch, Outputs, number>;
  /** The part of examples whose label has the largest logit; of several equal ones the first counts. */
  accuracy(predictions: Predictions<Batch, Outputs>): Metric<Batch, Outputs, number>;
  /** The part of examples whose label is among the `k` largest logits. */
  topKAccuracy(k: number, predictions: Predictions<Batch, Outputs>): Metric<Batch, Outputs, number>;
  /** exp of the mean loss: of losses that are cross entropies in nats. */
  perplexity(): Metric<Batch, Outputs, number>;
  /** How much weight of examples of each label (row) got each prediction (column): whole numbers, where examples count 1. */
  confusionMatrix(classes: number, predictions: Predictions<Batch, Outputs>): Metric<Batch, Outputs, readonly (readonly number[])[]>;
}

export const metricKinds = <Batch, Outputs>(): MetricKinds<Batch, Outputs> => ({ mean: meanMetric, ratio: ratioMetric, accuracy, topKAccuracy, perplexity, confusionMatrix });
