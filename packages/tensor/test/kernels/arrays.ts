import { getFloat16, setFloat16 } from '@petamoriken/float16';
import fc from 'fast-check';
import { allocate, bytesPerElement, dtypeKind, isBigInt, isFloating, type Dtype, type TypedArray } from '../../src/dtype/dtype.js';
import { kernels } from '../../src/kernels/index.js';
import type { ArrayView, KernelPrimitive, StaticSpec } from '../../src/kernels/kernel.js';
import type { PrimitiveParams } from '../../src/primitives/params.js';
import { sizeOf, type StaticShape } from '../../src/shape/shape.js';

/** An element in a reference computation: BigInt for every integer dtype and bool, number for floats. */
export type Value = number | bigint;

const scratch = new DataView(new ArrayBuffer(8));

/** Reads one element, without the kernels' own conversions. */
function decode(pattern: number | bigint, dtype: Dtype): Value {
  if (dtype === 'float16') {
    scratch.setUint16(0, pattern as number);
    return getFloat16(scratch, 0);
  }
  if (dtype === 'bfloat16') {
    scratch.setUint32(0, (pattern as number) * 0x10000);
    return scratch.getFloat32(0);
  }
  return isFloating(dtype) ? (pattern as number) : BigInt(pattern);
}

/** The nearest bfloat16, found by comparing the two candidates around `value`. */
function nearestBfloat16(value: number): number {
  scratch.setFloat32(0, value);
  const pattern = scratch.getUint32(0);
  if (value !== value) return 0x7fc0;
  const below = Math.floor(pattern / 0x10000);
  const remainder = pattern % 0x10000;
  if (remainder > 0x8000 || (remainder === 0x8000 && below % 2 === 1)) return below + 1;
  return below;
}

function encode(value: Value, dtype: Dtype): number | bigint {
  if (dtype === 'float16') {
    setFloat16(scratch, 0, Math.fround(Number(value)));
    return scratch.getUint16(0);
  }
  if (dtype === 'bfloat16') return nearestBfloat16(Math.fround(Number(value)));
  if (isBigInt(dtype)) return wrap(BigInt(value), dtype);
  return isFloating(dtype) ? Number(value) : Number(wrap(BigInt(value), dtype));
}

/** `value` modulo the width of an integer dtype. */
export function wrap(value: bigint, dtype: Dtype): bigint {
  const bits = 8 * bytesPerElement(dtype);
  if (dtype === 'bool') return value === 0n ? 0n : 1n;
  return dtypeKind(dtype) === 'int' ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** The value that an element of `dtype` holds after `value` is stored in it. */
export const rounded = (value: Value, dtype: Dtype): Value => decode(dtype === 'float32' ? Math.fround(value as number) : encode(value, dtype), dtype);

export function array(dtype: Dtype, shape: StaticShape, values: readonly Value[]): ArrayView {
  const data = allocate(dtype, sizeOf(shape));
  values.forEach((value, i) => (data[i] = encode(value, dtype)));
  return { data, shape, dtype };
}

export const valuesOf = (data: TypedArray, dtype: Dtype): Value[] => Array.from(data as Iterable<number | bigint>, (element) => decode(element, dtype));

/** Runs a kernel and reads what it gives. */
export function run<P extends KernelPrimitive>(primitive: P, inputs: readonly ArrayView[], params: PrimitiveParams[P], output: StaticSpec): Value[] {
  const before = inputs.map(({ data }) => data.slice());
  const [data] = kernels[primitive](inputs, params, [output]);
  inputs.forEach((input, i) => {
    if (input.data.some((element, at) => !Object.is(element, before[i]![at]))) throw new Error(`${primitive} wrote to its operand ${i}`);
  });
  if (data!.length !== sizeOf(output.shape)) throw new Error(`${primitive} gave ${data!.length} elements for ${sizeOf(output.shape)}`);
  if (data!.constructor !== allocate(output.dtype, 0).constructor) throw new Error(`${primitive} gave a ${data!.constructor.name} for ${output.dtype}`);
  return valuesOf(data!, output.dtype);
}

/** All indices of an array of `shape`, in row-major order. */
export function indicesOf(shape: StaticShape): number[][] {
  return shape.reduce<number[][]>((indices, size) => indices.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])), [[]]);
}

/** Where index `index` of an array of `shape` lies; an index of more axes is broadcast. */
export function flat(shape: StaticShape, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  return shape.reduce((place, size, axis) => place * size + (size === 1 ? 0 : own[axis]!), 0);
}

export const shapes = (maxRank = 4, maxSize = 4): fc.Arbitrary<number[]> => fc.array(fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: maxSize }) }, { weight: 1, arbitrary: fc.constant(0) }), { maxLength: maxRank });

/** A shape that broadcasts to `shape`: leading axes dropped, others of size 1. */
export const broadcastable = (shape: StaticShape): fc.Arbitrary<number[]> =>
  fc.tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length })).map(([drop, ones]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop));

/** Elements of `dtype` with its hostile ones among them. */
export function elements(dtype: Dtype): fc.Arbitrary<Value> {
  if (dtype === 'bool') return fc.bigInt({ min: 0n, max: 1n });
  if (isFloating(dtype)) {
    const hostile = fc.constantFrom(0, -0, 1, -1, 0.5, 2.5, NaN, Infinity, -Infinity);
    return fc.oneof({ weight: 3, arbitrary: fc.integer({ min: -2000, max: 2000 }).map((n) => n / 64) }, { weight: 1, arbitrary: hostile }).map((x) => rounded(x, dtype));
  }
  const bits = BigInt(8 * bytesPerElement(dtype));
  const low = dtypeKind(dtype) === 'int' ? -(1n << (bits - 1n)) : 0n;
  const high = low + (1n << bits) - 1n;
  const small = fc.bigInt({ min: low < -9n ? -9n : low, max: 9n });
  return fc.oneof({ weight: 3, arbitrary: small }, { weight: 2, arbitrary: fc.bigInt({ min: low, max: high }) }, { weight: 1, arbitrary: fc.constantFrom(low, high) });
}

export const arrays = (dtype: Dtype, shape: StaticShape, values = elements(dtype)): fc.Arbitrary<ArrayView> =>
  fc.array(values, { minLength: sizeOf(shape), maxLength: sizeOf(shape) }).map((list) => array(dtype, shape, list));

export const floats = ['float16', 'bfloat16', 'float32', 'float64'] as const;
export const integers = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const;
export const numbers = [...floats, ...integers] as const;
export const allDtypes = [...numbers, 'bool'] as const;
