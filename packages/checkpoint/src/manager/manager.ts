import { ArgumentError, FlaxonError } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { fromBytes, toBytes } from '../msgpack/flax.js';
import type { CheckpointStorage } from '../storage/storage.js';
import type { CheckpointTree, StateDict } from '../values.js';
import { checksumOf, decodeRecord, encodeRecord, type CheckpointRecord } from './record.js';

export interface KeepBest {
  /** The name of a metric that is given to `save`. */
  readonly metric: string;
  /** Whether the least or the largest value is the best; `min` by default. */
  readonly mode?: 'min' | 'max';
  /** How many of the best are kept, 1 by default. */
  readonly count?: number;
}

export interface CheckpointManagerOptions {
  /** How many of the last checkpoints are kept; all by default. */
  readonly keepLast?: number;
  /** Which are kept besides, however old they are. */
  readonly keepBest?: KeepBest;
  /** What the names of files begin with, `checkpoint` by default. */
  readonly prefix?: string;
}

export interface SaveOptions {
  readonly metrics?: Readonly<Record<string, number>>;
  /** Plain data that is kept with the checkpoint. */
  readonly metadata?: unknown;
  readonly signal?: AbortSignal;
}

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

/**
 * Numbered checkpoints in a storage. Each is a file in Flax's format and a small record with its checksum, which is written last: a checkpoint counts once
 * its record is there, so that whenever the process ends, what was saved before can be loaded.
 */
export class CheckpointManager {
  readonly #storage: CheckpointStorage;
  readonly #options: CheckpointManagerOptions & { readonly prefix: string };
  /** Saves run one after another. */
  #last: Promise<unknown> = Promise.resolve();

  /** @throws ArgumentError where a count is no whole number from 1 on */
  constructor(storage: CheckpointStorage, options: CheckpointManagerOptions = {}) {
    for (const [name, count] of [['keepLast', options.keepLast], ['keepBest', options.keepBest?.count]] as const) {
      if (count !== undefined && !(Number.isInteger(count) && count >= 1)) throw new ArgumentError('CheckpointManager', name, `must be a whole number from 1 on, found ${count}`);
    }
    this.#storage = storage;
    this.#options = { prefix: 'checkpoint', ...options };
  }

  #recordName(step: number): string {
    return `${this.#options.prefix}_${step}.json`;
  }

  /**
   * Saves `tree` as the checkpoint of `step`, replacing one of that step. Training may go on meanwhile: tensors do not change, so the tree is
   * what it was when this was called.
   * @throws ArgumentError where the step is no whole number from 0 on, or a metric that decides is missing; UnsupportedValueError; what the storage throws. A save that
   * fails leaves what was there.
   */
  save(step: number, tree: CheckpointTree, options: SaveOptions = {}): Promise<CheckpointRecord> {
    const { metric } = this.#options.keepBest ?? {};
    if (!(Number.isSafeInteger(step) && step >= 0)) throw new ArgumentError('CheckpointManager.save', 'step', `must be a whole number from 0 on, found ${step}`);
    if (metric !== undefined && !Number.isFinite(options.metrics?.[metric] ?? Number.NaN)) throw new ArgumentError('CheckpointManager.save', 'metrics', `must have a finite \`${metric}\`, by which the best checkpoint is kept`);
    const saved = this.#last.then(() => this.#save(step, tree, options));
    this.#last = saved.catch(() => undefined);
    return saved;
  }

  async #save(step: number, tree: CheckpointTree, { metrics = {}, metadata = null, signal }: SaveOptions): Promise<CheckpointRecord> {
    signal?.throwIfAborted();
    const bytes = toBytes(tree);
    const checksum = await checksumOf(bytes);
    signal?.throwIfAborted();
    // The name has the checksum: the file of an earlier checkpoint of this step stays until the new record is there.
    const file = `${this.#options.prefix}_${step}-${checksum.slice(0, 12)}.msgpack`;
    const record: CheckpointRecord = { step, file, bytes: bytes.length, checksum, metrics, metadata };
    await this.#storage.write(file, [bytes]);
    await this.#storage.write(this.#recordName(step), [encodeRecord(record)]);
    await this.#clean();
    return record;
  }

  /** Waits for the saves that are under way; none of them throws here. */
  async finished(): Promise<void> {
    await this.#last;
  }

  /** The records of all checkpoints, by step. @throws CheckpointFormatError for a damaged record */
  async records(): Promise<readonly CheckpointRecord[]> {
    const { prefix } = this.#options;
    const names = (await this.#storage.list()).filter((name) => name.startsWith(`${prefix}_`) && /^\d+\.json$/u.test(name.slice(prefix.length + 1)));
    const records = await Promise.all(names.map(async (name) => decodeRecord(name, await this.#storage.read(name))));
    return records.sort((a, b) => a.step - b.step);
  }

  #bestOf(records: readonly CheckpointRecord[]): readonly CheckpointRecord[] {
    const { keepBest } = this.#options;
    if (keepBest === undefined) return [];
    const { metric, mode = 'min', count = 1 } = keepBest;
    const rank = ({ metrics }: CheckpointRecord): number => (mode === 'min' ? 1 : -1) * (metrics[metric] ?? Number.POSITIVE_INFINITY);
    return [...records].sort((a, b) => rank(a) - rank(b) || b.step - a.step).slice(0, count);
  }

  /** Removes the checkpoints that are not to be kept, records first, and files without a record. */
  async #clean(): Promise<void> {
    const records = await this.records();
    const { prefix, keepLast = records.length } = this.#options;
    const kept = new Set([...records.slice(-keepLast), ...this.#bestOf(records)]);
    for (const record of records) if (!kept.has(record)) await this.#storage.remove(this.#recordName(record.step));
    const files = new Set(Array.from(kept, ({ file }) => file));
    const isOurs = (name: string): boolean => name.startsWith(`${prefix}_`) && /^\d+-[0-9a-f]{12}\.msgpack$/u.test(name.slice(prefix.length + 1));
    for (const name of await this.#storage.list()) if (isOurs(name) && !files.has(name)) await this.#storage.remove(name);
  }

  /** The record of the last checkpoint; undefined where there is none. */
  async latest(): Promise<CheckpointRecord | undefined> {
    return (await this.records()).at(-1);
  }

  /** The record of the best checkpoint by `keepBest`; undefined where there is none. */
  async best(): Promise<CheckpointRecord | undefined> {
    return this.#bestOf(await this.records())[0];
  }

  /**
   * The checkpoint of `step`, the last one by default, in the structure of `target`; its state dict where that is null.
   * @throws MissingCheckpointError; CheckpointFormatError where its bytes are not those that were saved; StateDictError where the target has another structure
   */
  async restore<T extends CheckpointTree>(target: T, { step }: { readonly step?: number } = {}): Promise<{ readonly record: CheckpointRecord; readonly tree: T extends null ? StateDict : T }> {
    const records = await this.records();
    const record = step === undefined ? records.at(-1) : records.find((one) => one.step === step);
    if (!record) throw new MissingCheckpointError(step, records.map((one) => one.step));
    const bytes = await this.#storage.read(record.file);
    if (bytes.length !== record.bytes || (await checksumOf(bytes)) !== record.checksum) {
      const others = records.flatMap((one) => (one === record ? [] : [one.step]));
      throw new CheckpointFormatError('checkpoint', `the file \`${record.file}\` is damaged: its bytes are not those that were saved; ${others.length === 0 ? 'there is no other' : `the steps ${others.join(', ')} are there too`}`);
    }
    return { record, tree: fromBytes(target, bytes) };
  }
}
