/**
 * MessagePack as Flax writes it, byte for byte: the shortest form of everything, floats always with 64 bits, arrays as an extension.
 * An own writer, since the form of each number matters here and Python's floats have none in JavaScript.
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md, flax/serialization.py.
 */
import { bytesPerElement, Tensor } from '@flaxon/tensor';
import { UnsupportedValueError } from '../errors.js';
import { childPath, isList, isNode, NumpyScalar, PythonFloat, type StateDict } from '../values.js';
import { bytesOf } from '../tensor-bytes.js';
import { joined } from '../storage/parts.js';
import { chunkedRecord } from './chunks.js';
import { PartsWriter } from './writer.js';

export interface EncodeOptions {
  /** Arrays above this many bytes are cut in pieces; 2^30 by default, as in Flax. No value above 2^32 - 1 bytes can be written in one piece. */
  readonly maxChunkSize?: number;
}

export const defaultChunkSize = 2 ** 30;

/** The codes of Flax's extensions. */
export const extensions = { array: 1, complex: 2, scalar: 3 } as const;

/** Forms of one length field: a short one in the first byte, then 8, 16, 32 bits. */
function writeLength(writer: PartsWriter, length: number, { short, codes }: { readonly short?: { readonly base: number; readonly limit: number }; readonly codes: readonly [number | undefined, number, number] }): void {
  const [code8, code16, code32] = codes;
  if (short && length < short.limit) writer.uint8(short.base | length);
  else if (code8 !== undefined && length < 0x100) {
    writer.uint8(code8);
    writer.uint8(length);
  } else if (length < 0x10000) {
    writer.uint8(code16);
    writer.uint16(length);
  } else {
    writer.uint8(code32);
    writer.uint32(length);
  }
}

const utf8 = new TextEncoder();

function writeString(writer: PartsWriter, text: string): void {
  const bytes = utf8.encode(text);
  writeLength(writer, bytes.length, { short: { base: 0xa0, limit: 32 }, codes: [0xd9, 0xda, 0xdb] });
  writer.raw(bytes);
}

const binaryCodes = [0xc4, 0xc5, 0xc6] as const;

function writeBinary(writer: PartsWriter, bytes: Uint8Array): void {
  writeLength(writer, bytes.length, { codes: binaryCodes });
  writer.raw(bytes);
}

/** Non-negative integers with their width, then the same for negative ones. */
function writeInteger(writer: PartsWriter, integer: number | bigint, path: string): void {
  if (integer >= -32 && integer < 128) return writer.uint8(Number(integer) & 0xff);
  const value = BigInt(integer);
  if (value >= 1n << 64n || value < -(1n << 63n)) throw new UnsupportedValueError('msgpack', path, `the integer ${value}`, 'Integers have at most 64 bits.');
  const isNegative = value < 0n;
  const fits = (bits: bigint): boolean => (isNegative ? value >= -(1n << (bits - 1n)) : value < 1n << bits);
  if (fits(8n)) {
    writer.uint8(isNegative ? 0xd0 : 0xcc);
    writer.uint8(Number(BigInt.asUintN(8, value)));
  } else if (fits(16n)) {
    writer.uint8(isNegative ? 0xd1 : 0xcd);
    writer.uint16(Number(BigInt.asUintN(16, value)));
  } else if (fits(32n)) {
    writer.uint8(isNegative ? 0xd2 : 0xce);
    writer.uint32(Number(BigInt.asUintN(32, value)));
  } else {
    writer.uint8(isNegative ? 0xd3 : 0xcf);
    writer.uint64(BigInt.asUintN(64, value));
  }
}

function writeFloat(writer: PartsWriter, value: number): void {
  writer.uint8(0xcb);
  writer.float64(value);
}

function writeNumber(writer: PartsWriter, value: number, path: string): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(writer, value, path);
  else writeFloat(writer, value);
}

/** Extensions of 1, 2, 4, 8 and 16 bytes have a form of their own. */
const fixedExtensions = new Map([[1, 0xd4], [2, 0xd5], [4, 0xd6], [8, 0xd7], [16, 0xd8]]);

/** What stands before the payload of an extension of `length` bytes. */
function writeExtensionHead(writer: PartsWriter, code: number, length: number): void {
  const fixed = fixedExtensions.get(length);
  if (fixed === undefined) writeLength(writer, length, { codes: [0xc7, 0xc8, 0xc9] });
  else writer.uint8(fixed);
  writer.uint8(code);
}

/** How many bytes `writeInteger` takes for a size. */
const sizeWidth = (size: number): number => (size < 0x80 ? 1 : size < 0x100 ? 2 : size < 0x10000 ? 3 : size < 0x1_0000_0000 ? 5 : 9);

/** The extension `code` with (shape, dtype name, bytes). Its length comes first, so it is counted: a buffer of its own for each array took most of the time. */
function writeArray(writer: PartsWriter, code: number, tensor: Tensor): void {
  const bytes = bytesOf(tensor);
  const shape = tensor.staticShape();
  const shapeLength = shape.reduce((sum, size) => sum + sizeWidth(size), shape.length < 16 ? 1 : 3);
  const binaryHead = bytes.length < 0x100 ? 2 : bytes.length < 0x10000 ? 3 : 5;
  writeExtensionHead(writer, code, 1 + shapeLength + 1 + tensor.dtype.length + binaryHead + bytes.length);
  writer.uint8(0x93);
  writeLength(writer, shape.length, { short: { base: 0x90, limit: 16 }, codes: [undefined, 0xdc, 0xdd] });
  for (const size of shape) writeInteger(writer, size, '');
  writeString(writer, tensor.dtype);
  writeLength(writer, bytes.length, { codes: binaryCodes });
  writer.fixed(bytes);
}

/** As the objects have their keys, or by their letters. An object cannot have keys that are whole numbers in another order than theirs. */
type KeyOrder = 'own' | 'sorted';

interface Context {
  readonly writer: PartsWriter;
  readonly maxChunkSize: number;
  readonly keys: KeyOrder;
}

function writeTensor({ writer, maxChunkSize }: Context, tensor: Tensor, path: string): void {
  if (tensor.isTraced) throw new UnsupportedValueError('msgpack', path, 'a traced tensor, which has no values', 'Save outside the function that is traced.');
  const bytes = tensor.size * bytesPerElement(tensor.dtype);
  if (bytes > maxChunkSize) writeValue({ writer, maxChunkSize: Number.POSITIVE_INFINITY, keys: 'own' }, chunkedRecord(tensor, maxChunkSize), path);
  else writeArray(writer, extensions.array, tensor);
}

function writeMap(context: Context, node: { readonly [key: string]: StateDict }, path: string): void {
  const entries = Object.entries(node);
  if (context.keys === 'sorted') entries.sort(([a], [b]) => (a < b ? -1 : 1));
  writeLength(context.writer, entries.length, { short: { base: 0x80, limit: 16 }, codes: [undefined, 0xde, 0xdf] });
  for (const [key, value] of entries) {
    writeString(context.writer, key);
    writeValue(context, value, childPath(path, key));
  }
}

function writeValue(context: Context, value: StateDict, path: string): void {
  const { writer } = context;
  if (value === null) return writer.uint8(0xc0);
  if (value instanceof Tensor) return writeTensor(context, value, path);
  if (value instanceof NumpyScalar) return writeArray(writer, extensions.scalar, value.tensor);
  if (value instanceof PythonFloat) return writeFloat(writer, value.value);
  if (value instanceof Uint8Array) return writeBinary(writer, value);
  if (isList(value)) {
    writeLength(writer, value.length, { short: { base: 0x90, limit: 16 }, codes: [undefined, 0xdc, 0xdd] });
    return value.forEach((item, i) => writeValue(context, item, childPath(path, i)));
  }
  if (isNode(value)) return writeMap(context, value, path);
  switch (typeof value) {
    case 'boolean':
      return writer.uint8(value ? 0xc3 : 0xc2);
    case 'number':
      return writeNumber(writer, value, path);
    case 'bigint':
      return writeInteger(writer, value, path);
    case 'string':
      return writeString(writer, value);
    default:
      throw new UnsupportedValueError('msgpack', path, `a ${typeof value}`, 'Leaves are tensors, numbers, booleans, strings, null and bytes.');
  }
}

/**
 * `value` as MessagePack with Flax's extensions, in parts: the elements of large tensors are not copied, everything else is as it was when this was called.
 * @throws UnsupportedValueError
 */
export function encodeParts(value: StateDict, { maxChunkSize = defaultChunkSize }: EncodeOptions = {}, keys: KeyOrder = 'own'): readonly Uint8Array[] {
  const writer = new PartsWriter();
  writeValue({ writer, maxChunkSize, keys }, value, '');
  return writer.finish();
}

/** The same in one buffer. */
export const encode = (value: StateDict, options?: EncodeOptions, keys?: KeyOrder): Uint8Array => joined(encodeParts(value, options, keys));
