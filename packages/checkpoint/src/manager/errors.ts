import { FlaxonError } from '@flaxon/tensor';

/** A checkpoint that is not there. */
export class MissingCheckpointError extends FlaxonError {
  /** Undefined where any would have done. */
  readonly step: number | undefined;
  readonly available: readonly number[];

  constructor(step: number | undefined, available: readonly number[]) {
    super(`there is no checkpoint${step === undefined ? '' : ` of step ${step}`}; ${available.length === 0 ? 'nothing has been saved here' : `those of the steps ${available.join(', ')} are there`}.`);
    this.step = step;
    this.available = available;
  }
}
