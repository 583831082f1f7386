/**
 * Writes a message as protobuf. Two passes: the first finds the length of every nested message, the second writes. Large byte
 * fields are kept by reference, so the result is a list of chunks that a file can take without another copy.
 */
import { ModelFormatError } from '../errors/model-format-error.js';
import { modelSchema, type AnyMessageSchema, type Field, type MessageSchema, type ScalarKind } from './schema.js';
import type { Int64, OnnxModelData } from './types.js';

/** Protobuf, and ONNX Runtime with it, refuses messages beyond this length. */
export const maximumMessageLength = 2 ** 31 - 1;

/** Byte fields from this length on are not copied into the surrounding chunk. */
const referenceLength = 4096;

const wireTypes: { readonly [K in ScalarKind]: 0 | 1 | 2 | 5 } = {
  int32: 0,
  int64: 0,
  uint64: 0,
  double: 1,
  string: 2,
  bytes: 2,
  float: 5,
};

const textEncoder = new TextEncoder();

/** Bytes of `text` in UTF-8; a lone surrogate is written as U+FFFD, three bytes. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code < 0x800) length += 1;
    else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      length += 2;
      at++;
    } else length += 2;
  }
  return length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

function integerLength(value: Int64): number {
  if (value < 0) return 10;
  if (typeof value === 'number') return varintLength(value);
  let length = 1;
  for (let rest = value; rest >= 128n; rest >>= 7n) length++;
  return length;
}

/** Lengths of nested messages, strings and packed runs in the order in which they are written. */
type Lengths = number[];

function scalarLength(kind: ScalarKind, value: unknown, lengths: Lengths): number {
  switch (kind) {
    case 'float':
      return 4;
    case 'double':
      return 8;
    case 'string':
    case 'bytes': {
      const length = kind === 'string' ? utf8Length(value as string) : (value as Uint8Array).byteLength;
      lengths.push(length);
      return varintLength(length) + length;
    }
    default:
      return integerLength(value as Int64);
  }
}

function tagOf(field: Field, packed: boolean): number {
  const wireType = typeof field.kind === 'function' || packed ? 2 : wireTypes[field.kind];
  return field.number * 8 + wireType;
}

function measureField(field: Field, value: unknown, lengths: Lengths): number {
  const elements = (field.repeated ? value : [value]) as readonly unknown[];
  if (field.repeated === 'packed') {
    if (elements.length === 0) return 0;
    const at = lengths.push(0) - 1;
    const length = elements.reduce<number>((sum, element) => sum + scalarLength(field.kind as ScalarKind, element, lengths), 0);
    lengths[at] = length;
    return varintLength(tagOf(field, true)) + varintLength(length) + length;
  }
  const tagLength = varintLength(tagOf(field, false));
  let total = 0;
  for (const element of elements) {
    if (typeof field.kind === 'function') {
      const at = lengths.push(0) - 1;
      const length = measure(field.kind(), element, lengths);
      lengths[at] = length;
      total += tagLength + varintLength(length) + length;
    } else {
      total += tagLength + scalarLength(field.kind, element, lengths);
    }
  }
  return total;
}

function measure(schema: AnyMessageSchema, message: unknown, lengths: Lengths): number {
  let total = 0;
  for (const [name, field] of Object.entries(schema.fields)) {
    const value: unknown = Reflect.get(message as object, name);
    if (value !== undefined) total += measureField(field, value, lengths);
  }
  if (total > maximumMessageLength) {
    throw new ModelFormatError(
      `expected a message of at most ${maximumMessageLength} bytes, found ${total}: save the model with external data`,
      { messageName: schema.name },
    );
  }
  return total;
}

/** Appends to chunks of a fixed size; references large arrays. */
class ChunkWriter {
  readonly chunks: Uint8Array[] = [];
  #buffer = new Uint8Array(65536);
  #view = new DataView(this.#buffer.buffer);
  #used = 0;

  #reserve(length: number): void {
    if (this.#used + length <= this.#buffer.length) return;
    this.flush();
    this.#buffer = new Uint8Array(Math.max(65536, length));
    this.#view = new DataView(this.#buffer.buffer);
  }

  flush(): void {
    if (this.#used === 0) return;
    this.chunks.push(this.#buffer.subarray(0, this.#used));
    this.#buffer = this.#buffer.subarray(this.#used);
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset);
    this.#used = 0;
  }

  varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#used++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#used++] = rest;
  }

  integer(value: Int64): void {
    if (typeof value === 'number' && value >= 0) return this.varint(value);
    this.#reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 128n) {
      this.#buffer[this.#used++] = Number(rest & 127n) + 128;
      rest >>= 7n;
    }
    this.#buffer[this.#used++] = Number(rest);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#used, value, true);
    this.#used += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#used, value, true);
    this.#used += 8;
  }

  string(value: string, length: number): void {
    this.#reserve(length);
    textEncoder.encodeInto(value, this.#buffer.subarray(this.#used));
    this.#used += length;
  }

  bytes(value: Uint8Array): void {
    if (value.length >= referenceLength) {
      this.flush();
      this.chunks.push(value);
      return;
    }
    this.#reserve(value.length);
    this.#buffer.set(value, this.#used);
    this.#used += value.length;
  }
}

/** Reads the measured lengths back in order. */
class LengthCursor {
  readonly #lengths: Lengths;
  #at = 0;

  constructor(lengths: Lengths) {
    this.#lengths = lengths;
  }

  next(): number {
    return this.#lengths[this.#at++]!;
  }
}

function writeScalar(kind: ScalarKind, value: unknown, lengths: LengthCursor, writer: ChunkWriter): void {
  switch (kind) {
    case 'float':
      return writer.float(value as number);
    case 'double':
      return writer.double(value as number);
    case 'string': {
      const length = lengths.next();
      writer.varint(length);
      return writer.string(value as string, length);
    }
    case 'bytes':
      writer.varint(lengths.next());
      return writer.bytes(value as Uint8Array);
    default:
      return writer.integer(value as Int64);
  }
}

function writeField(field: Field, value: unknown, lengths: LengthCursor, writer: ChunkWriter): void {
  const elements = (field.repeated ? value : [value]) as readonly unknown[];
  if (field.repeated === 'packed') {
    if (elements.length === 0) return;
    writer.varint(tagOf(field, true));
    writer.varint(lengths.next());
    for (const element of elements) writeScalar(field.kind as ScalarKind, element, lengths, writer);
    return;
  }
  for (const element of elements) {
    writer.varint(tagOf(field, false));
    if (typeof field.kind === 'function') {
      writer.varint(lengths.next());
      writeMessage(field.kind(), element, lengths, writer);
    } else {
      writeScalar(field.kind, element, lengths, writer);
    }
  }
}

function writeMessage(schema: AnyMessageSchema, message: unknown, lengths: LengthCursor, writer: ChunkWriter): void {
  for (const [name, field] of Object.entries(schema.fields)) {
    const value: unknown = Reflect.get(message as object, name);
    if (value !== undefined) writeField(field, value, lengths, writer);
  }
}

/**
 * The bytes of `message` as chunks to be written one after the other.
 * @throws ModelFormatError if a message is longer than protobuf allows (2 GiB).
 */
export function encodeChunks<Message>(schema: MessageSchema<Message>, message: Message): readonly Uint8Array[] {
  const lengths: Lengths = [];
  measure(schema, message, lengths);
  const writer = new ChunkWriter();
  writeMessage(schema, message, new LengthCursor(lengths), writer);
  writer.flush();
  return writer.chunks;
}

/**
 * `model` as the bytes of an `.onnx` file.
 * @throws ModelFormatError if it is longer than 2 GiB.
 */
export function encodeModel(model: OnnxModelData): Uint8Array<ArrayBuffer> {
  const chunks = encodeChunks(modelSchema, model);
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
