/** Primitives that move elements without looking at them. */
import { type Dim, isStatic, mulDim, type Shape, subDim } from '@flaxon/tensor';
import { cast, scalar } from '../emit/arithmetic.js';
import { concat, insertAxes, isEmpty, pad as padNodes, reshape as reshapeNodes, slice as sliceNodes, sliceBefore, sliceEnd, type SliceRange, transpose as transposeNodes } from '../emit/layout.js';
import { tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { throughCarrier } from './carrier.js';
import type { Lowering, LoweringTable } from './context.js';
import { aligned, exact, lazyAxes, type Lowered, materialize, materializeAxes } from './lowered.js';

/** Neighbouring axes of the input and of the output that hold the same elements. */
interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The finest groups of axes between shapes of equal size; undefined where symbolic sizes cannot be told apart. */
export function axisGroups(from: Shape, to: Shape): AxisGroup[] | undefined {
  const groups: AxisGroup[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const group = { from: [] as number[], to: [] as number[] };
    let [left, right]: Dim[] = [1, 1];
    do {
      const takesLeft = i < from.length && (j >= to.length || !isLarger(left!, right!));
      if (takesLeft) {
        left = mulDim(left!, from[i]!);
        group.from.push(i++);
      } else if (j < to.length) {
        right = mulDim(right!, to[j]!);
        group.to.push(j++);
      } else return undefined;
    } while (left !== right);
    groups.push(group);
  }
  return groups;
}

/** True where `a` is known to be the larger, or has symbols that `b` has not yet. */
function isLarger(a: Dim, b: Dim): boolean {
  if (isStatic(a) && isStatic(b)) return a > b;
  if (!isStatic(a) && isStatic(b)) return true;
  return false;
}

/**
 * The shape to which the value itself is reshaped where it stays lazy: in each group either no axis with elements is
 * broadcast, or every one is.
 */
function lazyReshape(lowered: Lowered, to: Shape): Shape | undefined {
  const groups = axisGroups(lowered.shape, to);
  if (!groups) return undefined;
  const lazy = lazyAxes(lowered);
  const target: Dim[] = [];
  for (const group of groups) {
    const sized = group.from.filter((axis) => lowered.shape[axis] !== 1);
    const lazyCount = sized.filter((axis) => lazy[axis]).length;
    if (lazyCount > 0 && lazyCount < sized.length) return undefined;
    for (const axis of group.to) target.push(lazyCount > 0 ? 1 : to[axis]!);
  }
  return target;
}

const reshape: Lowering<'reshape'> = ({ builder: b }, { params: { shape } }, [x]) => {
  if (!lazyAxes(x!).includes(true)) return [exact(reshapeNodes(b, x!.value, shape))];
  const target = lazyReshape(x!, shape);
  if (!target) return [exact(reshapeNodes(b, materialize(b, x!), shape))];
  return [{ value: reshapeNodes(b, x!.value, target), shape }];
};

const transpose: Lowering<'transpose'> = ({ builder: b }, { params: { permutation }, outputs }, [x]) => {
  const { shape } = outputs[0]!;
  if (sizeIsOne(x!.value.shape)) return [{ value: x!.value, shape }];
  return [{ value: transposeNodes(b, aligned(b, x!), permutation), shape }];
};

const sizeIsOne = (shape: Shape): boolean => shape.every((dim) => dim === 1);

const broadcastTo: Lowering<'broadcastTo'> = (_, { params: { shape } }, [x]) => [{ value: x!.value, shape }];

const concatenate: Lowering<'concatenate'> = ({ builder: b }, { params: { axis }, outputs }, inputs) => {
  const parts = inputs.filter(({ shape }) => shape[axis] !== 0);
  if (parts.length === 1) return parts;
  const lazy = parts.map(lazyAxes);
  // An axis along which every part is broadcast stays so.
  const needed = outputs[0]!.shape.map((_, i) => i).filter((i) => i === axis || !lazy.every((axes, k) => axes[i] || parts[k]!.shape[i] === 1));
  const value = concat(b, parts.map((part) => materializeAxes(b, part, needed)), axis);
  return [{ value, shape: outputs[0]!.shape }];
};

/** The ranges that are not the whole axis. */
const slice: Lowering<'slice'> = ({ builder: b }, { params: { starts, limits, strides }, outputs }, [x]) => {
  const { shape } = outputs[0]!;
  const lazy = lazyAxes(x!);
  const isBoundary = (axis: number): boolean => starts[axis] === 0 && limits[axis] === x!.shape[axis] && strides[axis] === 1;
  const bound = (dim: Dim): number | Value => (isStatic(dim) ? dim : b.dim(dim));
  const ranges = shape.map((_, axis) => axis).filter((axis) => !lazy[axis] && !isBoundary(axis));
  const made = ranges.map((axis): SliceRange => {
    const end = limits[axis] === x!.shape[axis] ? sliceEnd : bound(limits[axis]!);
    return { axis, start: bound(starts[axis]!), end, step: strides[axis]!, size: shape[axis]! };
  });
  return [{ value: sliceNodes(b, aligned(b, x!), made), shape }];
};

/** Spreads elements along `axis` with `count` copies of `value` between them. */
export function spread(b: GraphBuilder, x: Value, axis: number, count: number, value: Value): Value {
  const size = x.shape[axis]!;
  const split = insertAxes(b, x, [axis + 1]);
  const zeros = split.shape.map(() => 0);
  const padded = throughCarrier(b, 'Pad', [split, value], ([y, z]) => padNodes(b, y!, zeros, zeros.map((_, i) => (i === axis + 1 ? count : 0)), z!));
  const merged = reshapeNodes(b, padded, x.shape.map((dim, i) => (i === axis ? mulDim(dim, count + 1) : dim)));
  return sliceNodes(b, merged, [{ axis, start: 0, end: -count, size: subDim(mulDim(size, count + 1), count) }]);
}

interface Padding {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}

/** Crop and pad; both may come at one axis. */
function padValue(b: GraphBuilder, x: Value, value: Value, { low, high, interior }: Padding, shape: Shape): Value {
  let spreadOut = x;
  interior.forEach((count, axis) => {
    if (count > 0 && x.shape[axis] !== 1) spreadOut = spread(b, spreadOut, axis, count, value);
  });
  const padded = padNodes(b, spreadOut, low.map((count) => Math.max(0, count)), high.map((count) => Math.max(0, count)), value);
  const crops = low.map((_, axis) => axis).filter((axis) => low[axis]! < 0 || high[axis]! < 0);
  return sliceNodes(b, padded, crops.map((axis) => ({ axis, start: Math.max(0, -low[axis]!), end: high[axis]! < 0 ? high[axis]! : sliceEnd, size: shape[axis]! })));
}

const pad: Lowering<'pad'> = ({ builder: b }, { params, outputs }, [x, padding]) => {
  const { shape } = outputs[0]!;
  if (isEmpty(x!.shape)) return [{ value: padding!.value, shape }];
  const touched = shape.map((_, axis) => axis).filter((axis) => params.low[axis] !== 0 || params.high[axis] !== 0 || (params.interior[axis] !== 0 && x!.shape[axis] !== 1));
  if (touched.length === 0) return [x!];
  const whole = materializeAxes(b, x!, touched);
  const fill = reshapeNodes(b, padding!.value, []);
  const target = whole.shape.map((dim, axis) => (touched.includes(axis) ? shape[axis]! : dim));
  const value = throughCarrier(b, 'Pad', [whole, fill], ([y, z]) => padValue(b, y!, z!, params, target));
  return [{ value, shape }];
};

const reverse: Lowering<'reverse'> = ({ builder: b }, { params: { axes } }, [x]) => {
  const lazy = lazyAxes(x!);
  const turned = axes.filter((axis) => !lazy[axis] && x!.shape[axis] !== 1);
  const ranges = turned.map((axis): SliceRange => ({ axis, start: -1, end: sliceBefore, step: -1, size: x!.shape[axis]! }));
  return [{ value: sliceNodes(b, aligned(b, x!), ranges), shape: x!.shape }];
};

/** Counts up to this many are constants of the file; longer ones are made when the graph runs. */
const constantCounts = 1024;

function counts(b: GraphBuilder, size: Dim, dtype: Value['dtype']): Value {
  const numbers = dtype === 'float16' || dtype === 'bfloat16' ? undefined : isStatic(size) && size <= constantCounts ? size : undefined;
  if (numbers !== undefined && dtype !== 'bool') return b.constant(tensorData(dtype, [numbers], Array.from({ length: numbers }, (_, i) => i)));
  const zero = scalar(b, 'int64', 0);
  const range = b.node('Range', [zero, reshapeNodes(b, b.dim(size), []), scalar(b, 'int64', 1)], { dtype: 'int64', shape: [size] });
  return dtype === 'float16' || dtype === 'bfloat16' ? cast(b, cast(b, range, 'float32'), dtype) : cast(b, range, dtype);
}

const iota: Lowering<'iota'> = ({ builder: b }, { params: { shape, dtype, axis } }) => {
  const line = counts(b, shape[axis]!, dtype);
  return [{ value: reshapeNodes(b, line, [shape[axis]!, ...shape.slice(axis + 1).map(() => 1)]), shape }];
};

const dimension: Lowering<'dimension'> = ({ builder: b }, { params: { size, dtype } }) => [exact(cast(b, reshapeNodes(b, b.dim(size), []), dtype))];

export const layoutLowerings: LoweringTable<'reshape' | 'transpose' | 'broadcastTo' | 'concatenate' | 'slice' | 'pad' | 'reverse' | 'iota' | 'dimension'> = {
  reshape,
  transpose,
  broadcastTo,
  concatenate,
  slice,
  pad,
  reverse,
  iota,
  dimension,
};
