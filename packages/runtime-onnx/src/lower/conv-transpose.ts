/**
 * A convolution over an operand whose elements are moved apart, as `ConvTranspose`: the zeros between them are neither written
 * nor multiplied.
 */
import { concrete, type ConvParams, flip as flipTensor, reshape as reshapeTensor, type Shape, type Tensor, transpose as transposeTensor } from '@flaxon/tensor';
import { scalar } from '../emit/arithmetic.js';
import { pad, reshape, slice, sliceBefore, transpose } from '../emit/layout.js';
import { smallElements } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { type Attributes, constantData, int, ints, producerOf, type Value } from '../graph/graph.js';
import { hasKernel } from './kernel-support.js';

/** What the operator needs: a step of 1 and known sizes. It pays where elements are moved apart. */
export const isTransposed = (x: Value, { strides, lhsDilation, batchGroupCount }: ConvParams): boolean =>
  hasKernel('ConvTranspose', x.dtype) && batchGroupCount === 1 && strides.every((stride) => stride === 1) && lhsDilation.some((dilation) => dilation > 1);

/** What was turned round along exactly these axes, if anything was. */
function turnedSource(x: Value, axes: readonly number[]): Value | undefined {
  const node = producerOf(x);
  if (node?.op !== 'Slice' || node.domain !== '') return undefined;
  const [source, starts, , turned, steps] = node.inputs;
  const listOf = (value: Value | undefined): readonly number[] => {
    const data = constantData(value);
    return (data && smallElements(data)) ?? [];
  };
  const isTurned = [...listOf(starts), ...listOf(steps)].every((number) => number === -1) && listOf(steps).length === axes.length;
  return isTurned && axes.every((axis) => listOf(turned).includes(axis)) ? source : undefined;
}

function turn(b: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const source = turnedSource(x, axes);
  if (source) return source;
  const moved = axes.filter((axis) => x.shape[axis] !== 1);
  return slice(b, x, moved.map((axis) => ({ axis, start: -1, end: sliceBefore, step: -1, size: x.shape[axis]! })));
}

/** The kernel (out, in / groups, window...) as (in, out / groups, window... turned round). */
function transposedKernel(b: GraphBuilder, kernel: Value, groups: number): Value {
  const [features, inner, ...window] = kernel.shape as readonly number[];
  const axes = window.map((_, i) => i + 2);
  const grouped = [groups, features! / groups, inner!, ...window];
  const order = [0, 2, 1, ...window.map((_, i) => i + 3)];
  const result = [groups * inner!, features! / groups, ...window];
  const data = constantData(kernel);
  if (data) {
    const known: Tensor = concrete(data.data, data.shape, data.dtype);
    const made = reshapeTensor(transposeTensor(reshapeTensor(flipTensor(known, axes), grouped), order), result);
    return b.constant({ dtype: data.dtype, shape: result, data: made.data() });
  }
  const turned = turn(b, kernel, axes);
  if (groups === 1) return transpose(b, turned, [1, 0, ...axes]);
  return reshape(b, transpose(b, reshape(b, turned, grouped), order), result);
}

/** x: (n, in, spatial...), where `isTransposed` holds. */
export function convTransposeNodes(b: GraphBuilder, x: Value, kernel: Value, params: ConvParams, shape: Shape): Value {
  const { padding, lhsDilation, rhsDilation, featureGroupCount: groups } = params;
  const reach = kernel.shape.slice(2).map((size, i) => ((size as number) - 1) * rhsDilation[i]!);
  // What stands around the operand beyond the reach of the kernel gives zeros around the result.
  const low = padding.map(([before], i) => reach[i]! - before);
  const high = padding.map(([, after], i) => reach[i]! - after);
  const beyond = (crops: readonly number[]): number[] => [0, 0, ...crops.map((crop) => Math.max(0, -crop))];
  const [before, after] = [beyond(low), beyond(high)];
  const pads = [...low, ...high].map((crop) => Math.max(0, crop));
  const attributes: Attributes = {
    strides: ints(lhsDilation),
    ...(rhsDilation.some((dilation) => dilation !== 1) ? { dilations: ints(rhsDilation) } : {}),
    ...(pads.some((count) => count !== 0) ? { pads: ints(pads) } : {}),
    ...(groups === 1 ? {} : { group: int(groups) }),
  };
  const inside = shape.map((dim, axis) => (axis < 2 ? dim : (dim as number) - before[axis]! - after[axis]!));
  const result = b.node('ConvTranspose', [x, transposedKernel(b, kernel, groups)], { dtype: x.dtype, shape: inside }, attributes);
  return pad(b, result, before, after, scalar(b, x.dtype, 0));
}
