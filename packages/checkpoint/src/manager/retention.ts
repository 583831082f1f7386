import { ArgumentError } from '@flaxon/tensor';
import type { CheckpointRecord } from './record.js';

export type Metrics = Readonly<Record<string, number>>;

export interface KeepBest {
  /** The name of a metric that is given to `save`, or what makes one number of them (orbax: `best_fn`). */
  readonly metric: string | ((metrics: Metrics) => number);
  /** Whether the least or the largest value is the best; `min` by default. */
  readonly mode?: 'min' | 'max';
  /** How many of the best are kept, 1 by default. */
  readonly count?: number;
}

/** Which checkpoints are kept; what none of these keeps is removed after the next save. All are kept where nothing is said. */
export interface Retention {
  /** How many of the last ones (orbax: `max_to_keep`); all by default. */
  readonly keepLast?: number;
  /** The best, however old they are (orbax: `best_fn`, `best_mode`). */
  readonly keepBest?: KeepBest;
  /** Each whose step is a multiple of this number (orbax: `keep_period`). */
  readonly keepEvery?: number;
}

/** @throws ArgumentError where a count is no whole number from 1 on */
export function requireCounts(counts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1)) throw new ArgumentError('CheckpointManager', name, `must be a whole number from 1 on, found ${count}`);
  }
}

/** What decides, NaN where the metrics do not say. */
export const qualityOf = ({ metric }: KeepBest, metrics: Metrics): number => (typeof metric === 'function' ? metric(metrics) : (metrics[metric] ?? Number.NaN));

/** The best records, best first; of equal ones the later. */
export function bestOf(records: readonly CheckpointRecord[], keepBest: KeepBest | undefined): readonly CheckpointRecord[] {
  if (keepBest === undefined) return [];
  const { mode = 'min', count = 1 } = keepBest;
  const rank = ({ metrics }: CheckpointRecord): number => {
    const quality = qualityOf(keepBest, metrics);
    return Number.isNaN(quality) ? Number.POSITIVE_INFINITY : (mode === 'min' ? 1 : -1) * quality;
  };
  const ranked = records.map((record) => ({ record, at: rank(record) }));
  // Compared, not subtracted: two of no quality are alike, and Infinity - Infinity is no number.
  return ranked.sort((a, b) => (a.at === b.at ? b.record.step - a.record.step : a.at < b.at ? -1 : 1)).slice(0, count).map(({ record }) => record);
}

/** Of records by step, those that are kept. */
export function keptOf(records: readonly CheckpointRecord[], { keepLast = records.length, keepBest, keepEvery }: Retention): ReadonlySet<CheckpointRecord> {
  const regular = keepEvery === undefined ? [] : records.filter(({ step }) => step % keepEvery === 0);
  return new Set([...records.slice(-keepLast), ...bestOf(records, keepBest), ...regular]);
}
