import { isHalf, type Dtype, type TypedArray } from '../dtype/dtype.js';
import { fromFloat32, toFloat32 } from '../kernels/half.js';

/** One element in JavaScript. */
export type Scalar = number | bigint | boolean;

/** Element `index` of `data`, as a boolean, bigint or number. */
export function elementAt(data: TypedArray, dtype: Dtype, index: number): Scalar {
  const value = data[index]!;
  if (dtype === 'bool') return value !== 0;
  if (isHalf(dtype)) return toFloat32(data.subarray(index, index + 1) as Uint16Array, dtype)[0]!;
  return value;
}

/** Writes `value` at `index`: numbers convert to bigints and half floats as the dtype needs. */
export function setElement(data: TypedArray, dtype: Dtype, index: number, value: Scalar): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    data[index] = typeof value === 'bigint' ? value : BigInt(typeof value === 'boolean' ? Number(value) : Math.trunc(value));
  } else if (dtype === 'bool') {
    data[index] = value ? 1 : 0;
  } else if (isHalf(dtype)) {
    data[index] = fromFloat32(Float32Array.of(Number(value)), dtype)[0]!;
  } else {
    data[index] = Number(value);
  }
}
