/** Operators that move elements. Each function adds at most one node where the shapes are known. */
import { addDim, type Dim, equalShapes, isStatic, isStaticShape, type Shape, sizeOf } from '@flaxon/tensor';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, int, ints, producerOf, type Value } from '../graph/graph.js';
import { cast } from './arithmetic.js';

/** INT64_MAX and INT64_MIN: beyond every end of a slice. */
export const sliceEnd = 2n ** 63n - 1n;
export const sliceBefore = -(2n ** 63n);

/**
 * The operand of `Reshape` that takes `from` to `to`. Case 1: all numbers. Case 2: symbolic dimensions that stay at their axis
 * are 0 ("as in the input") and at most one more is -1 ("what remains"). Case 3: computed.
 */
function reshapeTarget(b: GraphBuilder, from: Shape, to: Shape): { readonly target: Value; readonly allowZero: boolean } {
  if (isStaticShape(to)) return { target: b.int64s(to), allowZero: to.includes(0) };
  if (!to.includes(0)) {
    const unresolved = to.filter((dim, axis) => !isStatic(dim) && dim !== from[axis]);
    if (unresolved.length <= 1) {
      const target = to.map((dim, axis) => (isStatic(dim) ? dim : dim === from[axis] ? 0 : -1));
      return { target: b.int64s(target), allowZero: false };
    }
  }
  return { target: b.shapeVector(to), allowZero: true };
}

/** The same elements in another shape of the same size. */
export function reshape(b: GraphBuilder, x: Value, shape: Shape): Value {
  if (equalShapes(x.shape, shape)) return x;
  const data = constantData(x);
  if (data && isStaticShape(shape)) return b.constant({ ...data, shape });
  const producer = producerOf(x);
  if (producer?.op === 'Reshape') return reshape(b, producer.inputs[0]!, shape);
  const { target, allowZero } = reshapeTarget(b, x.shape, shape);
  return b.node('Reshape', [x, target], { dtype: x.dtype, shape }, allowZero ? { allowzero: int(1) } : {});
}

/** Axis `i` of the result is axis `permutation[i]` of `x`. */
export function transpose(b: GraphBuilder, x: Value, permutation: readonly number[]): Value {
  if (permutation.every((from, to) => from === to)) return x;
  const shape = permutation.map((axis) => x.shape[axis]!);
  const moved = permutation.filter((axis) => x.shape[axis] !== 1);
  // Only axes of size 1 move: the elements stay where they are.
  if (moved.every((axis, i) => i === 0 || moved[i - 1]! < axis)) return reshape(b, x, shape);
  return b.node('Transpose', [x], { dtype: x.dtype, shape }, { perm: ints(permutation) });
}

/** `x` broadcast to `shape`. */
export function expand(b: GraphBuilder, x: Value, shape: Shape): Value {
  if (equalShapes(x.shape, shape)) return x;
  // The one dtype without a kernel.
  if (x.dtype === 'bfloat16') return cast(b, expand(b, cast(b, x, 'float32'), shape), 'bfloat16');
  return b.node('Expand', [x, b.shapeVector(shape)], { dtype: x.dtype, shape });
}

export function concat(b: GraphBuilder, inputs: readonly Value[], axis: number): Value {
  if (inputs.length === 1) return inputs[0]!;
  const shape = [...inputs[0]!.shape];
  shape[axis] = inputs.slice(1).reduce((sum, input) => addDim(sum, input.shape[axis]!), shape[axis]!);
  return b.node('Concat', inputs, { dtype: inputs[0]!.dtype, shape }, { axis: int(axis) });
}

export interface SliceRange {
  readonly axis: number;
  readonly start: number | bigint | Value;
  readonly end: number | bigint | Value;
  readonly step?: number;
  /** The size of the axis afterwards. */
  readonly size: Dim;
}

const vectorOf = (b: GraphBuilder, entries: readonly (number | bigint | Value)[]): Value => {
  const isNumber = (entry: number | bigint | Value): entry is number | bigint => typeof entry !== 'object';
  if (entries.every(isNumber)) return b.int64s(entries);
  return concat(b, entries.map((entry) => (isNumber(entry) ? b.int64s([entry]) : entry)), 0);
};

/** The elements in the given ranges of axes; starts and ends that are values are int64 of shape (1). */
export function slice(b: GraphBuilder, x: Value, ranges: readonly SliceRange[]): Value {
  if (ranges.length === 0) return x;
  const shape = [...x.shape];
  for (const { axis, size } of ranges) shape[axis] = size;
  const operands = [
    x,
    vectorOf(b, ranges.map(({ start }) => start)),
    vectorOf(b, ranges.map(({ end }) => end)),
    b.int64s(ranges.map(({ axis }) => axis)),
    ...(ranges.some(({ step }) => (step ?? 1) !== 1) ? [b.int64s(ranges.map(({ step }) => step ?? 1))] : []),
  ];
  return b.node('Slice', operands, { dtype: x.dtype, shape });
}

/** The slices of `x` along `axis` at `indices` (in range), whose axes replace it. */
export function gather(b: GraphBuilder, x: Value, indices: Value, axis: number): Value {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return b.node('Gather', [x, indices], { dtype: x.dtype, shape }, axis === 0 ? {} : { axis: int(axis) });
}

/** Constant padding: `low` and `high` new elements at each axis, non-negative. */
export function pad(b: GraphBuilder, x: Value, low: readonly number[], high: readonly number[], value?: Value): Value {
  if ([...low, ...high].every((count) => count === 0)) return x;
  const shape = x.shape.map((dim, axis) => addDim(dim, low[axis]! + high[axis]!));
  return b.node('Pad', [x, b.int64s([...low, ...high]), value], { dtype: x.dtype, shape });
}

/** A reduction over `axes`, which may be empty. */
export function reduce(b: GraphBuilder, op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
  if (axes.length === 0) return x;
  const shape = keepDims ? x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : x.shape.filter((_, axis) => !axes.includes(axis));
  return b.node(op, [x, b.int64s(axes)], { dtype: x.dtype, shape }, keepDims ? {} : { keepdims: int(0) });
}

/** `x` with axes of size 1 put in, so that axis `places[i]` of the result is new. */
export function insertAxes(b: GraphBuilder, x: Value, places: readonly number[]): Value {
  const shape = [...x.shape];
  for (const place of [...places].sort((p, q) => p - q)) shape.splice(place, 0, 1);
  return reshape(b, x, shape);
}

/** True where `shape` is known to have no elements. */
export const isEmpty = (shape: Shape): boolean => shape.includes(0);
/** The number of elements; undefined where it is symbolic. */
export const staticSize = (shape: Shape): number | undefined => (isStaticShape(shape) ? sizeOf(shape) : undefined);
