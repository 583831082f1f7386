import type { Measured } from '../step/step.js';
import { addSums, entriesOf, meanOf, numberOf, type AnyMetrics, type Sums } from './metric.js';

/** Sums over the batches so far, float64. */
export type Totals = { readonly loss: Sums; readonly metrics: { readonly [name: string]: Sums } };

/** What was measured over batches: the mean loss, and the value of each metric. */
export interface Measurement<Values> {
  readonly loss: number;
  readonly metrics: Values;
}

export const addMeasured = (totals: Totals | null, { loss, metrics }: Measured): Totals => ({
  loss: addSums(totals?.loss, loss),
  metrics: Object.fromEntries(Object.entries(metrics).map(([name, sums]) => [name, addSums(totals?.metrics[name], sums)])),
});

export function measurementOf<Values>(metrics: AnyMetrics<Values>, totals: Totals): Measurement<Values> {
  const values = entriesOf(metrics).map(([name, metric]) => [name, metric.result(totals.metrics[name]!)]);
  // Each metric's result is under its name.
  return { loss: meanOf(totals.loss), metrics: Object.fromEntries(values) as Values };
}

/** The mean loss of one batch. */
export const lossOf = ({ loss }: Measured): number => numberOf(loss.sum) / numberOf(loss.weight);

/** What of a measurement is a number, by name, the loss as `loss`. */
export function numbersOf({ loss, metrics }: Measurement<unknown>): Readonly<Record<string, number>> {
  const numbers = Object.entries(metrics as Readonly<Record<string, unknown>>).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return { ...Object.fromEntries(numbers), loss };
}
