import { unzipSync, zipSync } from 'fflate';
import type { Tensor } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { flattenNames, nestNames, type TensorTree } from '../names.js';
import type { CheckpointTree } from '../values.js';
import { readNpy, writeNpy } from './npy.js';

export interface NpzOptions {
  /** What joins the keys on the way to a tensor into its name, `/` by default; when reading, the empty text divides no name. */
  readonly separator?: string;
}

export interface NpzReadOptions extends NpzOptions {
  /** The most bytes that may come out of the archive: a small file can hold a huge one. 2^31 by default. */
  readonly maxBytes?: number;
}

/**
 * A tree of tensors as a `.npz` file, named by their paths, without compression (numpy.savez of a flattened dictionary, as Vision
 * Transformer's checkpoints are).
 * @throws UnsupportedValueError for a leaf that is no tensor, and for bfloat16
 */
export function toNpz(tree: CheckpointTree, { separator = '/' }: NpzOptions = {}): Uint8Array {
  const files = [...flattenNames('npz', tree, separator)].map(([name, array]) => [`${name}.npy`, writeNpy(name, array)] as const);
  return zipSync(Object.fromEntries(files), { level: 0 });
}

function unzip(bytes: Uint8Array, maxBytes: number): Record<string, Uint8Array> {
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ originalSize, name }) => {
        total += originalSize;
        if (total > maxBytes) throw new CheckpointFormatError('npz', `holds more than ${maxBytes} bytes; if that is right, give \`maxBytes\``);
        return name.endsWith('.npy');
      },
    });
  } catch (error) {
    if (error instanceof CheckpointFormatError) throw error;
    throw new CheckpointFormatError('npz', `is no archive that can be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The tensors of a `.npz` file as nested objects. @throws CheckpointFormatError */
export function fromNpz(bytes: Uint8Array, { separator = '/', maxBytes = 2 ** 31 }: NpzReadOptions = {}): { readonly [key: string]: TensorTree } {
  const files = Object.entries(unzip(bytes, maxBytes));
  const arrays = files.map(([file, content]): readonly [string, Tensor] => {
    const name = file.slice(0, -'.npy'.length);
    return [name, readNpy(name, content)];
  });
  return nestNames('npz', arrays, separator) as { readonly [key: string]: TensorTree };
}
