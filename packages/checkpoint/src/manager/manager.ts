import { ArgumentError } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { fromSource, msgpackParts } from '../msgpack/flax.js';
import { sizeOfParts } from '../storage/parts.js';
import { openFile, type CheckpointStorage } from '../storage/storage.js';
import type { CheckpointTree, StateDict } from '../values.js';
import { Background } from './background.js';
import { checksumBlock, checksumOf } from './checksum.js';
import { MissingCheckpointError } from './errors.js';
import { decodeRecord, encodeRecord, isWhole, type CheckpointRecord } from './record.js';
import { bestOf, keptOf, qualityOf, requireCounts, type Metrics, type Retention } from './retention.js';

export interface CheckpointManagerOptions extends Retention {
  /** At which steps `saveInBackground` saves: multiples of this number (orbax: `save_interval_steps`); at each by default. */
  readonly saveEvery?: number;
  /** How many saves in the background may be unfinished when `saveInBackground` lets the program go on, 1 by default: each holds its tensors. */
  readonly maxPending?: number;
  /** What the names of files begin with, `checkpoint` by default. */
  readonly prefix?: string;
}

export interface SaveOptions {
  readonly metrics?: Metrics;
  /** Plain data that is kept with the checkpoint. */
  readonly metadata?: unknown;
  readonly signal?: AbortSignal;
}

export interface BackgroundSaveOptions extends SaveOptions {
  /** Whether to save at a step that `saveEvery` leaves out. False by default. */
  readonly force?: boolean;
}

/** What is saved, as it was when the save was asked for: tensors do not change, everything else is copied. */
interface Snapshot {
  readonly step: number;
  readonly parts: readonly Uint8Array[];
  readonly metrics: Metrics;
  readonly metadata: unknown;
  readonly signal: AbortSignal | undefined;
}

/**
 * Numbered checkpoints in a storage. Each is a file in Flax's format and a small record with its checksum, which is written last: a checkpoint counts once
 * its record is there, so that whenever the process ends, what was saved before can be loaded.
 */
export class CheckpointManager {
  readonly #storage: CheckpointStorage;
  readonly #options: CheckpointManagerOptions & { readonly prefix: string; readonly saveEvery: number; readonly maxPending: number };
  readonly #saves = new Background();

  /** @throws ArgumentError where a count is no whole number from 1 on */
  constructor(storage: CheckpointStorage, options: CheckpointManagerOptions = {}) {
    const { keepLast, keepBest, keepEvery, saveEvery, maxPending } = options;
    requireCounts({ keepLast, keepBest: keepBest?.count, keepEvery, saveEvery, maxPending });
    this.#storage = storage;
    this.#options = { prefix: 'checkpoint', saveEvery: 1, maxPending: 1, ...options };
  }

  #recordName(step: number): string {
    return `${this.#options.prefix}_${step}.json`;
  }

  /**
   * Saves `tree` as the checkpoint of `step`, replacing one of that step; done once it is on the disk. Training may go on meanwhile: what is saved is what was there
   * when this was called, and the program is held up for a few milliseconds at a time at most. Saves are made one after another.
   * @throws ArgumentError where the step is no whole number from 0 on, or a metric that decides is missing; UnsupportedValueError; what the storage throws. A save that
   * fails leaves what was there.
   */
  save(step: number, tree: CheckpointTree, options: SaveOptions = {}): Promise<CheckpointRecord> {
    this.#requireSavable('CheckpointManager.save', step, options);
    try {
      const snapshot = this.#snapshot(step, tree, options);
      return this.#saves.run(() => this.#write(snapshot));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * Saves `tree` beside the program, at the steps that `saveEvery` names: done as soon as fewer than `maxPending` earlier saves are unfinished, so that a disk that is
   * slower than training slows training down and does not fill the memory. What goes wrong later is thrown by the next call, or by `wait()` (orbax:
   * AsyncCheckpointer).
   *
   *     for (...) {
   *       state = await trainStep(state, batch);
   *       await manager.saveInBackground(step, state);
   *     }
   *     await manager.wait();
   * @returns whether the step is one that is saved
   * @throws as `save` does, and what an earlier save in the background failed with
   */
  async saveInBackground(step: number, tree: CheckpointTree, { force = false, ...options }: BackgroundSaveOptions = {}): Promise<boolean> {
    this.#saves.rethrow();
    if (!force && !this.shouldSave(step)) return false;
    this.#requireSavable('CheckpointManager.saveInBackground', step, options);
    const snapshot = this.#snapshot(step, tree, options);
    await this.#saves.runUnattended(() => this.#write(snapshot), this.#options.maxPending);
    return true;
  }

  /** Whether `saveEvery` names this step. */
  shouldSave(step: number): boolean {
    return step % this.#options.saveEvery === 0;
  }

  #requireSavable(operation: string, step: number, { metrics = {} }: SaveOptions): void {
    const { keepBest } = this.#options;
    if (!(Number.isSafeInteger(step) && step >= 0)) throw new ArgumentError(operation, 'step', `must be a whole number from 0 on, found ${step}`);
    if (keepBest === undefined || Number.isFinite(qualityOf(keepBest, metrics))) return;
    throw new ArgumentError(operation, 'metrics', `must have ${typeof keepBest.metric === 'string' ? `a finite \`${keepBest.metric}\`` : 'what `keepBest.metric` makes a finite number of'}, by which the best checkpoint is kept`);
  }

  #snapshot(step: number, tree: CheckpointTree, { metrics = {}, metadata = null, signal }: SaveOptions): Snapshot {
    return { step, parts: msgpackParts(tree), metrics: { ...metrics }, metadata: structuredClone(metadata), signal };
  }

  async #write({ step, parts, metrics, metadata, signal }: Snapshot): Promise<CheckpointRecord> {
    signal?.throwIfAborted();
    const checksum = await checksumOf(parts, checksumBlock, signal);
    signal?.throwIfAborted();
    // The name has the checksum: the file of an earlier checkpoint of this step stays until the new record is there.
    const file = `${this.#options.prefix}_${step}-${checksum.slice(0, 12)}.msgpack`;
    const record: CheckpointRecord = { step, file, bytes: sizeOfParts(parts), checksum, checksumBlock, metrics, metadata };
    await this.#storage.write(file, parts);
    await this.#storage.write(this.#recordName(step), [encodeRecord(record)]);
    await this.#clean();
    return record;
  }

  /** Waits for the saves that are under way; none of them throws here. */
  async finished(): Promise<void> {
    await this.#saves.settled();
  }

  /** Waits for the saves that are under way. @throws what a save in the background failed with, where no later call has thrown it */
  async wait(): Promise<void> {
    await this.#saves.settled();
    this.#saves.rethrow();
  }

  /** The records of all checkpoints, by step. @throws CheckpointFormatError for a damaged record */
  async records(): Promise<readonly CheckpointRecord[]> {
    const { prefix } = this.#options;
    const names = (await this.#storage.list()).filter((name) => name.startsWith(`${prefix}_`) && /^\d+\.json$/u.test(name.slice(prefix.length + 1)));
    const records = await Promise.all(names.map(async (name) => decodeRecord(name, await this.#storage.read(name))));
    return records.sort((a, b) => a.step - b.step);
  }

  /** Removes the checkpoints that are not to be kept. */
  async #clean(): Promise<void> {
    const records = await this.records();
    await this.#keep(records, keptOf(records, this.#options));
  }

  /** Removes all but the kept records, those first, and then the files without one. */
  async #keep(records: readonly CheckpointRecord[], kept: ReadonlySet<CheckpointRecord>): Promise<void> {
    const { prefix } = this.#options;
    for (const record of records) if (!kept.has(record)) await this.#storage.remove(this.#recordName(record.step));
    const files = new Set(Array.from(kept, ({ file }) => file));
    const isOurs = (name: string): boolean => name.startsWith(`${prefix}_`) && /^\d+-[0-9a-f]{12}\.msgpack$/u.test(name.slice(prefix.length + 1));
    for (const name of await this.#storage.list()) if (isOurs(name) && !files.has(name)) await this.#storage.remove(name);
  }

  /** Removes the checkpoint of `step`, if there is one, after the saves that are under way. */
  async remove(step: number): Promise<void> {
    await this.#saves.run(async () => {
      const records = await this.records();
      await this.#keep(records, new Set(records.filter((record) => record.step !== step)));
    });
  }

  /** The record of the last checkpoint; undefined where there is none. */
  async latest(): Promise<CheckpointRecord | undefined> {
    return (await this.records()).at(-1);
  }

  /** The record of the best checkpoint by `keepBest`; undefined where there is none. */
  async best(): Promise<CheckpointRecord | undefined> {
    return bestOf(await this.records(), this.#options.keepBest)[0];
  }

  /**
   * The checkpoint of `step`, the last one by default, in the structure of `target`; its state dict where that is null.
   * @throws MissingCheckpointError; CheckpointFormatError where its bytes are not those that were saved; StateDictError where the target has another structure
   */
  async restore<T extends CheckpointTree>(target: T, { step }: { readonly step?: number } = {}): Promise<{ readonly record: CheckpointRecord; readonly tree: T extends null ? StateDict : T }> {
    const records = await this.records();
    const record = step === undefined ? records.at(-1) : records.find((one) => one.step === step);
    if (!record) throw new MissingCheckpointError(step, records.map((one) => one.step));
    const source = await openFile(this.#storage, record.file);
    try {
      if (await isWhole(record, source)) return { record, tree: await fromSource(target, source) };
    } finally {
      await source.close?.();
    }
    const others = records.flatMap((one) => (one === record ? [] : [one.step]));
    throw new CheckpointFormatError('checkpoint', `the file \`${record.file}\` is damaged: its bytes are not those that were saved; ${others.length === 0 ? 'there is no other' : `the steps ${others.join(', ')} are there too`}`);
  }
}
