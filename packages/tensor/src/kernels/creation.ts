import { type Dtype, type TypedArray } from '../dtype/dtype.js';
import { isStatic } from '../shape/dim.js';
import type { StaticShape } from '../shape/shape.js';
import { convertData } from './convert.js';
import type { Kernel, KernelTable } from './kernel.js';
import { readStrided } from './layout.js';

/** 0, 1, ...: integers wrap and half floats round where they end. */
function countUp(count: number, dtype: Dtype): TypedArray {
  const counts = new Int32Array(count);
  for (let i = 0; i < count; i++) counts[i] = i;
  return convertData(counts, 'int32', dtype);
}

/** Counts along an axis of `shape`. */
function iota(shape: StaticShape, dtype: Dtype, axis: number): TypedArray {
  const count = shape[axis]!;
  const counts = { data: countUp(count, dtype), shape: [count], dtype };
  return readStrided(counts, shape, 0, shape.map((_, i) => (i === axis ? 1 : 0)));
}

const iotaKernel: Kernel<'iota'> = (_inputs, { dtype, axis }, [output]) => [iota(output!.shape, dtype, axis)];

const dimensionKernel: Kernel<'dimension'> = (_inputs, { size, dtype }) => {
  if (!isStatic(size)) throw new TypeError(`the size of \`${String(size)}\` is not known; a kernel needs a number`);
  return [convertData(Float64Array.of(size), 'float64', dtype)];
};

export const creationKernels: Pick<KernelTable, 'iota' | 'dimension'> = { iota: iotaKernel, dimension: dimensionKernel };
