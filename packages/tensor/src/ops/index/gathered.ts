import { dimSizeOf, type Shape } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dimensionSize } from '../create.js';
import { add, clip, greaterEqual, less, logicalAnd, mul, where } from '../elementwise.js';
import { reshape, transpose } from '../shape.js';
import type { IndexPlan, Range } from './items.js';

/** The ranges of the static part of an index; what arrays pick from is taken whole. */
export const rangesOf = ({ axes }: IndexPlan, shape: Shape): Range[] =>
  axes.map((plan, axis) => (plan.kind === 'array' ? { start: 0, limit: shape[axis]!, stride: 1, reversed: false } : plan.range));

/**
 * How the axes that arrays pick from become one: elements' axes go, the others are put in the order of `permutation`, and those from
 * `place` on, as many as there are arrays, are read as one axis.
 */
export interface MergedAxes {
  /** The shape without the axes of elements. */
  readonly squeezed: Shape;
  readonly permutation: readonly number[];
  readonly place: number;
  readonly merged: Shape;
}

export function mergeAxes({ axes, adjacent }: IndexPlan, regionShape: Shape): MergedAxes {
  const kept = axes.flatMap((plan, axis) => (plan.kind === 'element' ? [] : [{ isArray: plan.kind === 'array', size: regionShape[axis]! }]));
  const squeezed = kept.map(({ size }) => size);
  const picked = kept.flatMap(({ isArray }, i) => (isArray ? [i] : []));
  const others = kept.flatMap(({ isArray }, i) => (isArray ? [] : [i]));
  const place = adjacent ? picked[0]! : 0;
  const permutation = [...others.slice(0, place), ...picked, ...others.slice(place)];
  const sizes = (list: readonly number[]): Shape => list.map((i) => squeezed[i]!);
  const merged = [...sizes(others.slice(0, place)), dimSizeOf(sizes(picked)), ...sizes(others.slice(place))];
  return { squeezed, permutation, place, merged };
}

/** The region with the axes that arrays pick from as one. */
export const toMerged = (region: Tensor, { squeezed, permutation, merged }: MergedAxes): Tensor =>
  reshape(transpose(reshape(region, squeezed), permutation), merged);

/** Back again. */
export function fromMerged(value: Tensor, regionShape: Shape, { squeezed, permutation }: MergedAxes): Tensor {
  const separate = reshape(value, permutation.map((axis) => squeezed[axis]!));
  return reshape(transpose(separate, permutation.map((_, i) => permutation.indexOf(i))), regionShape);
}

export interface LinearIndices {
  /** Places along the merged axis, in range. */
  readonly places: Tensor;
  /** True where every index was in range. */
  readonly valid: Tensor;
}

/** The indices of all arrays as one along the merged axis. Negative ones count from the end; what is out of range then is clamped. */
export function linearIndices({ axes }: IndexPlan, shape: Shape): LinearIndices {
  let places: Tensor | undefined;
  let valid: Tensor | undefined;
  axes.forEach((plan, axis) => {
    if (plan.kind !== 'array') return;
    const size = dimensionSize(shape[axis]!);
    const counted = where(less(plan.indices, 0), add(plan.indices, size), plan.indices);
    const inside = logicalAnd(greaterEqual(counted, 0), less(counted, size));
    const clamped = clip(counted, { min: 0, max: add(size, -1) });
    places = places ? add(mul(places, size), clamped) : clamped;
    valid = valid ? logicalAnd(valid, inside) : inside;
  });
  return { places: places!, valid: valid! };
}

/** The shape of the result: kept axes, the axes of the arrays at their place, new axes. */
export function resultShape({ axes, layout, arrayShape }: IndexPlan, regionShape: Shape): Shape {
  const kept = axes.flatMap((plan, axis) => (plan.kind === 'slice' ? [regionShape[axis]!] : []));
  return layout.flatMap((entry) => (entry === 'new' ? [1] : entry === 'arrays' ? [...arrayShape!] : [kept.shift()!]));
}

/** The result without its new axes, with the axes of the arrays as one: (before..., places, after...). */
export function flatResultShape(plan: IndexPlan, { merged, place }: MergedAxes): Shape {
  const count = dimSizeOf(plan.arrayShape!);
  return merged.map((size, axis) => (axis === place ? count : size));
}
