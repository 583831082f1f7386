/** Safetensors in one file or in several with an index, as Hugging Face keeps models. */
import type { Tensor } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { flattenNames } from '../names.js';
import { findModel, namesByShard, requireNames } from '../shards/read.js';
import { writeModel, type ShardOptions, type WrittenModel } from '../shards/write.js';
import type { WeightMap } from '../shards/index-file.js';
import { openFile, type CheckpointStorage, type ReadableStorage } from '../storage/storage.js';
import type { CheckpointTree } from '../values.js';
import { SafetensorsFile } from './read.js';
import type { TensorFile, TensorSpec } from './tensor-file.js';
import { safetensorsParts, type SafetensorsWriteOptions } from './write.js';

const filesOf = (name = 'model') => ({ name, extension: 'safetensors' });

export interface ShardedSafetensorsOptions extends SafetensorsWriteOptions, ShardOptions {
  /** What the names of files begin with, `model` by default. */
  readonly name?: string;
}

/**
 * Writes a tree of tensors into `storage` as `model.safetensors`, or where it has more than `maxShardBytes` as `model-00001-of-00002.safetensors`, ... and
 * `model.safetensors.index.json`, which is written last. Files of an earlier model of that name are removed. The texts of `metadata` go into every file:
 * PyTorch's loaders want `{ format: 'pt' }`.
 *
 *     await saveShardedSafetensors(fileSystemStorage('my-model'), params, { maxShardBytes: 2e9 });
 * @throws UnsupportedValueError for a leaf that is no tensor; ArgumentError; what the storage throws
 */
export async function saveShardedSafetensors(storage: CheckpointStorage, tree: CheckpointTree, { name, maxShardBytes, separator = '.', metadata }: ShardedSafetensorsOptions = {}): Promise<WrittenModel> {
  const tensors = flattenNames('safetensors', tree, separator);
  const options = metadata === undefined ? {} : { metadata };
  return writeModel(storage, filesOf(name), tensors, (shard) => safetensorsParts(Object.fromEntries(shard), options), maxShardBytes === undefined ? {} : { maxShardBytes });
}

/** Shards of which each tensor is looked up in the one that the index says. */
class ShardedFile implements TensorFile {
  readonly #weights: WeightMap;
  readonly #shards: ReadonlyMap<string, SafetensorsFile>;
  readonly specs: ReadonlyMap<string, TensorSpec>;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(weights: WeightMap, shards: ReadonlyMap<string, SafetensorsFile>) {
    this.#weights = weights;
    this.#shards = shards;
    this.specs = new Map(Array.from(weights, ([name, file]) => [name, shards.get(file)!.specs.get(name)!]));
    this.metadata = Object.assign({}, ...Array.from(shards.values(), (shard) => shard.metadata)) as Readonly<Record<string, string>>;
  }

  async tensor(name: string): Promise<Tensor> {
    const file = this.#weights.get(name);
    if (file === undefined) throw new CheckpointFormatError('safetensors', `has no tensor \`${name}\` in its index of ${this.#weights.size}`);
    return this.#shards.get(file)!.tensor(name);
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#shards.values(), (shard) => shard.close()));
  }
}

async function openShards(storage: ReadableStorage, weights: WeightMap): Promise<TensorFile> {
  const shards = new Map<string, SafetensorsFile>();
  try {
    for (const [file, names] of namesByShard(weights)) {
      const shard = await SafetensorsFile.open(await openFile(storage, file));
      shards.set(file, shard);
      requireNames('safetensors', file, names, (name) => shard.specs.has(name));
    }
  } catch (error) {
    await Promise.all(Array.from(shards.values(), (shard) => shard.close()));
    throw error;
  }
  return new ShardedFile(weights, shards);
}

/**
 * Opens `model.safetensors` of a place, or the shards of `model.safetensors.index.json`. The headers alone are read, and compared with the index; the tensors when
 * they are asked for.
 *
 *     const file = await openSafetensors(fileSystemStorage('my-model'));
 *     const kernel = await file.tensor('encoder.layer.0.kernel');
 *     await file.close();
 * @throws MissingFileError where the model or a shard is not there; CheckpointFormatError where a file is damaged, the index names a file outside the place, or a tensor
 * that its shard lacks
 */
export async function openSafetensors(storage: ReadableStorage, { name }: { readonly name?: string } = {}): Promise<TensorFile> {
  const model = await findModel('safetensors', storage, filesOf(name));
  return model.kind === 'whole' ? SafetensorsFile.open(model.source) : openShards(storage, model.weights);
}
