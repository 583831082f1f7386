import { allocate, isHalf, type Dtype, type TypedArray } from '../dtype/dtype.js';
import { DtypeError } from '../errors/errors.js';
import { fromFloat32, toFloat32 } from './half.js';
import type { ArrayView } from './kernel.js';

export type FloatArray = Float32Array | Float64Array;
export type IntArray = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;
export type BigArray = BigInt64Array | BigUint64Array;

/** The typed arrays in which each class of numbers is computed. */
export interface ArrayOfClass {
  float32: Float32Array;
  float64: Float64Array;
  /** Integers of at most 32 bits: JavaScript numbers that wrap when they are stored. */
  int: IntArray;
  /** 64-bit integers: BigInts that wrap when they are stored. */
  big: BigArray;
  /** 0 and 1. */
  bool: Uint8Array;
}

/** How a dtype computes: the half floats in float32, the other dtypes in their own arrays. */
export type NumberClass = keyof ArrayOfClass;

export function numberClass(dtype: Dtype): NumberClass {
  switch (dtype) {
    case 'float16':
    case 'bfloat16':
    case 'float32':
      return 'float32';
    case 'float64':
    case 'bool':
      return dtype;
    case 'int64':
    case 'uint64':
      return 'big';
    default:
      return 'int';
  }
}

/** A loop for each class of numbers on which a primitive is defined. */
export type LoopsByClass<Loops extends { readonly [C in NumberClass]: unknown }> = { readonly [C in NumberClass]?: Loops[C] };

/** @throws DtypeError: `primitive` has no meaning on `dtype`. */
export function unsupported(primitive: string, dtype: Dtype): never {
  throw new DtypeError(primitive, [dtype], 'it is not defined on this element type; convert the operand first');
}

/** The elements as they compute: half floats as float32, the others as they are. */
export function computeData({ data, dtype }: Pick<ArrayView, 'data' | 'dtype'>): TypedArray {
  return isHalf(dtype) ? toFloat32(data as Uint16Array, dtype) : data;
}

/** Zeros in which results of `dtype` are computed; `storeData` makes the result of them. */
export function allocateCompute(dtype: Dtype, length: number): TypedArray {
  return isHalf(dtype) ? new Float32Array(length) : allocate(dtype, length);
}

/** Computed elements as `dtype` stores them. */
export function storeData(data: TypedArray, dtype: Dtype): TypedArray {
  return isHalf(dtype) ? fromFloat32(data as Float32Array, dtype) : data;
}

/** The same bits of integers as signed ones. */
export function asSigned(data: TypedArray): TypedArray {
  if (data instanceof Uint8Array) return new Int8Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof Uint16Array) return new Int16Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof Uint32Array) return new Int32Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof BigUint64Array) return new BigInt64Array(data.buffer, data.byteOffset, data.length);
  return data;
}

/** The same bits of integers as unsigned ones. */
export function asUnsigned(data: TypedArray): TypedArray {
  if (data instanceof Int8Array) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof Int16Array) return new Uint16Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof Int32Array) return new Uint32Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof BigInt64Array) return new BigUint64Array(data.buffer, data.byteOffset, data.length);
  return data;
}
