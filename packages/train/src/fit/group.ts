import { isStackable, type Batch, type BatchChecker } from '../data/batch.js';
import type { BatchReader } from '../data/source.js';

/** Reads the batches of a pass in groups of one shape, each for one call. */
export class GroupReader {
  readonly #reader: BatchReader<unknown>;
  readonly #checker: BatchChecker;
  /** The number of the batch that is read next. */
  #index: number;
  /** A batch of another shape than the group before it. */
  #held: Batch<unknown> | undefined;

  constructor(reader: BatchReader<unknown>, checker: BatchChecker, from: number) {
    this.#reader = reader;
    this.#checker = checker;
    this.#index = from;
  }

  async #next(): Promise<Batch<unknown> | undefined> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) return held;
    const batch = await this.#reader.next();
    if (batch !== undefined) this.#checker.check(batch, this.#index++);
    return batch;
  }

  /** Up to `limit` batches of one shape; none at the end. @throws BatchStructureError, StoppedError; what the data throw */
  async read(limit: number): Promise<readonly Batch<unknown>[]> {
    const group: Batch<unknown>[] = [];
    while (group.length < limit) {
      const batch = await this.#next();
      if (batch === undefined) break;
      if (group.length > 0 && !isStackable(group[0]!, batch)) {
        this.#held = batch;
        break;
      }
      group.push(batch);
    }
    return group;
  }
}
