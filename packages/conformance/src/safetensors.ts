import { readFile } from 'node:fs/promises';
import { tensor, type Dtype, type Tensor, type TypedArray } from '@flaxon/tensor';
import { z } from 'zod';
import { CaseFormatError } from './errors.js';

interface ElementType {
  readonly dtype: Dtype;
  readonly bytes: number;
  readonly read: (buffer: ArrayBuffer) => TypedArray;
}

/** The element types by their names in a header. Half floats are held as their bit patterns. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  F16: { dtype: 'float16', bytes: 2, read: (buffer) => new Uint16Array(buffer) },
  BF16: { dtype: 'bfloat16', bytes: 2, read: (buffer) => new Uint16Array(buffer) },
  F32: { dtype: 'float32', bytes: 4, read: (buffer) => new Float32Array(buffer) },
  F64: { dtype: 'float64', bytes: 8, read: (buffer) => new Float64Array(buffer) },
  I8: { dtype: 'int8', bytes: 1, read: (buffer) => new Int8Array(buffer) },
  I16: { dtype: 'int16', bytes: 2, read: (buffer) => new Int16Array(buffer) },
  I32: { dtype: 'int32', bytes: 4, read: (buffer) => new Int32Array(buffer) },
  I64: { dtype: 'int64', bytes: 8, read: (buffer) => new BigInt64Array(buffer) },
  U8: { dtype: 'uint8', bytes: 1, read: (buffer) => new Uint8Array(buffer) },
  U16: { dtype: 'uint16', bytes: 2, read: (buffer) => new Uint16Array(buffer) },
  U32: { dtype: 'uint32', bytes: 4, read: (buffer) => new Uint32Array(buffer) },
  U64: { dtype: 'uint64', bytes: 8, read: (buffer) => new BigUint64Array(buffer) },
  BOOL: { dtype: 'bool', bytes: 1, read: (buffer) => new Uint8Array(buffer) },
};

const natural = z.number().int().nonnegative();
const headerSchema = z.record(
  z.string(),
  z.strictObject({ dtype: z.string(), shape: z.array(natural), data_offsets: z.tuple([natural, natural]) }),
);

interface Entry {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/**
 * The arrays of a safetensors file, by name.
 *
 * The format: the length of the header as a little-endian uint64, the header as JSON (`__metadata__` apart, an object from
 * names to dtype, shape and the range of bytes after the header), then the bytes of the arrays, little-endian and row-major.
 * Source: https://github.com/huggingface/safetensors, section "Format".
 */
export class Safetensors {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #bytes: Uint8Array;
  readonly #source: string;

  private constructor(entries: ReadonlyMap<string, Entry>, bytes: Uint8Array, source: string) {
    this.#entries = entries;
    this.#bytes = bytes;
    this.#source = source;
  }

  /** @throws CaseFormatError where `bytes` are no such file; `source` names it in messages. */
  static parse(bytes: Uint8Array, source = 'safetensors'): Safetensors {
    const fail = (message: string): never => {
      throw new CaseFormatError(`${source}: ${message}`);
    };
    if (bytes.length < 8) return fail(`${bytes.length} bytes are too few for the length of a header`);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (length > BigInt(bytes.length - 8)) return fail(`the header of ${length} bytes reaches beyond the end of the file`);
    const start = 8 + Number(length);
    const entries = new Map<string, Entry>();
    for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(8, start), fail))) {
      const type = elementTypes[entry.dtype] ?? fail(`array \`${name}\` has the unknown dtype ${entry.dtype}`);
      const [from, to] = entry.data_offsets;
      const size = entry.shape.reduce((product, dim) => product * dim, 1) * type.bytes;
      if (to - from !== size) fail(`array \`${name}\` of ${entry.dtype}[${entry.shape}] needs ${size} bytes, found ${to - from}`);
      if (start + to > bytes.length) fail(`array \`${name}\` reaches beyond the end of the file`);
      entries.set(name, { type, shape: entry.shape, start: start + from, end: start + to });
    }
    return new Safetensors(entries, bytes, source);
  }

  static async read(path: string): Promise<Safetensors> {
    return Safetensors.parse(await readFile(path), path);
  }

  /** A file without arrays. */
  static empty(source: string): Safetensors {
    return new Safetensors(new Map(), new Uint8Array(), source);
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The array `name`, as a tensor with memory of its own. @throws CaseFormatError where there is none. */
  tensor(name: string): Tensor {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new CaseFormatError(`${this.#source}: no array \`${name}\``);
    const buffer = new ArrayBuffer(entry.end - entry.start);
    new Uint8Array(buffer).set(this.#bytes.subarray(entry.start, entry.end));
    return tensor(entry.type.read(buffer), { dtype: entry.type.dtype, shape: entry.shape });
  }
}

function parseHeader(bytes: Uint8Array, fail: (message: string) => never): z.infer<typeof headerSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return fail(`the header is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof json !== 'object' || json === null) return fail('the header is no JSON object');
  const { __metadata__: _, ...arrays } = json as Record<string, unknown>;
  const parsed = headerSchema.safeParse(arrays);
  return parsed.success ? parsed.data : fail(`the header is not as it should be: ${z.prettifyError(parsed.error)}`);
}
