/**
 * Reads a protobuf message by the field table. Byte fields are views of the input, not copies. Whatever the input holds, time
 * and memory are linear in its length, and faults are `ModelFormatError`s.
 */
import { ModelFormatError } from '../errors/model-format-error.js';
import { modelSchema, type AnyMessageSchema, type Field, type MessageSchema, type ScalarKind } from './schema.js';
import type { Int64, OnnxModelData } from './types.js';

/** Messages nested deeper than this are refused (protobuf's own limit is 100). */
const maximumDepth = 100;

/** Files with more messages are refused: an empty one is two bytes of a file, but an object in memory. The largest models have some 10^5. */
const mostMessages = 4_000_000;

const textDecoder = new TextDecoder('utf-8', { fatal: true });

class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  position: number;
  #messages = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
  }

  /** Two 32-bit halves of a varint of at most ten bytes, low and high. */
  varint(end: number, messageName: string): readonly [number, number] {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= end) throw new ModelFormatError('a varint runs past its message', { messageName, offset: this.position });
      const byte = this.bytes[this.position++]!;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 128) return [low >>> 0, high >>> 0];
    }
    throw new ModelFormatError('a varint is longer than ten bytes', { messageName, offset: this.position });
  }

  /** A varint that counts bytes of the input. */
  length(end: number, messageName: string): number {
    const offset = this.position;
    const [low, high] = this.varint(end, messageName);
    if (high !== 0 || low > end - this.position) {
      throw new ModelFormatError(`a field of ${high * 2 ** 32 + low} bytes runs past its message`, { messageName, offset });
    }
    return low;
  }

  /** Counts a message that is read. */
  countMessage(messageName: string): void {
    if (++this.#messages > mostMessages) throw new ModelFormatError(`expected at most ${mostMessages} messages, found more`, { messageName, offset: this.position });
  }

  float(): number {
    this.position += 4;
    return this.#view.getFloat32(this.position - 4, true);
  }

  double(): number {
    this.position += 8;
    return this.#view.getFloat64(this.position - 8, true);
  }
}

function integerFrom(kind: 'int32' | 'int64' | 'uint64', low: number, high: number): Int64 {
  if (kind === 'int32') return low | 0;
  const signedHigh = kind === 'int64' ? high | 0 : high;
  const value = signedHigh * 2 ** 32 + low;
  if (Number.isSafeInteger(value)) return value;
  const bits = (BigInt(high) << 32n) | BigInt(low);
  return kind === 'int64' ? BigInt.asIntN(64, bits) : bits;
}

const fixedLengths = { float: 4, double: 8 } as const;

function readScalar(kind: ScalarKind, cursor: Cursor, end: number, messageName: string): unknown {
  switch (kind) {
    case 'float':
    case 'double': {
      if (end - cursor.position < fixedLengths[kind]) {
        throw new ModelFormatError(`a ${kind} runs past its message`, { messageName, offset: cursor.position });
      }
      return kind === 'float' ? cursor.float() : cursor.double();
    }
    case 'string':
    case 'bytes': {
      const length = cursor.length(end, messageName);
      const start = cursor.position;
      cursor.position += length;
      const view = cursor.bytes.subarray(start, start + length);
      if (kind === 'bytes') return view;
      try {
        return textDecoder.decode(view);
      } catch {
        throw new ModelFormatError('a string is not UTF-8', { messageName, offset: start });
      }
    }
    default: {
      const [low, high] = cursor.varint(end, messageName);
      return integerFrom(kind, low, high);
    }
  }
}

function skipField(wireType: number, cursor: Cursor, end: number, messageName: string): void {
  const offset = cursor.position;
  if (wireType === 0) cursor.varint(end, messageName);
  else if (wireType === 1) cursor.position += 8;
  else if (wireType === 2) cursor.position += cursor.length(end, messageName);
  else if (wireType === 5) cursor.position += 4;
  else throw new ModelFormatError(`expected wire type 0, 1, 2 or 5, found ${wireType}`, { messageName, offset });
  if (cursor.position > end) throw new ModelFormatError('a field runs past its message', { messageName, offset });
}

const wireTypeOf = (kind: Field['kind']): number =>
  typeof kind === 'function' || kind === 'string' || kind === 'bytes' ? 2 : kind === 'float' ? 5 : kind === 'double' ? 1 : 0;

interface NumberedField {
  readonly key: string;
  readonly field: Field;
}

const numberedFields = new WeakMap<AnyMessageSchema, ReadonlyMap<number, NumberedField>>();

function fieldsByNumber(schema: AnyMessageSchema): ReadonlyMap<number, NumberedField> {
  let fields = numberedFields.get(schema);
  if (!fields) {
    fields = new Map(Object.entries(schema.fields).map(([key, field]) => [field.number, { key, field }]));
    numberedFields.set(schema, fields);
  }
  return fields;
}

function readElements(field: Field, wireType: number, cursor: Cursor, end: number, schema: AnyMessageSchema, depth: number): unknown[] {
  const expected = wireTypeOf(field.kind);
  if (typeof field.kind === 'function') {
    const length = cursor.length(end, schema.name);
    return [readMessage(field.kind(), cursor, cursor.position + length, depth + 1)];
  }
  if (wireType === expected) return [readScalar(field.kind, cursor, end, schema.name)];
  const runEnd = cursor.length(end, schema.name) + cursor.position;
  const elements: unknown[] = [];
  while (cursor.position < runEnd) elements.push(readScalar(field.kind, cursor, runEnd, schema.name));
  return elements;
}

function readMessage(schema: AnyMessageSchema, cursor: Cursor, end: number, depth: number): Record<string, unknown> {
  if (depth > maximumDepth) {
    throw new ModelFormatError(`messages are nested deeper than ${maximumDepth}`, { messageName: schema.name, offset: cursor.position });
  }
  cursor.countMessage(schema.name);
  const message: Record<string, unknown> = {};
  const fields = fieldsByNumber(schema);
  while (cursor.position < end) {
    const offset = cursor.position;
    const [tag, high] = cursor.varint(end, schema.name);
    const wireType = tag & 7;
    const number = tag >>> 3;
    if (number === 0 || high !== 0) throw new ModelFormatError(`field number ${number} is not allowed`, { messageName: schema.name, offset });
    const known = fields.get(number);
    if (!known) {
      skipField(wireType, cursor, end, schema.name);
      continue;
    }
    const { key, field } = known;
    const expected = wireTypeOf(field.kind);
    const mayBePacked = field.repeated !== undefined && expected !== 2;
    if (wireType !== expected && !(mayBePacked && wireType === 2)) {
      throw new ModelFormatError(`expected wire type ${expected} for \`${key}\`, found ${wireType}`, { messageName: schema.name, offset });
    }
    const elements = readElements(field, wireType, cursor, end, schema, depth);
    if (!field.repeated) {
      message[key] = elements[0];
      continue;
    }
    const list = message[key] as unknown[] | undefined;
    if (!list) message[key] = elements;
    else for (const element of elements) list.push(element);
  }
  return message;
}

/**
 * Reads one message from the whole of `bytes`. Byte fields of the result are views of `bytes`.
 * @throws ModelFormatError if `bytes` is not such a message.
 */
export function decode<Message>(schema: MessageSchema<Message>, bytes: Uint8Array): Message {
  return readMessage(schema, new Cursor(bytes), bytes.length, 0) as Message;
}

/**
 * Reads an `.onnx` file.
 * @throws ModelFormatError if it is not well-formed, or has no graph.
 */
export function decodeModel(bytes: Uint8Array): OnnxModelData {
  const model = decode(modelSchema, bytes);
  if (!model.graph) throw new ModelFormatError('expected a model with a graph, found none', { messageName: modelSchema.name });
  return model;
}
