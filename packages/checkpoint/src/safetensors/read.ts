import type { Tensor } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { nestNames, type TensorTree } from '../names.js';
import type { ByteSource } from '../source/source.js';
import { tensorOfBytes } from '../tensor-bytes.js';
import type { TensorFile, TensorSpec } from './tensor-file.js';
import { headerLength, parseHeader, prefixLength, type Header, type TensorEntry } from './header.js';

export interface SafetensorsReadOptions {
  /** What names are divided at into the keys of nested objects, `.` by default; the empty text divides none. */
  readonly separator?: string;
}

const tensorOf = ({ dtype, shape }: TensorEntry, bytes: Uint8Array): Tensor => tensorOfBytes(dtype, shape, bytes);

function headerOf(bytes: Uint8Array): { readonly header: Header; readonly data: Uint8Array } {
  const length = headerLength(bytes.subarray(0, prefixLength), bytes.length);
  const data = bytes.subarray(prefixLength + length);
  return { header: parseHeader(bytes.subarray(prefixLength, prefixLength + length), data.length), data };
}

/** The tensors of a safetensors file as nested objects. @throws CheckpointFormatError */
export function fromSafetensors(bytes: Uint8Array, { separator = '.' }: SafetensorsReadOptions = {}): { readonly [key: string]: TensorTree } {
  const { header, data } = headerOf(bytes);
  const tensors = header.entries.map((entry) => [entry.name, tensorOf(entry, data.subarray(entry.start, entry.end))] as const);
  return nestNames('safetensors', tensors, separator) as { readonly [key: string]: TensorTree };
}

/** A safetensors file whose tensors are read one at a time, when they are asked for. */
export class SafetensorsFile implements TensorFile {
  readonly #source: ByteSource;
  readonly #dataStart: number;
  readonly #entries: ReadonlyMap<string, TensorEntry>;
  /** The texts in the header. */
  readonly metadata: Readonly<Record<string, string>>;

  private constructor(source: ByteSource, dataStart: number, { entries, metadata }: Header) {
    this.#source = source;
    this.#dataStart = dataStart;
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.metadata = metadata;
  }

  /** Reads the header only. @throws CheckpointFormatError, and then the source is closed */
  static async open(source: ByteSource): Promise<SafetensorsFile> {
    try {
      return await SafetensorsFile.#open(source);
    } catch (error) {
      await source.close?.();
      throw error;
    }
  }

  static async #open(source: ByteSource): Promise<SafetensorsFile> {
    const length = headerLength(await source.read(0, Math.min(prefixLength, source.size)), source.size);
    const dataStart = prefixLength + length;
    return new SafetensorsFile(source, dataStart, parseHeader(await source.read(prefixLength, length), source.size - dataStart));
  }

  /** The names of the tensors with shapes and dtypes. */
  get specs(): ReadonlyMap<string, TensorSpec> {
    return this.#entries;
  }

  /** @throws CheckpointFormatError where there is none of that name, or the file ends too early */
  async tensor(name: string): Promise<Tensor> {
    const entry = this.#entries.get(name);
    if (!entry) throw new CheckpointFormatError('safetensors', `has no tensor \`${name}\`; there are ${[...this.#entries.keys()].slice(0, 8).join(', ')}${this.#entries.size > 8 ? ', ...' : ''}`);
    const bytes = await this.#source.read(this.#dataStart + entry.start, entry.end - entry.start);
    if (bytes.length !== entry.end - entry.start) throw new CheckpointFormatError('safetensors', `ends within \`${name}\``);
    return tensorOf(entry, bytes);
  }

  /** Closes the source. */
  async close(): Promise<void> {
    await this.#source.close?.();
  }
}
