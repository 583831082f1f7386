import { allocate, dtypeKind, isFloating, type Dtype, type TypedArray } from '../dtype/dtype.js';
import type { StaticShape } from '../shape/shape.js';
import { integerRange } from './convert.js';
import type { ArrayView, Kernel, KernelTable } from './kernel.js';
import { computeData, numberClass, storeData, unsupported, type FloatArray, type NumberClass } from './number-class.js';
import { addRows, pairwiseSum } from './pairwise-sum.js';
import { choiceLoops, reduceLoops, runningLoops } from './reductions.generated.js';
import type { ChoiceLoop, ReduceLoop, RunningLoop } from './reduction-loops.js';

/** An array seen as (outer, count, inner), with the axes in question as the middle one. */
export interface Split {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

/** `shape` with `axis` in the middle. */
export function splitAt(shape: StaticShape, axis: number): Split {
  const product = (from: number, to: number): number => shape.slice(from, to).reduce((size, dim) => size * dim, 1);
  return { outer: product(0, axis), count: shape[axis]!, inner: product(axis + 1, shape.length) };
}

/**
 * The passes that reduce `axes` of `shape`, the last axes first: neighbouring axes go together. A pass sees what the one
 * before it has left.
 */
function reductionPasses(shape: StaticShape, axes: readonly number[]): Split[] {
  const passes: Split[] = [];
  let inner = 1;
  let count = 1;
  let isReducing = false;
  const product = (end: number): number => shape.slice(0, end).reduce((size, dim) => size * dim, 1);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const isReduced = axes.includes(axis);
    if (isReduced) count *= shape[axis]!;
    else if (isReducing) {
      passes.push({ outer: product(axis + 1), count, inner });
      count = 1;
    }
    if (!isReduced) inner *= shape[axis]!;
    isReducing = isReduced;
  }
  if (isReducing) passes.push({ outer: 1, count, inner });
  return passes;
}

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';

/** What a reduction of nothing gives. */
export function startValue(reduction: Reduction, dtype: Dtype): number | bigint {
  const wrap = (value: number | bigint): number | bigint => (numberClass(dtype) === 'big' ? BigInt(value) : Number(value));
  if (reduction === 'reduceSum') return wrap(0);
  if (reduction === 'reduceProd') return wrap(1);
  if (isFloating(dtype)) return reduction === 'reduceMax' ? -Infinity : Infinity;
  if (dtypeKind(dtype) === 'bool') return reduction === 'reduceMax' ? 0 : 1;
  const { low, high } = integerRange(dtype);
  return wrap(reduction === 'reduceMax' ? low : high);
}

const sumLoop: ReduceLoop<FloatArray, number, Float64Array> = {
  lanes: (outer, count, inner, data, start, out) => {
    for (let block = 0, to = 0; block < outer; block++) {
      for (let lane = 0; lane < inner; lane++) out[to++] = start + pairwiseSum(data, block * count * inner + lane, count, inner);
    }
  },
  rows: (count, width, data, start, rowStride, laneStride, out, outStart) => addRows(data, start, count, rowStride, width, laneStride, out, outStart),
};

type AnyReduceLoop = ReduceLoop<TypedArray, number | bigint, TypedArray>;

/** Sums of fewer floats than this lose no more by going from first to last than in pairs. */
const longSum = 16;

function reduceLoop(reduction: Reduction, dtype: Dtype, name: NumberClass, count: number): AnyReduceLoop {
  if (reduction === 'reduceSum' && isFloating(dtype) && count >= longSum) return sumLoop as AnyReduceLoop;
  return (reduceLoops[reduction][name] ?? unsupported(reduction, dtype)) as AnyReduceLoop;
}

/** Loops shorter than this are not worth being the innermost. */
const shortestRow = 8;

function reduceData(reduction: Reduction, x: ArrayView, axes: readonly number[]): TypedArray {
  const { dtype } = x;
  const name = numberClass(dtype);
  const start = startValue(reduction, dtype);
  const allocateSums = (length: number): TypedArray => (isFloating(dtype) ? new Float64Array(length) : allocate(dtype, length));
  let data = computeData(x);
  let at: NumberClass = name;
  for (const { outer, count, inner } of reductionPasses(x.shape, axes)) {
    const loop = reduceLoop(reduction, dtype, at, count);
    const out = allocateSums(outer * inner);
    if (inner >= shortestRow) {
      fill(out, start);
      for (let block = 0; block < outer; block++) loop.rows(count, inner, data, block * count * inner, inner, 1, out, block * inner);
    } else if (inner === 1 && count < shortestRow) {
      fill(out, start);
      loop.rows(count, outer, data, 0, 1, count, out, 0);
    } else {
      loop.lanes(outer, count, inner, data, start, out);
    }
    data = out;
    at = isFloating(dtype) ? 'float64' : name;
  }
  return data;
}

function fill(data: TypedArray, value: number | bigint): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(value as bigint);
  else data.fill(value as number);
}

function reduceKernel(reduction: Reduction): Kernel<Reduction> {
  return ([x], { axes }) => {
    const { dtype, shape, data } = x!;
    if (dtype === 'bool' && (reduction === 'reduceSum' || reduction === 'reduceProd')) return unsupported(reduction, dtype);
    if (axes.every((axis) => shape[axis] === 1)) return [data];
    const reduced = reduceData(reduction, x!, axes);
    return [isFloating(dtype) && dtype !== 'float64' ? storeData(new Float32Array(reduced as Float64Array), dtype) : reduced];
  };
}

function runningKernel(primitive: 'cumSum' | 'cumProd'): Kernel<'cumSum' | 'cumProd'> {
  return ([x], { axis, reverse }) => {
    const { dtype, shape } = x!;
    const loop = (runningLoops[primitive][numberClass(dtype)] ?? unsupported(primitive, dtype)) as RunningLoop<TypedArray, number | bigint>;
    const { outer, count, inner } = splitAt(shape, axis);
    const source = computeData(x!);
    const out = source.slice() as TypedArray;
    loop(outer, count, inner, source, startValue(primitive === 'cumSum' ? 'reduceSum' : 'reduceProd', dtype), reverse, out);
    return [storeData(out, dtype)];
  };
}

function choiceKernel(primitive: 'argMax' | 'argMin'): Kernel<'argMax' | 'argMin'> {
  return ([x], { axis }) => {
    const loop = (choiceLoops[primitive][numberClass(x!.dtype)] ?? unsupported(primitive, x!.dtype)) as ChoiceLoop<TypedArray>;
    const { outer, count, inner } = splitAt(x!.shape, axis);
    const out = new Int32Array(outer * inner);
    loop(outer, count, inner, computeData(x!), out);
    return [out];
  };
}

export type ReductionPrimitive = Reduction | 'argMax' | 'argMin' | 'cumSum' | 'cumProd';

export const reductionKernels: Pick<KernelTable, ReductionPrimitive> = {
  reduceSum: reduceKernel('reduceSum'),
  reduceProd: reduceKernel('reduceProd'),
  reduceMax: reduceKernel('reduceMax'),
  reduceMin: reduceKernel('reduceMin'),
  cumSum: runningKernel('cumSum'),
  cumProd: runningKernel('cumProd'),
  argMax: choiceKernel('argMax'),
  argMin: choiceKernel('argMin'),
};
