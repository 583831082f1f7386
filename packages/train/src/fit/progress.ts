import type { Variables } from '@flaxon/core';
import type { Totals } from '../metrics/totals.js';
import { initialStopping, type StoppingState } from './early-stopping.js';

/** How far a training is, besides its state: what it needs to go on as if it had never stopped. */
export interface Progress {
  /** The pass over the data, from 0, and how many of its batches are done. */
  readonly epoch: number;
  readonly batch: number;
  /** The sums over those batches; null where there are none. */
  readonly totals: Totals | null;
  /** What the order of the batches depends on, where the data say so. */
  readonly data: string | null;
  readonly stopping: StoppingState;
  /** The numbers of the last evaluation. */
  readonly evaluated: Readonly<Record<string, number>> | null;
  /** The variables that were best, where they are to be put back. */
  readonly best: Variables | null;
}

export const initialProgress: Progress = { epoch: 0, batch: 0, totals: null, data: null, stopping: initialStopping, evaluated: null, best: null };
