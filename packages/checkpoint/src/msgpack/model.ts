/** Models of Hugging Face in Flax's format (transformers.modeling_flax_utils, up to its version 4). */
import type { Tensor } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { flattenNames, nestNames, type TensorTree } from '../names.js';
import type { WeightMap } from '../shards/index-file.js';
import { findModel, namesByShard, requireNames } from '../shards/read.js';
import { writeModel, type ShardOptions, type WrittenModel } from '../shards/write.js';
import type { ByteSource } from '../source/source.js';
import { openFile, type CheckpointStorage, type ReadableStorage } from '../storage/storage.js';
import type { CheckpointTree } from '../values.js';
import { decodeSource } from './decode.js';
import { msgpackParts } from './flax.js';

/** What joins keys in the index (flax.traverse_util.flatten_dict). */
const separator = '/';

const filesOf = (name = 'flax_model') => ({ name, extension: 'msgpack' });

export interface FlaxModelOptions extends ShardOptions {
  /** What the names of files begin with, `flax_model` by default. */
  readonly name?: string;
}

/**
 * Writes parameters into `storage` as `flax_model.msgpack`, or where they have more than `maxShardBytes` as `flax_model-00001-of-00002.msgpack`, ... and
 * `flax_model.msgpack.index.json`, which is written last (FlaxPreTrainedModel.save_pretrained).
 * @throws UnsupportedValueError for a leaf that is no tensor; ArgumentError; what the storage throws
 */
export async function saveFlaxModel(storage: CheckpointStorage, params: CheckpointTree, { name, ...options }: FlaxModelOptions = {}): Promise<WrittenModel> {
  const tensors = flattenNames('msgpack', params, separator);
  return writeModel(storage, filesOf(name), tensors, (shard) => msgpackParts(nestNames('msgpack', shard, separator) as TensorTree), options);
}

async function readTensorsOf(source: ByteSource): Promise<Map<string, Tensor>> {
  try {
    return flattenNames('msgpack', await decodeSource(source), separator);
  } finally {
    await source.close?.();
  }
}

async function readShards(storage: ReadableStorage, weights: WeightMap): Promise<Map<string, Tensor>> {
  const found = new Map<string, Tensor>();
  for (const [file, names] of namesByShard(weights)) {
    const shard = await readTensorsOf(await openFile(storage, file));
    requireNames('msgpack', file, names, (name) => shard.has(name));
    // In the order of the file, which is that of the model.
    for (const [name, tensor] of shard) if (weights.get(name) === file) found.set(name, tensor);
  }
  return found;
}

/**
 * The parameters of `flax_model.msgpack` of a place, or of the shards of `flax_model.msgpack.index.json`, as nested objects
 * (FlaxPreTrainedModel.from_pretrained). One shard at a time is in memory besides.
 * @throws MissingFileError where the model or a shard is not there; CheckpointFormatError where a file is damaged, the index names a file outside the place, or a tensor
 * that its shard lacks; UnsupportedValueError where a leaf is no array
 */
export async function loadFlaxModel(storage: ReadableStorage, { name }: { readonly name?: string } = {}): Promise<{ readonly [key: string]: TensorTree }> {
  const model = await findModel('msgpack', storage, filesOf(name));
  const tensors = model.kind === 'whole' ? await readTensorsOf(model.source) : await readShards(storage, model.weights);
  if (tensors.has('')) throw new CheckpointFormatError('msgpack', 'is one array and no model');
  return nestNames('msgpack', tensors, separator) as { readonly [key: string]: TensorTree };
}
