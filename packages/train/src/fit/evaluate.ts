import type { Variables } from '@flaxon/core';
import { BatchReader, toDataset, type DataSource } from '../data/source.js';
import { EmptyDataError } from '../errors.js';
import type { AnyMetrics } from '../metrics/metric.js';
import { addMeasured, measurementOf, type Measurement, type Totals } from '../metrics/totals.js';
import type { CompiledStep } from '../step/compiled-step.js';
import { letOthersRun } from './turn.js';

export interface Evaluated<Values> {
  readonly measurement: Measurement<Values>;
  /** The seconds of calls in which something was compiled. */
  readonly compileSeconds: readonly number[];
}

/** The loss and the metrics over all batches of `source`. @throws EmptyDataError; StoppedError once the signal is aborted */
export async function evaluateOn<Values>(
  source: DataSource<unknown>,
  { compiled, metrics, variables, signal }: { readonly compiled: CompiledStep; readonly metrics: AnyMetrics<Values>; readonly variables: Variables; readonly signal: AbortSignal | undefined },
): Promise<Evaluated<Values>> {
  const reader = new BatchReader(toDataset(source).batches(0, 0), signal);
  const compileSeconds: number[] = [];
  let totals: Totals | null = null;
  try {
    for (;;) {
      const batch = await reader.next();
      if (batch === undefined) break;
      const called = await compiled.measure(variables, batch);
      totals = addMeasured(totals, called.result);
      if (called.compileSeconds !== null) compileSeconds.push(called.compileSeconds);
      await letOthersRun(signal);
    }
  } finally {
    await reader.close();
  }
  if (totals === null) throw new EmptyDataError('Trainer.evaluate', 'the data gave no batch; a generator gives its batches once, so give the function that makes it');
  return { measurement: measurementOf(metrics, totals), compileSeconds };
}
