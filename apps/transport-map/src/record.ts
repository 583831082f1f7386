import type { Collection } from '@flaxon/core';

import type { TrainListener } from './events.js';

export interface LossRecord {
  readonly step: number;
  readonly lossF: number;
  readonly lossG: number;
}

export interface DistanceRecord {
  readonly step: number;
  readonly distance: number;
}

/** What a training keeps: its curves, and of the maps that were measured the one with the smallest distance. */
export interface TrainRecord {
  readonly losses: readonly LossRecord[];
  readonly distances: readonly DistanceRecord[];
  /** The parameters of f at the smallest distance. */
  readonly parameters: Collection;
  /** After how many steps that was. */
  readonly step: number;
}

/** Collects the record of a training, and tells the listener of each entry. */
export class Recorder {
  readonly #listen: TrainListener;
  readonly #losses: LossRecord[] = [];
  readonly #distances: DistanceRecord[] = [];
  #best: { readonly distance: number; readonly step: number; readonly parameters: Collection } | undefined;

  constructor(listen: TrainListener) {
    this.#listen = listen;
  }

  trained(record: LossRecord, stepsPerSecond: number): void {
    this.#losses.push(record);
    this.#listen({ kind: 'trained', ...record, stepsPerSecond });
  }

  /** A map with its distance. One that is not a number, from a training that diverged, is never the best. */
  measured(record: DistanceRecord, parameters: Collection): void {
    const best = this.#best === undefined || record.distance < this.#best.distance;
    if (best) this.#best = { ...record, parameters };
    this.#distances.push(record);
    this.#listen({ kind: 'measured', ...record, best });
  }

  /** The record so far. @throws Error before the first measurement */
  result(): TrainRecord {
    if (this.#best === undefined) throw new Error('The record of a training needs one measurement at least; found none.');
    const { step, parameters } = this.#best;
    return { losses: this.#losses, distances: this.#distances, step, parameters };
  }
}
