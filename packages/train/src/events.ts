import type { CheckpointRecord } from '@flaxon/checkpoint';
import type { Measurement } from './metrics/totals.js';

/** Why a training is over. */
export type DoneReason =
  /** All epochs are done. */
  | 'epochs'
  /** All steps are done. */
  | 'steps'
  /** What is watched got no better. */
  | 'early-stopping'
  /** The signal was aborted. */
  | 'aborted';

/** How far a training is. */
export interface Place {
  /** Steps so far. */
  readonly step: number;
  /** The pass over the data, from 0. */
  readonly epoch: number;
}

/** A step or an evaluation was traced and compiled for batches of a new shape: what its first call took, the run included. */
export interface CompileEvent extends Place {
  readonly kind: 'compile';
  readonly function: 'step' | 'evaluation';
  readonly seconds: number;
}

export interface StepEvent extends Place {
  readonly kind: 'step';
  /** The number of the batch in its pass, from 0. */
  readonly batch: number;
  /** The mean loss of the batch, before the update. */
  readonly loss: number;
  /** The factor of the loss in mixed precision; null where there is none. */
  readonly lossScale: number | null;
  /** Whether the gradients were not finite in mixed precision, so that nothing was updated. */
  readonly isSkipped: boolean;
  /** How many steps there will be at most; null where that is not known. */
  readonly totalSteps: number | null;
  /** Since `fit` began. */
  readonly seconds: number;
}

/** A pass over the data is done: means over all its batches, each as it was before its update. */
export interface EpochEvent<Values> extends Place, Measurement<Values> {
  readonly kind: 'epoch';
  readonly seconds: number;
}

/** The evaluation data were measured. */
export interface EvalEvent<Values> extends Place, Measurement<Values> {
  readonly kind: 'eval';
  /** Whether this is the best so far of what early stopping watches; null without early stopping. */
  readonly isBest: boolean | null;
}

/** A checkpoint is in the storage. */
export interface CheckpointEvent extends Place {
  readonly kind: 'checkpoint';
  readonly record: CheckpointRecord;
}

/** The last event. */
export interface DoneEvent extends Place {
  readonly kind: 'done';
  readonly reason: DoneReason;
  readonly seconds: number;
}

/** What a training tells while it runs. `Values` are those of the metrics, by name. */
export type TrainEvent<Values = Readonly<Record<string, unknown>>> = CompileEvent | StepEvent | EpochEvent<Values> | EvalEvent<Values> | CheckpointEvent | DoneEvent;
