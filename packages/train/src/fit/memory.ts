import type { StepKeys, Variables } from '@flaxon/core';
import type { AnyMetrics } from '../metrics/metric.js';
import type { CompiledStep } from '../step/compiled-step.js';
import type { TrainerState } from '../step/state.js';
import type { Step } from '../step/step.js';
import type { CheckpointOptions } from './checkpoints.js';
import type { Progress } from './progress.js';

/** What stays the same from one `fit` of a trainer to the next. */
export interface FitSetup<Values> {
  readonly step: Step;
  readonly compiled: CompiledStep;
  readonly keys: StepKeys;
  readonly metrics: AnyMetrics<Values>;
  readonly stepsPerCall: number;
  readonly requireFinite: boolean;
  readonly checkpoints: CheckpointOptions | undefined;
  /** The variables that are evaluated: those of the state, or with the running mean of the parameters. */
  readonly evaluated: (state: TrainerState) => Variables;
}

/** What a trainer keeps between calls. Whatever fails, it is that after the last step that was done whole. */
export interface Memory {
  state: TrainerState | undefined;
  progress: Progress;
}
