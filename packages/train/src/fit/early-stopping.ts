import { ArgumentError } from '@flaxon/tensor';
import { MonitorError } from '../errors.js';

export interface EarlyStoppingOptions {
  /** What is watched: `loss`, the default, or the name of a metric that is a number; of the evaluation, or of each epoch's training where there is none. */
  readonly monitor?: string;
  /** Whether it is to become small or large: `min` by default. */
  readonly mode?: 'min' | 'max';
  /** How many evaluations in a row may bring nothing better; the next such one ends the training (Flax: `EarlyStopping.patience`). 0 by default. */
  readonly patience?: number;
  /** By how much a value must be better to count, 0 by default. */
  readonly minDelta?: number;
  /** Whether the variables of the best evaluation are put back at the end. False by default. */
  readonly restoreBest?: boolean;
}

/** What early stopping remembers: plain data. */
export interface StoppingState {
  readonly best: number | null;
  readonly bestStep: number | null;
  /** Evaluations without anything better since then. */
  readonly waited: number;
  readonly isStopped: boolean;
}

export const initialStopping: StoppingState = { best: null, bestStep: null, waited: 0, isStopped: false };

export interface EarlyStopping {
  readonly restoreBest: boolean;
  /** After another evaluation. @throws MonitorError */
  update(state: StoppingState, values: Readonly<Record<string, number>>, step: number): { readonly state: StoppingState; readonly isBest: boolean };
}

/**
 * The rule of Flax's `EarlyStopping.update`: a value counts as better by more than `minDelta`; after `patience` values in a row that are not, the next such one
 * stops. A value that is not a number is not better.
 * @throws ArgumentError
 */
export function earlyStopping({ monitor = 'loss', mode = 'min', patience = 0, minDelta = 0, restoreBest = false }: EarlyStoppingOptions): EarlyStopping {
  if (!(Number.isInteger(patience) && patience >= 0)) throw new ArgumentError('earlyStopping', 'patience', `must be a whole number from 0 on, found ${patience}`);
  if (!(minDelta >= 0)) throw new ArgumentError('earlyStopping', 'minDelta', `must be a number from 0 on, found ${minDelta}`);
  if (mode !== 'min' && mode !== 'max') throw new ArgumentError('earlyStopping', 'mode', `must be 'min' or 'max', found ${JSON.stringify(mode)}`);
  const sign = mode === 'min' ? 1 : -1;
  return {
    restoreBest,
    update(state, values, step) {
      const value = values[monitor];
      if (value === undefined) throw new MonitorError(monitor, Object.keys(values));
      const isBest = !Number.isNaN(value) && (state.best === null || sign * (state.best - value) > minDelta);
      if (isBest) return { isBest, state: { best: value, bestStep: step, waited: 0, isStopped: false } };
      return { isBest, state: { ...state, isStopped: state.isStopped || state.waited >= patience, waited: state.waited + 1 } };
    },
  };
}
