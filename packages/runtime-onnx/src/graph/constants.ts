import { allocate, type Dtype, sizeOf, type TypedArray } from '@flaxon/tensor';
import type { TensorData } from '../format/tensors.js';

/** `elements` as an array of `dtype`; for float16 and bfloat16 they are bit patterns. */
export function arrayOf(dtype: Dtype, elements: readonly (number | bigint)[]): TypedArray {
  const data = allocate(dtype, elements.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) elements.forEach((element, i) => (data[i] = BigInt(element)));
  else elements.forEach((element, i) => (data[i] = Number(element)));
  return data;
}

export const tensorData = (dtype: Dtype, shape: readonly number[], elements: readonly (number | bigint)[]): TensorData => ({
  dtype,
  shape,
  data: arrayOf(dtype, elements),
});

/** An array of `shape` whose elements are all the first one of `data`, which may have none where `shape` has none. */
export function filled({ dtype, data }: TensorData, shape: readonly number[]): TensorData {
  const elements = allocate(dtype, sizeOf(shape));
  if (elements.length === 0) return { dtype, shape, data: elements };
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) elements.fill(data[0] as bigint);
  else elements.fill(data[0] as number);
  return { dtype, shape, data: elements };
}

/** The elements of `data` as numbers; undefined where it has more than `limit`. */
export function smallElements({ data }: TensorData, limit = 64): readonly number[] | undefined {
  return data.length > limit ? undefined : Array.from(data, Number);
}

/** True where both hold the same bits in the same shape and dtype. */
export function sameData(a: TensorData, b: TensorData): boolean {
  if (a === b) return true;
  if (a.dtype !== b.dtype || a.data.byteLength !== b.data.byteLength || a.shape.length !== b.shape.length) return false;
  if (a.shape.some((dim, axis) => dim !== b.shape[axis])) return false;
  const bytesA = new Uint8Array(a.data.buffer, a.data.byteOffset, a.data.byteLength);
  const bytesB = new Uint8Array(b.data.buffer, b.data.byteOffset, b.data.byteLength);
  return bytesA.every((byte, i) => byte === bytesB[i]);
}

/** A key under which equal arrays, and few others, fall. */
export function contentKey({ dtype, shape, data }: TensorData): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const stride = Math.max(1, Math.floor(bytes.length / 256));
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += stride) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return `${dtype}[${shape.join(',')}]${hash >>> 0}`;
}

/** True where every element has the same bits, and there is one. */
export function isUniform({ data }: TensorData): boolean {
  if (data.length === 0) return false;
  const width = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let at = width; at < bytes.length; at++) if (bytes[at] !== bytes[at - width]) return false;
  return true;
}
