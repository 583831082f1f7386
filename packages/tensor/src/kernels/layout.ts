import { allocate, type TypedArray } from '../dtype/dtype.js';
import { isStaticShape, sizeOf, type Shape, type StaticShape } from '../shape/shape.js';
import { copyStrided } from './copy.js';
import type { ArrayView, Kernel, KernelTable } from './kernel.js';
import { broadcastStrides, rowMajorStrides, type Strides } from './strides.js';

/** A contiguous array of `shape` whose elements lie in the operand at an offset and the strides of each axis. */
export function readStrided(x: ArrayView, shape: StaticShape, offset: number, strides: Strides): TypedArray {
  const data = allocate(x.dtype, sizeOf(shape));
  copyStrided(x.dtype, shape, { data: x.data, offset, strides }, { data, offset: 0, strides: rowMajorStrides(shape) });
  return data;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** The part of `x` of the given sizes that begins at `starts`. */
export function readBlock(x: ArrayView, starts: readonly number[], sizes: StaticShape): TypedArray {
  const strides = rowMajorStrides(x.shape);
  return readStrided(x, sizes, dot(starts, strides), strides);
}

/** Copies an array into `target`, an array of `shape`, from `starts` on. */
export function writeBlock(block: ArrayView, target: TypedArray, shape: StaticShape, starts: readonly number[]): void {
  const strides = rowMajorStrides(shape);
  const source = { data: block.data, offset: 0, strides: rowMajorStrides(block.shape) };
  copyStrided(block.dtype, block.shape, source, { data: target, offset: dot(starts, strides), strides });
}

/** An array with its axes in another order, contiguous. */
export function transposeData(x: ArrayView, permutation: readonly number[]): TypedArray {
  const strides = rowMajorStrides(x.shape);
  return readStrided(x, permutation.map((axis) => x.shape[axis]!), 0, permutation.map((axis) => strides[axis]!));
}

/** Every element becomes the one element of `value`. */
export function fillWith(data: TypedArray, value: TypedArray): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill((value as BigInt64Array | BigUint64Array)[0]!);
  else data.fill((value as Exclude<TypedArray, BigInt64Array | BigUint64Array>)[0]!);
}

const reshapeKernel: Kernel<'reshape'> = ([x]) => [x!.data];

const transposeKernel: Kernel<'transpose'> = ([x], { permutation }) => [transposeData(x!, permutation)];

const broadcastToKernel: Kernel<'broadcastTo'> = ([x], _params, [output]) => {
  const { shape } = output!;
  const size = sizeOf(shape);
  if (size === x!.data.length) return [x!.data];
  if (x!.data.length === 1) {
    const data = allocate(x!.dtype, size);
    fillWith(data, x!.data);
    return [data];
  }
  return [readStrided(x!, shape, 0, broadcastStrides(x!.shape, shape.length))];
};

const concatenateKernel: Kernel<'concatenate'> = (inputs, { axis }, [output]) => {
  const { shape, dtype } = output!;
  const data = allocate(dtype, sizeOf(shape));
  const starts = shape.map(() => 0);
  for (const input of inputs) {
    writeBlock(input, data, shape, starts);
    starts[axis] = starts[axis]! + input.shape[axis]!;
  }
  return [data];
};

/** Symbolic dimensions have their values by the time that a kernel runs. */
function staticDims(dims: Shape): StaticShape {
  if (isStaticShape(dims)) return dims;
  throw new TypeError(`a kernel needs dimensions that are numbers, found ${dims.map(String).join(', ')}`);
}

const sliceKernel: Kernel<'slice'> = ([x], { starts, strides: steps }, [output]) => {
  const strides = rowMajorStrides(x!.shape);
  return [readStrided(x!, output!.shape, dot(staticDims(starts), strides), strides.map((stride, axis) => stride * steps[axis]!))];
};

const splitKernel: Kernel<'split'> = ([x], { axis }, outputs) => {
  const strides = rowMajorStrides(x!.shape);
  let start = 0;
  return outputs.map(({ shape }) => {
    const part = readStrided(x!, shape, start * strides[axis]!, strides);
    start += shape[axis]!;
    return part;
  });
};

const reverseKernel: Kernel<'reverse'> = ([x], { axes }) => {
  const strides = rowMajorStrides(x!.shape);
  const offset = axes.reduce((sum, axis) => sum + strides[axis]! * (x!.shape[axis]! - 1), 0);
  return [readStrided(x!, x!.shape, offset, strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)))];
};

/** The elements of an axis that remain after padding by `low`, with `step` between them, in a result of `size`. */
function keptRange(count: number, low: number, step: number, size: number): { readonly first: number; readonly count: number } {
  const first = low < 0 ? Math.ceil(-low / step) : 0;
  const last = Math.min(count - 1, Math.floor((size - 1 - low) / step));
  return { first, count: Math.max(0, last - first + 1) };
}

const padKernel: Kernel<'pad'> = (inputs, { low, interior }, [output]) => {
  const [x, value] = inputs;
  const { shape, dtype } = output!;
  const data = allocate(dtype, sizeOf(shape));
  fillWith(data, value!.data);
  const steps = interior.map((between) => between + 1);
  const kept = x!.shape.map((count, axis) => keptRange(count, low[axis]!, steps[axis]!, shape[axis]!));
  const sourceStrides = rowMajorStrides(x!.shape);
  const targetStrides = rowMajorStrides(shape);
  const source = { data: x!.data, offset: dot(kept.map(({ first }) => first), sourceStrides), strides: sourceStrides };
  const target = {
    data,
    offset: dot(kept.map(({ first }, axis) => low[axis]! + first * steps[axis]!), targetStrides),
    strides: targetStrides.map((stride, axis) => stride * steps[axis]!),
  };
  copyStrided(dtype, kept.map(({ count }) => count), source, target);
  return [data];
};

export type LayoutPrimitive = 'reshape' | 'stopGradient' | 'checkpointName' | 'optimizationBarrier' | 'transpose' | 'broadcastTo' | 'concatenate' | 'slice' | 'split' | 'reverse' | 'pad';

export const layoutKernels: Pick<KernelTable, LayoutPrimitive> = {
  reshape: reshapeKernel,
  stopGradient: ([x]) => [x!.data],
  checkpointName: ([x]) => [x!.data],
  optimizationBarrier: (inputs) => inputs.map(({ data }) => data),
  transpose: transposeKernel,
  broadcastTo: broadcastToKernel,
  concatenate: concatenateKernel,
  slice: sliceKernel,
  split: splitKernel,
  reverse: reverseKernel,
  pad: padKernel,
};
