import { add, astype, type Tensor, type Tree } from '@flaxon/tensor';
import { weightedSum } from '../step/loss.js';

/** What a metric sees of a batch. */
export interface MetricInput<Batch, Outputs> {
  readonly batch: Batch;
  /** What the loss handed on. */
  readonly outputs: Outputs;
  /** What the loss returned: (batch, ...) or (). */
  readonly losses: Tensor;
  /** What each example counts; null where all count the same. */
  readonly weights: Tensor | null;
}

/** Sums over a batch, by name. */
export type Sums = { readonly [name: string]: Tensor };

/**
 * A quantity that is measured over many batches: each gives sums, which are added up, and what is made of all of them is the result. So the result over
 * batches of any sizes is that over all examples at once.
 */
export interface Metric<Batch, Outputs, Value> {
  /** The sums over a batch, as part of the compiled step: it may be traced. */
  readonly measure: (input: MetricInput<Batch, Outputs>) => Sums;
  /** The value, of the sums over all batches, which are float64. */
  readonly result: (totals: Sums) => Value;
}

/** Metrics by name, with what each gives: `Values` is `{ accuracy: number, ... }`. */
export type Metrics<Batch, Outputs, Values> = { readonly [Name in keyof Values]: Metric<Batch, Outputs, Values[Name]> };

/** Metrics of any data. */
export type AnyMetrics<Values> = Metrics<never, never, Values>;

/** Metrics with their names. */
export const entriesOf = <Batch, Outputs, Values>(metrics: Metrics<Batch, Outputs, Values>): [string, Metric<Batch, Outputs, Values[keyof Values]>][] => Object.entries(metrics);

export const numberOf = (value: Tensor): number => Number(value.item());

/** The number `totals.sum / totals.weight`. */
export const meanOf = (totals: Sums): number => numberOf(totals['sum']!) / numberOf(totals['weight']!);

/** Sums added to those so far, which are float64: a float32 would stop growing after some 10^7 examples. */
export function addSums(totals: Sums | undefined, sums: Sums): Sums {
  return Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, totals === undefined ? astype(value, 'float64') : add(totals[name]!, astype(value, 'float64'))]));
}

/** The weighted mean of values, one for each example: (batch, ...). */
export function meanMetric<Batch, Outputs>(values: (input: MetricInput<Batch, Outputs>) => Tensor): Metric<Batch, Outputs, number> {
  return {
    measure: (input) => weightedSum(astype(values(input), 'float32'), input.weights, input.batch as Tree<Tensor>),
    result: meanOf,
  };
}

/** Two sums over a batch: (). */
export interface WeightedParts {
  readonly sum: Tensor;
  readonly weight: Tensor;
}

/** The quotient of two sums over all batches. */
export function ratioMetric<Batch, Outputs>(parts: (input: MetricInput<Batch, Outputs>) => WeightedParts): Metric<Batch, Outputs, number> {
  return { measure: (input) => ({ ...parts(input) }), result: meanOf };
}
