import type { Dtype, Tensor } from '@flaxon/tensor';
import { nestNames, type TensorTree } from '../names.js';

/** What is known of a tensor before it is read. */
export interface TensorSpec {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** Tensors in a file, or in several, that are read one at a time, when they are asked for. */
export interface TensorFile {
  /** The names of the tensors with shapes and dtypes. */
  readonly specs: ReadonlyMap<string, TensorSpec>;
  /** The texts in the header. */
  readonly metadata: Readonly<Record<string, string>>;
  /** @throws CheckpointFormatError where there is none of that name, or the file ends too early */
  tensor(name: string): Promise<Tensor>;
  /** Gives back what is open. */
  close(): Promise<void>;
}

export interface ReadTensorsOptions {
  /** Which tensors are read, by name; all by default. */
  readonly filter?: (name: string, spec: TensorSpec) => boolean;
  /** What names are divided at into the keys of nested objects, `.` by default; the empty text divides none. */
  readonly separator?: string;
}

/**
 * Tensors of `file` as nested objects: all, or those that `filter` wants, of which alone the bytes are read.
 *
 *     const { encoder } = await readTensors(file, { filter: (name) => name.startsWith('encoder.') });
 * @throws CheckpointFormatError
 */
export async function readTensors(file: TensorFile, { filter = () => true, separator = '.' }: ReadTensorsOptions = {}): Promise<{ readonly [key: string]: TensorTree }> {
  const found: (readonly [string, Tensor])[] = [];
  for (const [name, spec] of file.specs) if (filter(name, spec)) found.push([name, await file.tensor(name)]);
  return nestNames('safetensors', found, separator) as { readonly [key: string]: TensorTree };
}
