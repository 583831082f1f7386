import { ArgumentError } from '@flaxon/tensor';
import type { DataSource } from '../data/source.js';
import { checkEvery, type Every } from './every.js';
import type { EarlyStoppingOptions } from './early-stopping.js';

export interface EvaluationOptions<Data> {
  readonly data: DataSource<Data>;
  /** How often they are measured: after each epoch by default. */
  readonly every?: Every;
}

export interface FitOptions<Data> {
  /** How many passes over the data there are in all, those of before counted: 1 by default, or without end where `steps` is given. */
  readonly epochs?: number;
  /** How many steps there are in all, those of before counted. */
  readonly steps?: number;
  /** Data to measure the loss and the metrics on, as an evaluation does: with `train` false. */
  readonly evaluation?: DataSource<Data> | EvaluationOptions<Data>;
  readonly earlyStopping?: EarlyStoppingOptions;
  /** Goes on from the last checkpoint, or from that of a step; from the beginning where nothing has been saved. */
  readonly resume?: boolean | { readonly step: number };
  /** Aborting it ends the training after the call that runs; the last checkpoint is written, and the last event is `done`. */
  readonly signal?: AbortSignal;
}

/** Options with what they default to. */
export interface FitPlan<Data> {
  readonly epochs: number;
  readonly steps: number;
  readonly evaluation: { readonly data: DataSource<Data>; readonly every: Every } | undefined;
  readonly earlyStopping: EarlyStoppingOptions | undefined;
  readonly resume: boolean | { readonly step: number };
  readonly signal: AbortSignal | undefined;
}

const isEvaluationOptions = <Data>(evaluation: DataSource<Data> | EvaluationOptions<Data>): evaluation is EvaluationOptions<Data> => typeof evaluation === 'object' && 'data' in evaluation;

/** @throws ArgumentError for counts out of range */
export function planOf<Data>(options: FitOptions<Data>): FitPlan<Data> {
  const { epochs = options.steps === undefined ? 1 : Number.POSITIVE_INFINITY, steps = Number.POSITIVE_INFINITY, evaluation, earlyStopping, resume = false, signal } = options;
  for (const [name, count] of [['epochs', epochs], ['steps', steps]] as const) {
    if (!(count === Number.POSITIVE_INFINITY || (Number.isInteger(count) && count >= 0))) throw new ArgumentError('Trainer.fit', name, `must be a whole number from 0 on, found ${count}`);
  }
  const evaluated = evaluation === undefined ? undefined : isEvaluationOptions(evaluation) ? evaluation : { data: evaluation };
  const every = evaluated?.every ?? { epochs: 1 };
  checkEvery('evaluation.every', every);
  return { epochs, steps, evaluation: evaluated && { data: evaluated.data, every }, earlyStopping, resume, signal };
}
