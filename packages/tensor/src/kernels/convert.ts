import { iinfo } from '../dtype/limits.js';
import { allocate, isBigInt, isFloating, type Dtype, type TypedArray } from '../dtype/dtype.js';
import type { Kernel } from './kernel.js';
import { computeData, storeData, type BigArray, type FloatArray, type IntArray } from './number-class.js';

type NumberArray = FloatArray | IntArray;

/**
 * Converts the elements of an array. Floats to integers truncate and saturate, with 0 for NaN, integers to narrower ones
 * wrap, anything to bool is `!= 0`, and 64-bit floats reach half floats by way of float32; all as XLA on a CPU.
 */
export function convertData(data: TypedArray, from: Dtype, to: Dtype): TypedArray {
  if (from === to) return data;
  const source = computeData({ data, dtype: from });
  if (to === 'bool') return toBool(source);
  if (isBigInt(to)) return isBigInt(from) ? sameBits(source as BigArray, to) : toBig(source as NumberArray, isFloating(from), to);
  const target = isFloating(to) && to !== 'float64' ? new Float32Array(source.length) : (allocate(to, source.length) as NumberArray);
  if (isBigInt(from)) fromBig(source as BigArray, target);
  else if (isFloating(from) && !isFloating(to)) saturate(source as FloatArray, to, target as IntArray);
  else target.set(source as NumberArray);
  return storeData(target as TypedArray, to);
}

function toBool(source: TypedArray): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(source.length);
  if (source instanceof BigInt64Array || source instanceof BigUint64Array) {
    for (let i = 0; i < out.length; i++) out[i] = source[i] !== 0n ? 1 : 0;
  } else {
    for (let i = 0; i < out.length; i++) out[i] = source[i] !== 0 ? 1 : 0;
  }
  return out;
}

function sameBits(source: BigArray, to: 'int64' | 'uint64'): TypedArray {
  const copy = source.slice();
  return to === 'int64' ? new BigInt64Array(copy.buffer) : new BigUint64Array(copy.buffer);
}

/** The range of an integer dtype, both ends included. */
export function integerRange(dtype: Dtype): { readonly low: bigint; readonly high: bigint } {
  const { min, max } = iinfo(dtype);
  return { low: min, high: max };
}

function saturate(source: FloatArray, to: Dtype, out: IntArray): void {
  const range = integerRange(to);
  const low = Number(range.low);
  const high = Number(range.high);
  for (let i = 0; i < out.length; i++) {
    const x = source[i]!;
    out[i] = x <= low ? low : x >= high ? high : x;
  }
}

function toBig(source: NumberArray, isFloat: boolean, to: 'int64' | 'uint64'): TypedArray {
  const out = allocate(to, source.length);
  const { low, high } = integerRange(to);
  // Numbers at or beyond these bounds saturate: the upper one is the first float above the range.
  const below = Number(low);
  const above = Number(high);
  for (let i = 0; i < out.length; i++) {
    const x = source[i]!;
    if (!isFloat) out[i] = BigInt(x);
    else if (x !== x) out[i] = 0n;
    else out[i] = x <= below ? low : x >= above ? high : BigInt(Math.trunc(x));
  }
  return out;
}

function fromBig(source: BigArray, out: NumberArray): void {
  if (out instanceof Float64Array) {
    for (let i = 0; i < out.length; i++) out[i] = Number(source[i]!);
  } else if (out instanceof Float32Array) {
    for (let i = 0; i < out.length; i++) out[i] = singleRounding(source[i]!);
  } else {
    for (let i = 0; i < out.length; i++) out[i] = Number(BigInt.asIntN(32, source[i]!));
  }
}

/**
 * A number that float32 rounds as it would round `value` itself. Beyond 2^53 float64 rounds already; so the low 11 bits
 * are gathered in the lowest bit that stays exact, where they still say on which side of a tie the value lies.
 */
function singleRounding(value: bigint): number {
  if (value >= -0x20000000000000n && value <= 0x20000000000000n) return Number(value);
  const low = value & 0x7ffn;
  return Number(low === 0n ? value : (value - low) | 0x800n);
}

export const convertKernel: Kernel<'convert'> = ([x], { dtype }) => [convertData(x!.data, x!.dtype, dtype)];
