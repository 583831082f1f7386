import { CheckpointFormatError, type CheckpointFormat } from '../errors.js';
import { MissingFileError, openFile, type ReadableStorage } from '../storage/storage.js';
import type { ByteSource } from '../source/source.js';
import { decodeIndex, type WeightMap } from './index-file.js';
import { indexName, wholeName, type ModelFiles } from './names.js';

/** An index is a list of names: one above this many bytes is refused. */
const largestIndex = 100_000_000;

/** The files of a model: the one that it is in, or the shards of its index. */
export type FoundModel = { readonly kind: 'whole'; readonly source: ByteSource } | { readonly kind: 'sharded'; readonly weights: WeightMap };

async function openIfThere(storage: ReadableStorage, file: string): Promise<ByteSource | undefined> {
  try {
    return await openFile(storage, file);
  } catch (error) {
    if (error instanceof MissingFileError) return undefined;
    throw error;
  }
}

async function readIndex(format: CheckpointFormat, source: ByteSource): Promise<WeightMap> {
  try {
    if (source.size > largestIndex) throw new CheckpointFormatError(format, `has an index of ${source.size} bytes`);
    return decodeIndex(format, await source.read(0, source.size));
  } finally {
    await source.close?.();
  }
}

/**
 * Looks for a model as transformers does: one file first, then an index.
 * @throws MissingFileError where there is neither; CheckpointFormatError where the index is none
 */
export async function findModel(format: CheckpointFormat, storage: ReadableStorage, model: ModelFiles): Promise<FoundModel> {
  const whole = await openIfThere(storage, wholeName(model));
  if (whole !== undefined) return { kind: 'whole', source: whole };
  const index = await openIfThere(storage, indexName(model));
  if (index === undefined) throw new MissingFileError(wholeName(model), `there is no \`${indexName(model)}\` either, and the place`);
  return { kind: 'sharded', weights: await readIndex(format, index) };
}

/** The names of the tensors that each shard should have. */
export function namesByShard(weights: WeightMap): ReadonlyMap<string, readonly string[]> {
  const byShard = new Map<string, string[]>();
  for (const [name, file] of weights) {
    const names = byShard.get(file) ?? [];
    names.push(name);
    byShard.set(file, names);
  }
  return byShard;
}

/** @throws CheckpointFormatError where a shard has not all tensors that the index says */
export function requireNames(format: CheckpointFormat, file: string, names: readonly string[], has: (name: string) => boolean): void {
  const absent = names.filter((name) => !has(name));
  if (absent.length > 0) {
    throw new CheckpointFormatError(format, `has an index that says \`${file}\` has ${absent.slice(0, 4).map((name) => `\`${name}\``).join(', ')}${absent.length > 4 ? ` and ${absent.length - 4} more` : ''}, which it has not`);
  }
}
