/**
 * MessagePack with Flax's extensions, from bytes that nobody trusts: every length is compared with what is left before anything is made,
 * nesting is bounded, and a key may occur once.
 */
import { bytesPerElement, sizeOf, type Tensor } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { tensorOfBytes } from '../tensor-bytes.js';
import { NumpyScalar, PythonFloat, type StateDict } from '../values.js';
import { isChunkedRecord, joinedChunks } from './chunks.js';
import { requireDtypeName } from './dtypes.js';
import { extensions } from './encode.js';

/** As deep as Python's reader goes. */
const deepest = 512;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Where these bytes stand in the file. */
  readonly #base: number;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, base = 0, depth = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#base = base;
    this.#depth = depth;
  }

  get offset(): number {
    return this.#base + this.#at;
  }

  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  fail(problem: string): never {
    throw new CheckpointFormatError('msgpack', problem, this.offset);
  }

  #take(count: number): number {
    if (count > this.rest) this.fail(`ends where ${count} more bytes are announced and ${this.rest} are left`);
    const at = this.#at;
    this.#at += count;
    return at;
  }

  uint(bytes: 1 | 2 | 4): number {
    const at = this.#take(bytes);
    return bytes === 1 ? this.#view.getUint8(at) : bytes === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #signed(bytes: 1 | 2 | 4): number {
    const at = this.#take(bytes);
    return bytes === 1 ? this.#view.getInt8(at) : bytes === 2 ? this.#view.getInt16(at) : this.#view.getInt32(at);
  }

  #wide(isSigned: boolean): number | bigint {
    const at = this.#take(8);
    const value = isSigned ? this.#view.getBigInt64(at) : this.#view.getBigUint64(at);
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }

  binary(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  string(length: number): string {
    try {
      return utf8.decode(this.binary(length));
    } catch (error) {
      if (error instanceof CheckpointFormatError) throw error;
      return this.fail('has a text that is not UTF-8');
    }
  }

  #list(length: number): StateDict[] {
    // Each item has a byte at least.
    if (length > this.rest) this.fail(`announces ${length} items, and ${this.rest} bytes are left`);
    return this.#inside(() => Array.from({ length }, () => this.value()));
  }

  #inside<T>(read: () => T): T {
    if (++this.#depth > deepest) this.fail(`nests deeper than ${deepest} levels`);
    const found = read();
    this.#depth--;
    return found;
  }

  #map(length: number): StateDict {
    if (length * 2 > this.rest) this.fail(`announces ${length} entries, and ${this.rest} bytes are left`);
    const { offset } = this;
    const node: Record<string, StateDict> = {};
    this.#inside(() => {
      for (let i = 0; i < length; i++) {
        const key = this.value();
        if (typeof key !== 'string') return this.fail('has an object with a key that is no text');
        if (key === '__proto__') return this.fail('has the key `__proto__`');
        if (Object.hasOwn(node, key)) return this.fail(`has the key \`${key}\` twice in one object`);
        node[key] = this.value();
      }
      return undefined;
    });
    return isChunkedRecord(node) ? joinedChunks(node, offset) : node;
  }

  #extension(length: number): StateDict {
    const code = this.#signed(1);
    const start = this.offset;
    const payload = new Reader(this.binary(length), start, this.#depth);
    switch (code) {
      case extensions.array:
        return payload.#tensor();
      case extensions.scalar: {
        const scalar = payload.#tensor();
        return scalar.rank === 0 ? new NumpyScalar(scalar) : this.fail('has a scalar with axes');
      }
      case extensions.complex:
        return this.fail('has a complex number, which tensors do not have; save its real and imaginary parts');
      default:
        return this.fail(`has the extension ${code}, which is none of Flax's`);
    }
  }

  #tensor(): Tensor {
    const parts = this.value();
    if (!Array.isArray(parts) || parts.length !== 3 || this.rest > 0) return this.fail('has an array that is not (shape, dtype, bytes)');
    const [shape, name, bytes] = parts as readonly StateDict[];
    if (!Array.isArray(shape) || !shape.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)) return this.fail('has an array whose shape is not of sizes');
    if (typeof name !== 'string' || !(bytes instanceof Uint8Array)) return this.fail('has an array that is not (shape, dtype, bytes)');
    const dtype = requireDtypeName(name, this.offset);
    const sizes = shape as readonly number[];
    const wanted = sizeOf(sizes) * bytesPerElement(dtype);
    if (bytes.length !== wanted) return this.fail(`has an array of ${dtype} and shape [${sizes.join(', ')}] with ${bytes.length} bytes in place of ${wanted}`);
    return tensorOfBytes(dtype, sizes, bytes);
  }

  value(): StateDict {
    const first = this.uint(1);
    if (first < 0x80) return first;
    if (first >= 0xe0) return first - 0x100;
    if (first < 0x90) return this.#map(first & 0x0f);
    if (first < 0xa0) return this.#list(first & 0x0f);
    if (first < 0xc0) return this.string(first & 0x1f);
    switch (first) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.binary(this.uint(1)).slice();
      case 0xc5: return this.binary(this.uint(2)).slice();
      case 0xc6: return this.binary(this.uint(4)).slice();
      case 0xc7: return this.#extension(this.uint(1));
      case 0xc8: return this.#extension(this.uint(2));
      case 0xc9: return this.#extension(this.uint(4));
      case 0xca: return new PythonFloat(this.#view.getFloat32(this.#take(4)));
      case 0xcb: return new PythonFloat(this.#view.getFloat64(this.#take(8)));
      case 0xcc: return this.uint(1);
      case 0xcd: return this.uint(2);
      case 0xce: return this.uint(4);
      case 0xcf: return this.#wide(false);
      case 0xd0: return this.#signed(1);
      case 0xd1: return this.#signed(2);
      case 0xd2: return this.#signed(4);
      case 0xd3: return this.#wide(true);
      case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return this.#extension(1 << (first - 0xd4));
      case 0xd9: return this.string(this.uint(1));
      case 0xda: return this.string(this.uint(2));
      case 0xdb: return this.string(this.uint(4));
      case 0xdc: return this.#list(this.uint(2));
      case 0xdd: return this.#list(this.uint(4));
      case 0xde: return this.#map(this.uint(2));
      case 0xdf: return this.#map(this.uint(4));
      default: return this.fail(`has the byte 0x${first.toString(16)}, which begins nothing`);
    }
  }
}

/** What MessagePack bytes with Flax's extensions hold. @throws CheckpointFormatError */
export function decode(bytes: Uint8Array): StateDict {
  const reader = new Reader(bytes);
  const found = reader.value();
  if (reader.rest > 0) reader.fail(`goes on for ${reader.rest} bytes after its value`);
  return found;
}
