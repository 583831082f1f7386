import { allocate } from '../dtype/dtype.js';
import { complexArray, planOf } from './fft-plan.js';
import type { Kernel } from './kernel.js';
import type { FloatArray } from './number-class.js';
import { splitAt } from './reduce.js';

/** Computed in float64 and rounded once. */
export const dftKernel: Kernel<'dft'> = ([real, imag], { axis, inverse }, [output]) => {
  const { shape, dtype } = output!;
  const { outer, count, inner } = splitAt(shape, axis);
  const block = count * inner;
  const outReal = allocate(dtype === 'float64' ? 'float64' : 'float32', outer * block);
  const outImag = allocate(dtype === 'float64' ? 'float64' : 'float32', outer * block);
  if (outer * block === 0) return [outReal, outImag];
  const plan = planOf(count);
  const [data, work] = [complexArray(block), complexArray(block)];
  // With its parts exchanged, before and after, a transform is its inverse (up to a factor).
  const [first, second] = inverse ? [data.imag, data.real] : [data.real, data.imag];
  for (let at = 0; at < outer * block; at += block) {
    first.set((real!.data as FloatArray).subarray(at, at + block));
    second.set((imag!.data as FloatArray).subarray(at, at + block));
    const result = plan.transform(data, work, inner);
    outReal.set(inverse ? result.imag : result.real, at);
    outImag.set(inverse ? result.real : result.imag, at);
  }
  return [outReal, outImag];
};
