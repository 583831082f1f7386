/**
 * MessagePack with Flax's extensions, from bytes that nobody trusts: every length is compared with what is left before anything is made,
 * nesting is bounded, and a key may occur once.
 */
import { bytesPerElement, sizeOf, type Tensor } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { deepestNesting } from '../limits.js';
import type { ByteSource } from '../source/source.js';
import { tensorOfBytes } from '../tensor-bytes.js';
import { NumpyScalar, PythonFloat, type StateDict } from '../values.js';
import { isChunkedRecord, joinedChunks } from './chunks.js';
import { requireDtypeName } from './dtypes.js';
import { extensions } from './encode.js';
import { Window, type Steps } from './window.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Reader {
  readonly #window: Window;
  #depth = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  #fail(problem: string): never {
    return this.#window.fail(problem);
  }

  *#uint(bytes: 1 | 2 | 4): Steps<number> {
    const { view, at } = yield* this.#window.take(bytes);
    return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at) : view.getUint32(at);
  }

  *#signed(bytes: 1 | 2 | 4): Steps<number> {
    const { view, at } = yield* this.#window.take(bytes);
    return bytes === 1 ? view.getInt8(at) : bytes === 2 ? view.getInt16(at) : view.getInt32(at);
  }

  *#wide(isSigned: boolean): Steps<number | bigint> {
    const { view, at } = yield* this.#window.take(8);
    const value = isSigned ? view.getBigInt64(at) : view.getBigUint64(at);
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }

  *#float(bytes: 4 | 8): Steps<PythonFloat> {
    const { view, at } = yield* this.#window.take(bytes);
    return new PythonFloat(bytes === 4 ? view.getFloat32(at) : view.getFloat64(at));
  }

  /** Bytes of the window: they are to be copied. */
  *#binary(length: number): Steps<Uint8Array> {
    const { bytes, at } = yield* this.#window.take(length);
    return bytes.subarray(at, at + length);
  }

  *#copied(length: number): Steps<Uint8Array> {
    return (yield* this.#binary(length)).slice();
  }

  *#string(length: number): Steps<string> {
    const bytes = yield* this.#binary(length);
    try {
      return utf8.decode(bytes);
    } catch {
      return this.#fail('has a text that is not UTF-8');
    }
  }

  #enter(): void {
    if (++this.#depth > deepestNesting) this.#fail(`nests deeper than ${deepestNesting} levels`);
  }

  *#list(length: number): Steps<StateDict[]> {
    // Each item has a byte at least.
    if (length > this.#window.rest) this.#fail(`announces ${length} items, and ${this.#window.rest} bytes are left`);
    this.#enter();
    const items: StateDict[] = [];
    while (items.length < length) items.push(yield* this.value());
    this.#depth--;
    return items;
  }

  *#map(length: number): Steps<StateDict> {
    if (length * 2 > this.#window.rest) this.#fail(`announces ${length} entries, and ${this.#window.rest} bytes are left`);
    const { offset } = this.#window;
    const node: Record<string, StateDict> = {};
    this.#enter();
    for (let i = 0; i < length; i++) {
      const key = yield* this.value();
      if (typeof key !== 'string') return this.#fail('has an object with a key that is no text');
      if (key === '__proto__') return this.#fail('has the key `__proto__`');
      if (Object.hasOwn(node, key)) return this.#fail(`has the key \`${key}\` twice in one object`);
      node[key] = yield* this.value();
    }
    this.#depth--;
    return isChunkedRecord(node) ? joinedChunks(node, offset) : node;
  }

  *#extension(length: number): Steps<StateDict> {
    const code = yield* this.#signed(1);
    const leave = this.#window.enter(length);
    switch (code) {
      case extensions.array: {
        const array = yield* this.#tensor();
        leave();
        return array;
      }
      case extensions.scalar: {
        const scalar = yield* this.#tensor();
        leave();
        return scalar.rank === 0 ? new NumpyScalar(scalar) : this.#fail('has a scalar with axes');
      }
      case extensions.complex:
        return this.#fail('has a complex number, which tensors do not have; save its real and imaginary parts');
      default:
        return this.#fail(`has the extension ${code}, which is none of Flax's`);
    }
  }

  /** What is left of an extension: (shape, dtype name, bytes), and nothing else. */
  *#tensor(): Steps<Tensor> {
    if ((yield* this.#uint(1)) !== 0x93) return this.#fail('has an array that is not (shape, dtype, bytes)');
    const [shape, name] = [yield* this.value(), yield* this.value()];
    if (!Array.isArray(shape) || !shape.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)) return this.#fail('has an array whose shape is not of sizes');
    if (typeof name !== 'string') return this.#fail('has an array that is not (shape, dtype, bytes)');
    const dtype = requireDtypeName(name, this.#window.offset);
    const sizes = shape as readonly number[];
    const bytes = yield* this.#elements();
    const wanted = sizeOf(sizes) * bytesPerElement(dtype);
    if (bytes.length !== wanted) return this.#fail(`has an array of ${dtype} and shape [${sizes.join(', ')}] with ${bytes.length} bytes in place of ${wanted}`);
    return tensorOfBytes(dtype, sizes, bytes);
  }

  /** The bytes of an array, which are the rest of its extension. They are copied once, into the tensor. */
  *#elements(): Steps<Uint8Array> {
    const first = yield* this.#uint(1);
    const width = first === 0xc4 ? 1 : first === 0xc5 ? 2 : first === 0xc6 ? 4 : undefined;
    const bytes = width === undefined ? undefined : yield* this.#binary(yield* this.#uint(width));
    if (bytes === undefined || this.#window.rest > 0) return this.#fail('has an array that is not (shape, dtype, bytes)');
    return bytes;
  }

  *value(): Steps<StateDict> {
    const first = yield* this.#uint(1);
    if (first < 0x80) return first;
    if (first >= 0xe0) return first - 0x100;
    if (first < 0x90) return yield* this.#map(first & 0x0f);
    if (first < 0xa0) return yield* this.#list(first & 0x0f);
    if (first < 0xc0) return yield* this.#string(first & 0x1f);
    switch (first) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return yield* this.#copied(yield* this.#uint(1));
      case 0xc5: return yield* this.#copied(yield* this.#uint(2));
      case 0xc6: return yield* this.#copied(yield* this.#uint(4));
      case 0xc7: return yield* this.#extension(yield* this.#uint(1));
      case 0xc8: return yield* this.#extension(yield* this.#uint(2));
      case 0xc9: return yield* this.#extension(yield* this.#uint(4));
      case 0xca: return yield* this.#float(4);
      case 0xcb: return yield* this.#float(8);
      case 0xcc: return yield* this.#uint(1);
      case 0xcd: return yield* this.#uint(2);
      case 0xce: return yield* this.#uint(4);
      case 0xcf: return yield* this.#wide(false);
      case 0xd0: return yield* this.#signed(1);
      case 0xd1: return yield* this.#signed(2);
      case 0xd2: return yield* this.#signed(4);
      case 0xd3: return yield* this.#wide(true);
      case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return yield* this.#extension(1 << (first - 0xd4));
      case 0xd9: return yield* this.#string(yield* this.#uint(1));
      case 0xda: return yield* this.#string(yield* this.#uint(2));
      case 0xdb: return yield* this.#string(yield* this.#uint(4));
      case 0xdc: return yield* this.#list(yield* this.#uint(2));
      case 0xdd: return yield* this.#list(yield* this.#uint(4));
      case 0xde: return yield* this.#map(yield* this.#uint(2));
      case 0xdf: return yield* this.#map(yield* this.#uint(4));
      default: return this.#fail(`has the byte 0x${first.toString(16)}, which begins nothing`);
    }
  }
}

function* read(window: Window): Steps<StateDict> {
  const found = yield* new Reader(window).value();
  if (window.rest > 0) window.fail(`goes on for ${window.rest} bytes after its value`);
  return found;
}

/** What MessagePack bytes with Flax's extensions hold. @throws CheckpointFormatError */
export function decode(bytes: Uint8Array): StateDict {
  const window = new Window(bytes.length);
  window.show(bytes);
  const step = read(window).next();
  if (step.done !== true) throw new CheckpointFormatError('msgpack', 'asks for bytes that it was given');
  return step.value;
}

/** How much is read at once where no array needs more. */
const readAhead = 2 ** 20;

/**
 * What a source holds, read as it goes: the largest array and a little more is in memory besides the result, however large the file is.
 * @throws CheckpointFormatError
 */
export async function decodeSource(source: ByteSource, ahead = readAhead): Promise<StateDict> {
  const window = new Window(source.size);
  const steps = read(window);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    const wanted = Math.min(Math.max(step.value, ahead), source.size - window.offset);
    const bytes = await source.read(window.offset, wanted);
    if (bytes.length < step.value) window.fail(`ends before its ${source.size} bytes`);
    window.show(bytes);
  }
}
