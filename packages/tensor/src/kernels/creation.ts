import { allocate, isHalf, type Dtype, type TypedArray } from '../dtype/dtype.js';
import { isStatic } from '../shape/dim.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';
import { convertData } from './convert.js';
import type { Kernel, KernelTable } from './kernel.js';
import { splitAt } from './reduce.js';

/** Counts along an axis of `shape`. Integers wrap and half floats round, as converting the counts would. */
function iota(shape: StaticShape, dtype: Dtype, axis: number): TypedArray {
  const { outer, count, inner } = splitAt(shape, axis);
  const data = allocate(dtype, sizeOf(shape));
  const counts = convertData(Float64Array.from({ length: count }, (_, i) => i), 'float64', isHalf(dtype) ? dtype : 'float64');
  for (let block = 0, to = 0; block < outer; block++) {
    for (let i = 0; i < count; i++, to += inner) {
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(i), to, to + inner);
      else data.fill(counts[i] as number, to, to + inner);
    }
  }
  return data;
}

const iotaKernel: Kernel<'iota'> = (_inputs, { dtype, axis }, [output]) => [iota(output!.shape, dtype, axis)];

const dimensionKernel: Kernel<'dimension'> = (_inputs, { size, dtype }) => {
  if (!isStatic(size)) throw new TypeError(`the size of \`${size}\` is not known; a kernel needs a number`);
  return [convertData(Float64Array.of(size), 'float64', dtype)];
};

export const creationKernels: Pick<KernelTable, 'iota' | 'dimension'> = { iota: iotaKernel, dimension: dimensionKernel };
