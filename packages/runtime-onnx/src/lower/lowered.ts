/**
 * What a variable of the program is in the graph: a value, broadcast lazily. `value` has the elements, in a shape that
 * broadcasts to `shape`; elementwise operators use it as it is, and only operators that need every element make the node.
 */
import { type Dim, equalShapes, isStaticShape, type Shape, sizeOf } from '@flaxon/tensor';
import { expand, reshape } from '../emit/layout.js';
import { filled } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, type Value } from '../graph/graph.js';

export interface Lowered {
  readonly value: Value;
  readonly shape: Shape;
}

/** A value that is not broadcast. */
export const exact = (value: Value): Lowered => ({ value, shape: value.shape });

/** Constants up to this size are written out instead of broadcast by a node. */
const writtenOutSize = 1024;

/** The shape of the value with axes of size 1 in front, up to the rank of the whole. */
export function alignedShape({ value, shape }: Lowered): Shape {
  return [...Array.from({ length: shape.length - value.shape.length }, (): Dim => 1), ...value.shape];
}

/** The value with the rank of the whole: axes that are broadcast have size 1. */
export const aligned = (b: GraphBuilder, lowered: Lowered): Value => reshape(b, lowered.value, alignedShape(lowered));

/** For each axis, true where the value is broadcast along it. */
export function lazyAxes(lowered: Lowered): readonly boolean[] {
  const own = alignedShape(lowered);
  return lowered.shape.map((dim, axis) => own[axis] === 1 && dim !== 1);
}

function writtenOut(b: GraphBuilder, { value, shape }: Lowered): Value | undefined {
  const data = constantData(value);
  if (!data || !isStaticShape(shape) || sizeOf(shape) > writtenOutSize) return undefined;
  if (sizeOf(shape) > 0 && data.data.length !== 1) return undefined;
  return b.constant(filled(data, shape));
}

/** The value with every element there. */
export function materialize(b: GraphBuilder, lowered: Lowered): Value {
  const { value, shape } = lowered;
  if (equalShapes(value.shape, shape)) return value;
  if (!lazyAxes(lowered).includes(true)) return aligned(b, lowered);
  return writtenOut(b, lowered) ?? expand(b, value, shape);
}

/** The value broadcast along none of `axes`, aligned; other axes may stay lazy. */
export function materializeAxes(b: GraphBuilder, lowered: Lowered, axes: readonly number[]): Value {
  const lazy = lazyAxes(lowered);
  if (!axes.some((axis) => lazy[axis])) return aligned(b, lowered);
  const own = alignedShape(lowered);
  const target = own.map((dim, axis) => (axes.includes(axis) ? lowered.shape[axis]! : dim));
  return materialize(b, { value: aligned(b, lowered), shape: target });
}
