/**
 * ONNX's pools have the layout (n, channels, spatial...) and padding narrower than the window. Here operands are brought into
 * that form and results out of it.
 */
import { addDim, type Dim, dimSizeOf, isStatic, type Shape, windowedAxes, type WindowParams } from '@flaxon/tensor';
import { pad, reshape, slice, sliceEnd, type SliceRange, transpose } from '../emit/layout.js';
import type { GraphBuilder } from '../graph/builder.js';
import { type Attributes, int, ints, type Value } from '../graph/graph.js';
import { spread } from './layout.js';

/** A window along one axis. */
export interface WindowAxis {
  readonly window: number;
  readonly stride: number;
  readonly low: number;
  readonly high: number;
  readonly baseDilation: number;
  readonly windowDilation: number;
}

export const windowAxesOf = (params: WindowParams): WindowAxis[] =>
  windowedAxes(params).map((axis) => ({
    window: params.dimensions[axis]!,
    stride: params.strides[axis]!,
    low: params.padding[axis]![0],
    high: params.padding[axis]![1],
    baseDilation: params.baseDilation[axis]!,
    windowDilation: params.windowDilation[axis]!,
  }));

export interface PoolLayout {
  /** (n, channels, spatial...). */
  readonly value: Value;
  /** (n, channels, places...) in the layout of the operand. */
  readonly restore: (result: Value) => Value;
}

/** The axes over which a window moves behind all others, which become two. */
export function toPoolLayout(b: GraphBuilder, x: Value, moved: readonly number[]): PoolLayout {
  const rest = x.shape.flatMap((_, axis) => (moved.includes(axis) ? [] : [axis]));
  const permutation = [...rest, ...moved];
  const kept = rest.map((axis) => x.shape[axis]!);
  const outer: Shape = [dimSizeOf(kept.slice(0, -1)), kept.at(-1) ?? 1];
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return {
    value: reshape(b, transpose(b, x, permutation), [...outer, ...moved.map((axis) => x.shape[axis]!)]),
    restore: (result) => transpose(b, reshape(b, result, [...kept, ...result.shape.slice(2)]), inverse),
  };
}

/** An operand whose padding a pool can do, where each element came to along each spatial axis. */
export interface Prepared {
  readonly value: Value;
  readonly axes: readonly WindowAxis[];
  /** Element e of the operand is at e * dilation + shift. */
  readonly shifts: readonly number[];
}

const isWide = ({ low, high, window, windowDilation, baseDilation }: WindowAxis): boolean =>
  low < 0 || high < 0 || low >= window || high >= window || (low + high > 0 && windowDilation > 1) || baseDilation > 1;

/** Dilation, cropping and wide padding with `filler` of x: (n, channels, spatial...); narrow padding is left to the pool, or not (`padsAll`). */
export function prepare(b: GraphBuilder, x: Value, axes: readonly WindowAxis[], filler: Value, { padsAll = false }: { readonly padsAll?: boolean } = {}): Prepared {
  const isDone = (axis: WindowAxis): boolean => padsAll || isWide(axis);
  let value = x;
  const low = [0, 0];
  const high = [0, 0];
  const crops: SliceRange[] = [];
  axes.forEach((axis, i) => {
    if (axis.baseDilation > 1 && value.shape[i + 2] !== 1) value = spread(b, value, i + 2, axis.baseDilation - 1, filler);
    low.push(isDone(axis) ? Math.max(0, axis.low) : 0);
    high.push(isDone(axis) ? Math.max(0, axis.high) : 0);
  });
  axes.forEach((axis, i) => {
    const [start, cut] = [Math.max(0, -axis.low), Math.max(0, -axis.high)];
    if (start === 0 && cut === 0) return;
    const size = value.shape[i + 2]!;
    crops.push({ axis: i + 2, start, end: cut === 0 ? sliceEnd : -cut, size: isStatic(size) ? Math.max(0, size - start - cut) : addDim(size, -start - cut) });
  });
  return {
    value: pad(b, slice(b, value, crops), low, high, filler),
    axes: axes.map((axis) => (isDone(axis) ? { ...axis, low: 0, high: 0, baseDilation: 1 } : axis)),
    shifts: axes.map((axis) => (isDone(axis) ? axis.low : 0)),
  };
}

/** True where nothing has to be prepared. */
export const fitsPool = (axes: readonly WindowAxis[]): boolean => axes.length <= 3 && !axes.some(isWide);

/** The attributes of a pool. */
export function poolAttributes(axes: readonly WindowAxis[]): Attributes {
  const pads = [...axes.map(({ low }) => low), ...axes.map(({ high }) => high)];
  return {
    kernel_shape: ints(axes.map(({ window }) => window)),
    ...(axes.some(({ stride }) => stride !== 1) ? { strides: ints(axes.map(({ stride }) => stride)) } : {}),
    ...(axes.some(({ windowDilation }) => windowDilation !== 1) ? { dilations: ints(axes.map(({ windowDilation }) => windowDilation)) } : {}),
    ...(pads.some((count) => count !== 0) ? { pads: ints(pads) } : {}),
  };
}

export interface AverageOptions {
  readonly countIncludePad: boolean;
}

/** x: (n, channels, spatial...) averaged, where `fitsPool` holds. */
export function averagePool(b: GraphBuilder, x: Value, axes: readonly WindowAxis[], places: readonly Dim[], { countIncludePad }: AverageOptions): Value {
  const hasPadding = axes.some(({ low, high }) => low + high > 0);
  const attributes = { ...poolAttributes(axes), ...(hasPadding && countIncludePad ? { count_include_pad: int(1) } : {}) };
  return b.node('AveragePool', [x], { dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...places] }, attributes);
}
