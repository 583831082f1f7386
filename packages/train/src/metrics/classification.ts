/** Metrics of classifiers: of logits (batch, ..., classes) and labels (batch, ...), integers. */
import { any, argmax, astype, broadcastTo, einsum, equal, expandDims, formatShape, oneHot, ones, reshape, ShapeError, topK, type Tensor } from '@flaxon/tensor';
import { meanMetric, meanOf, type Metric, type MetricInput } from './metric.js';

/** Where a metric finds what a model says and what is right. */
export type Predictions<Batch, Outputs> = (input: MetricInput<Batch, Outputs>) => { readonly logits: Tensor; readonly labels: Tensor };

/** The part of examples whose label has the largest logit; of several equal ones the first counts. */
export function accuracy<Batch, Outputs>(predictions: Predictions<Batch, Outputs>): Metric<Batch, Outputs, number> {
  return meanMetric((input) => {
    const { logits, labels } = predictions(input);
    requireLabels('accuracy', logits, labels);
    return equal(argmax(logits, { axis: -1 }), astype(labels, 'int32'));
  });
}

/** The part of examples whose label is among the `k` largest logits. */
export function topKAccuracy<Batch, Outputs>(k: number, predictions: Predictions<Batch, Outputs>): Metric<Batch, Outputs, number> {
  return meanMetric((input) => {
    const { logits, labels } = predictions(input);
    requireLabels('topKAccuracy', logits, labels);
    const [, indices] = topK(logits, k);
    return any(equal(astype(indices, 'int32'), expandDims(astype(labels, 'int32'), -1)), { axis: -1 });
  });
}

/** exp of the mean loss: of losses that are cross entropies in nats. */
export function perplexity<Batch, Outputs>(): Metric<Batch, Outputs, number> {
  return { ...meanMetric(({ losses }) => losses), result: (totals) => Math.exp(meanOf(totals)) };
}

/** How much weight of examples of each label (row) got each prediction (column): whole numbers, where examples count 1. */
export function confusionMatrix<Batch, Outputs>(classes: number, predictions: Predictions<Batch, Outputs>): Metric<Batch, Outputs, readonly (readonly number[])[]> {
  return {
    measure: (input) => {
      const { logits, labels } = predictions(input);
      requireLabels('confusionMatrix', logits, labels);
      const rows = reshape(oneHot(labels, classes), [-1, classes]);
      const columns = reshape(oneHot(argmax(logits, { axis: -1 }), classes), [-1, classes]);
      const { weights } = input;
      const inner = labels.shape.slice(weights?.rank ?? 0);
      const counts = weights === null ? ones(labels.shape, rows.dtype) : broadcastTo(reshape(astype(weights, rows.dtype), [...weights.shape, ...inner.map(() => 1)]), labels.shape);
      return { counts: einsum('n,na,nb->ab', reshape(counts, [-1]), rows, columns) };
    },
    result: ({ counts }) => counts!.toArray() as readonly (readonly number[])[],
  };
}

/** @throws ShapeError where the labels are not of the shape of the logits without the last axis: they would broadcast */
function requireLabels(metric: string, logits: Tensor, labels: Tensor): void {
  const expected = logits.shape.slice(0, -1);
  if (expected.length === labels.rank && expected.every((size, axis) => size === labels.shape[axis])) return;
  throw new ShapeError(metric, [formatShape(logits.shape), formatShape(labels.shape)], 'labels must be integers of the shape of the logits without the last axis, that of the classes');
}
