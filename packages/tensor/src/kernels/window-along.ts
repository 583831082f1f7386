import { allocate } from '../dtype/dtype.js';
import { sizeOf } from '../shape/shape.js';
import type { Kernel } from './kernel.js';
import { allocateCompute, computeData, storeData, unsupported } from './number-class.js';
import { splitAt } from './reduce.js';

export const takeAlongKernel: Kernel<'takeAlong'> = ([x, indices], { axis }, [output]) => {
  const { outer, count, inner } = splitAt(x!.shape, axis);
  const taken = output!.shape[axis]!;
  // Elements are moved as they are stored, and zero is all bits zero in every dtype.
  const source = x!.data;
  const at = indices!.data as Int32Array;
  const result = allocate(output!.dtype, sizeOf(output!.shape));
  for (let block = 0, to = 0; block < outer; block++) {
    for (let place = 0; place < taken; place++) {
      for (let lane = 0; lane < inner; lane++, to++) {
        const index = at[to]!;
        if (index >= 0) result[to] = source[(block * count + index) * inner + lane]!;
      }
    }
  }
  return [result];
};

export const putAlongKernel: Kernel<'putAlong'> = ([updates, indices], { axis }, [output]) => {
  const { dtype, shape } = output!;
  if (dtype === 'bool') return unsupported('putAlong', dtype);
  const { outer, count, inner } = splitAt(updates!.shape, axis);
  const size = shape[axis]!;
  const source = computeData(updates!);
  const at = indices!.data as Int32Array;
  const out = allocateCompute(dtype, sizeOf(shape));
  const isBig = dtype === 'int64' || dtype === 'uint64';
  for (let block = 0, from = 0; block < outer; block++) {
    for (let place = 0; place < count; place++) {
      for (let lane = 0; lane < inner; lane++, from++) {
        const index = at[from]!;
        if (index < 0) continue;
        const to = (block * size + index) * inner + lane;
        if (isBig) out[to] = (out[to] as bigint) + (source[from] as bigint);
        else out[to] = (out[to] as number) + (source[from] as number);
      }
    }
  }
  return [storeData(out, dtype)];
};
