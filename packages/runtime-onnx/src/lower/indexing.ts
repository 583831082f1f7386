/** Primitives that read and write at computed places. */
import { type Dim, isFloating, isStatic, type Dtype, subDim } from '@flaxon/tensor';
import { cast, predicate, scalar, where } from '../emit/arithmetic.js';
import { concat, expand, gather as gatherNodes, reshape, slice, sliceEnd, type SliceRange } from '../emit/layout.js';
import { smallElements } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, int, text, type Value } from '../graph/graph.js';
import { carrierOf } from './carrier.js';
import { choose } from './choose.js';
import type { Lowering, LoweringTable } from './context.js';
import { integerRange } from './convert.js';
import type { KernelName } from './kernel-support.js';
import { aligned, exact, type Lowered, materialize, materializeAxes } from './lowered.js';

/** Where a slice starts, clamped so that it fits: a number, or an int64 value of shape (1). */
function clampedStart(b: GraphBuilder, start: Lowered, size: Dim, taken: Dim): number | Value {
  const room = subDim(size, taken);
  const known = constantData(start.value);
  if (known && isStatic(room)) return Math.max(0, Math.min(Number(known.data[0]), room));
  if (room === 0) return 0;
  const at = cast(b, reshape(b, start.value, [1]), 'int64');
  const below = b.node('Min', [at, b.dim(room)], { dtype: 'int64', shape: [1] });
  return b.node('Max', [below, b.int64s([0])], { dtype: 'int64', shape: [1] });
}

/** `start + taken`, the end of a slice. */
function endOf(b: GraphBuilder, start: number | Value, taken: Dim): number | Value {
  if (typeof start === 'number' && isStatic(taken)) return start + taken;
  const from = typeof start === 'number' ? b.int64s([start]) : start;
  return b.node('Add', [from, b.dim(taken)], { dtype: 'int64', shape: [1] });
}

const dynamicSlice: Lowering<'dynamicSlice'> = ({ builder: b }, { params: { sizes }, outputs }, [x, ...starts]) => {
  const axes = sizes.map((_, axis) => axis).filter((axis) => sizes[axis] !== x!.shape[axis]);
  const whole = materializeAxes(b, x!, axes);
  const ranges = axes.map((axis): SliceRange => {
    const start = clampedStart(b, starts[axis]!, x!.shape[axis]!, sizes[axis]!);
    return { axis, start, end: endOf(b, start, sizes[axis]!), size: sizes[axis]! };
  });
  const [only] = ranges;
  // One row is read faster, and with one node less, by its index.
  if (ranges.length === 1 && only!.size === 1 && typeof only!.start === 'object') return [{ value: gatherNodes(b, whole, only!.start, only!.axis), shape: outputs[0]!.shape }];
  return [{ value: slice(b, whole, ranges), shape: outputs[0]!.shape }];
};

/** Writes `update` into `x`, axis by axis from `axis` on: what lies before it, the (updated) part itself, what lies behind. */
function writeBlock(b: GraphBuilder, x: Value, update: Value, starts: readonly (number | Value)[], axis: number): Value {
  if (axis === x.shape.length) return update;
  const size = x.shape[axis]!;
  const taken = update.shape[axis]!;
  if (size === taken) return writeBlock(b, x, update, starts, axis + 1);
  const start = starts[axis]!;
  const end = endOf(b, start, taken);
  const isWhole = update.shape.slice(axis + 1).every((dim, i) => dim === x.shape[axis + 1 + i]);
  const part = isWhole ? update : writeBlock(b, slice(b, x, [{ axis, start, end, size: taken }]), update, starts, axis + 1);
  // The sizes of both sides are not known; only their sum is, which the result has.
  const before = start === 0 ? [] : [slice(b, x, [{ axis, start: 0, end: start, size: isStaticStart(start) ? start : 0 }])];
  const behindSize = isStaticStart(start) ? subDim(subDim(size, start), taken) : subDim(size, taken);
  const behind = behindSize === 0 && isStaticStart(start) ? [] : [slice(b, x, [{ axis, start: end, end: sliceEnd, size: behindSize }])];
  return concat(b, [...before, part, ...behind], axis);
}

const isStaticStart = (start: number | Value): start is number => typeof start === 'number';

const dynamicUpdateSlice: Lowering<'dynamicUpdateSlice'> = ({ builder: b }, _, [x, update, ...starts]) => {
  if (update!.shape.includes(0)) return [x!];
  const places = starts.map((start, axis) => clampedStart(b, start, x!.shape[axis]!, update!.shape[axis]!));
  return [exact(writeBlock(b, materialize(b, x!), materialize(b, update!), places, 0))];
};

const gather: Lowering<'gather'> = ({ builder: b }, { params: { axis }, outputs }, [x, indices]) => {
  const whole = materializeAxes(b, x!, [axis]);
  return [{ value: gatherNodes(b, whole, aligned(b, indices!), axis), shape: outputs[0]!.shape }];
};

type ScatterMode = 'set' | 'add' | 'mul' | 'min' | 'max';

const scatterKernels: { readonly [M in ScatterMode]: { readonly kernel: KernelName; readonly reduction: string } } = {
  set: { kernel: 'ScatterElements', reduction: 'none' },
  add: { kernel: 'ScatterElementsAdd', reduction: 'add' },
  mul: { kernel: 'ScatterElementsMul', reduction: 'mul' },
  min: { kernel: 'ScatterElementsMin', reduction: 'min' },
  max: { kernel: 'ScatterElementsMax', reduction: 'max' },
};

/** The update that changes nothing. */
function neutral(mode: Exclude<ScatterMode, 'set'>, dtype: Dtype): number | bigint {
  if (mode === 'add') return 0;
  if (mode === 'mul') return 1;
  if (isFloating(dtype)) return mode === 'min' ? Infinity : -Infinity;
  if (dtype === 'bool') return mode === 'min' ? 1 : 0;
  const { low, high } = integerRange(dtype);
  return mode === 'min' ? high : low;
}

/** Along `axis`, with the (1-d) indices of the slices. */
function scatterSlices(b: GraphBuilder, x: Value, indices: Value, updates: Value, axis: number, mode: ScatterMode): Value {
  const rank = x.shape.length;
  const placed = reshape(b, indices, updates.shape.map((dim, i) => (i === axis ? dim : 1)));
  const everywhere = rank === 1 ? placed : expand(b, placed, updates.shape);
  const { reduction } = scatterKernels[mode];
  const attributes = { axis: int(axis), ...(mode === 'set' ? {} : { reduction: text(reduction) }) };
  return b.node('ScatterElements', [x, everywhere, updates], x, attributes);
}

function isInRange(indices: Value, size: Dim): boolean {
  const known = constantData(indices);
  const elements = known && smallElements(known, Infinity);
  return elements !== undefined && isStatic(size) && elements.every((index) => index >= 0 && index < size);
}

/** Updates outside are turned into ones that change nothing, at place 0. */
function scatterCombining(b: GraphBuilder, x: Value, indices: Value, updates: Value, axis: number, mode: Exclude<ScatterMode, 'set'>): Value {
  const inside = isInside(b, indices, x.shape[axis]!);
  const column = reshape(b, inside, updates.shape.map((dim, i) => (i === axis ? dim : 1)));
  const kept = choose(b, column, updates, scalar(b, updates.dtype, neutral(mode, updates.dtype)));
  return scatterSlices(b, x, where(b, inside, indices, scalar(b, 'int64', 0)), kept, axis, mode);
}

function isInside(b: GraphBuilder, indices: Value, size: Dim): Value {
  const notNegative = predicate(b, 'GreaterOrEqual', [indices, scalar(b, 'int64', 0)]);
  return predicate(b, 'And', [notNegative, predicate(b, 'Less', [indices, b.dim(size)])]);
}

/** What is outside goes to one more slice behind the others, which is cut off again. */
function scatterSetting(b: GraphBuilder, x: Value, indices: Value, updates: Value, axis: number): Value {
  const size = x.shape[axis]!;
  const spare = materialize(b, { value: scalar(b, x.dtype, 0), shape: x.shape.map((dim, i) => (i === axis ? 1 : dim)) });
  const places = where(b, isInside(b, indices, size), indices, b.dim(size));
  const written = scatterSlices(b, concat(b, [x, spare], axis), places, updates, axis, 'set');
  return slice(b, written, [{ axis, start: 0, end: -1, size }]);
}

const scatter: Lowering<'scatter'> = ({ builder: b }, { params: { axis, mode } }, [x, indices, updates]) => {
  if (updates!.shape.includes(0)) return [x!];
  const { dtype } = x!.value;
  const carrier = carrierOf(scatterKernels[mode].kernel, dtype);
  const target = cast(b, materialize(b, x!), carrier);
  const places = cast(b, materialize(b, indices!), 'int64');
  const slices = cast(b, materialize(b, updates!), carrier);
  const isKnown = isInRange(indices!.value, x!.shape[axis]!);
  const result = isKnown
    ? scatterSlices(b, target, places, slices, axis, mode)
    : mode === 'set' ? scatterSetting(b, target, places, slices, axis) : scatterCombining(b, target, places, slices, axis, mode);
  return [exact(cast(b, result, dtype))];
};

export const indexingLowerings: LoweringTable<'dynamicSlice' | 'dynamicUpdateSlice' | 'gather' | 'scatter'> = { dynamicSlice, dynamicUpdateSlice, gather, scatter };
