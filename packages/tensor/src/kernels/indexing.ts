import { ArgumentError } from '../errors/errors.js';
import { allocate, type TypedArray } from '../dtype/dtype.js';
import type { StaticShape } from '../shape/shape.js';
import type { ArrayView, Kernel, KernelTable } from './kernel.js';
import { readBlock, writeBlock } from './layout.js';
import { computeData, numberClass, storeData, unsupported } from './number-class.js';
import { splitAt } from './reduce.js';
import { scatterLoops } from './reductions.generated.js';
import type { ScatterLoop } from './reduction-loops.js';
import { putSlices, takeSlices } from './slices.js';

/** The starts of a block of `sizes`, moved so that it lies inside `shape`. */
function clampedStarts(starts: readonly ArrayView[], shape: StaticShape, sizes: StaticShape): number[] {
  return starts.map(({ data }, axis) => Math.max(0, Math.min(Number(data[0]), shape[axis]! - sizes[axis]!)));
}

const dynamicSliceKernel: Kernel<'dynamicSlice'> = (inputs, _params, [output]) => {
  const x = inputs[0]!;
  return [readBlock(x, clampedStarts(inputs.slice(1), x.shape, output!.shape), output!.shape)];
};

const dynamicUpdateSliceKernel: Kernel<'dynamicUpdateSlice'> = (inputs) => {
  const [x, update] = inputs;
  const data = x!.data.slice() as TypedArray;
  writeBlock(update!, data, x!.shape, clampedStarts(inputs.slice(2), x!.shape, update!.shape));
  return [data];
};

const gatherKernel: Kernel<'gather'> = (inputs, { axis }) => {
  const [x, indices] = inputs;
  const { outer, count: size, inner } = splitAt(x!.shape, axis);
  const places = indices!.data as Int32Array;
  const count = places.length;
  for (let i = 0; i < count; i++) {
    if (places[i]! < 0 || places[i]! >= size) {
      throw new ArgumentError('gather', 'indices', `must be from 0 to ${size - 1} along axis ${axis}, found ${places[i]}; clamp or mask them first`);
    }
  }
  const data = allocate(x!.dtype, outer * count * inner);
  takeSlices(x!.dtype, outer, inner, x!.data, size, places, data);
  return [data];
};

const scatterKernel: Kernel<'scatter'> = (inputs, { axis, mode }) => {
  const [x, indices, updates] = inputs;
  const { dtype } = x!;
  const { outer, count: size, inner } = splitAt(x!.shape, axis);
  const places = indices!.data as Int32Array;
  if (mode === 'set') {
    const data = x!.data.slice() as TypedArray;
    putSlices(dtype, outer, inner, updates!.data, places, data, size);
    return [data];
  }
  const loop = (scatterLoops[mode][numberClass(dtype)] ?? unsupported(`scatter (${mode})`, dtype)) as ScatterLoop<TypedArray>;
  const out = computeData(x!);
  const result = out === x!.data ? (out.slice() as TypedArray) : out;
  loop(outer, size, inner, places, computeData(updates!), result);
  return [storeData(result, dtype)];
};

export const indexingKernels: Pick<KernelTable, 'dynamicSlice' | 'dynamicUpdateSlice' | 'gather' | 'scatter'> = {
  dynamicSlice: dynamicSliceKernel,
  dynamicUpdateSlice: dynamicUpdateSliceKernel,
  gather: gatherKernel,
  scatter: scatterKernel,
};
