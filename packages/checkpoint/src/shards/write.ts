import { ArgumentError, type Tensor } from '@flaxon/tensor';
import type { CheckpointStorage } from '../storage/storage.js';
import { encodeIndex } from './index-file.js';
import { indexName, isFileOf, shardName, wholeName, type ModelFiles } from './names.js';
import { bytesOfTensor, splitIntoShards } from './split.js';

/** The most bytes of tensors in one file where nobody says otherwise, as in huggingface_hub. */
export const defaultShardBytes = 5e9;

export interface ShardOptions {
  /** The most bytes of tensors in one file, 5e9 by default; a tensor above that has a file of its own. */
  readonly maxShardBytes?: number;
}

/** What was written: the files with tensors, and the index, if there is one. */
export interface WrittenModel {
  readonly files: readonly string[];
  readonly index: string | undefined;
}

/**
 * Writes tensors as the files of a model: one alone, or shards and then their index. What was there before can be loaded until the new one can, save where shards
 * of the same number are replaced: then there is no index while they are, so that old and new ones are never mixed.
 * @throws ArgumentError where `maxShardBytes` is not positive
 */
export async function writeModel(
  storage: CheckpointStorage,
  model: ModelFiles,
  tensors: ReadonlyMap<string, Tensor>,
  partsOf: (shard: ReadonlyMap<string, Tensor>) => readonly Uint8Array[],
  { maxShardBytes = defaultShardBytes }: ShardOptions,
): Promise<WrittenModel> {
  if (!(maxShardBytes > 0)) throw new ArgumentError('saving in shards', 'maxShardBytes', `must be a positive number of bytes, found ${maxShardBytes}`);
  const shards = splitIntoShards(tensors, maxShardBytes);
  const isDivided = shards.length > 1;
  const files = shards.map((_, at) => (isDivided ? shardName(model, at, shards.length) : wholeName(model)));
  const index = isDivided ? indexName(model) : undefined;

  const before = new Set(await storage.list());
  if (index !== undefined && files.some((file) => before.has(file))) await storage.remove(index);
  for (const [at, shard] of shards.entries()) await storage.write(files[at]!, partsOf(shard));
  if (index !== undefined) await storage.write(index, [encodeIndex(weightMapOf(shards, files), totalBytes(tensors))]);

  // A reader takes the whole file where there is one: it goes last.
  const written = new Set([...files, index]);
  const stale = [...before].filter((file) => isFileOf(model, file) && !written.has(file));
  for (const file of stale.filter((one) => one !== wholeName(model))) await storage.remove(file);
  if (stale.includes(wholeName(model))) await storage.remove(wholeName(model));
  return { files, index };
}

const weightMapOf = (shards: readonly ReadonlyMap<string, Tensor>[], files: readonly string[]): Map<string, string> =>
  new Map(shards.flatMap((shard, at) => Array.from(shard.keys(), (name) => [name, files[at]!] as const)));

const totalBytes = (tensors: ReadonlyMap<string, Tensor>): number => [...tensors.values()].reduce((sum, tensor) => sum + bytesOfTensor(tensor), 0);
