/**
 * Convolutions. float32 has an operator; the other dtypes have none in ONNX Runtime and become a product of matrices over
 * gathered patches ("im2col").
 */
import { type ConvParams, type Dim, dimSizeOf, divideDim, isStatic, type Shape } from '@flaxon/tensor';
import { add, scalar } from '../emit/arithmetic.js';
import { gather, isEmpty, pad, reshape, slice, sliceEnd, type SliceRange, transpose } from '../emit/layout.js';
import { tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { type Attributes, int, ints, type Value } from '../graph/graph.js';
import { throughCarrier } from './carrier.js';
import type { Lowering, LoweringTable } from './context.js';
import { spread } from './layout.js';
import { hasKernel } from './kernel-support.js';
import { convTransposeNodes, isTransposed } from './conv-transpose.js';
import { exact, materialize } from './lowered.js';

/** The operand after dilation and cropping, with the padding that is left. */
interface Prepared {
  readonly value: Value;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Operand dilation and negative padding, which the operator does not have. */
function prepare(b: GraphBuilder, x: Value, { lhsDilation, padding }: ConvParams): Prepared {
  let value = x;
  lhsDilation.forEach((dilation, i) => {
    if (dilation > 1 && value.shape[i + 2] !== 1) value = spread(b, value, i + 2, dilation - 1, scalar(b, x.dtype, 0));
  });
  const crops = padding.flatMap(([low, high], i): SliceRange[] => {
    if (low >= 0 && high >= 0) return [];
    const [start, cut] = [Math.max(0, -low), Math.max(0, -high)];
    const size = value.shape[i + 2]!;
    return [{ axis: i + 2, start, end: cut === 0 ? sliceEnd : -cut, size: isStatic(size) ? Math.max(0, size - start - cut) : size }];
  });
  return { value: slice(b, value, crops), low: padding.map(([low]) => Math.max(0, low)), high: padding.map(([, high]) => Math.max(0, high)) };
}

/** Groups of the batch become groups of channels: (g n, c, ...) to (n, g c, ...). */
function mergeBatchGroups(b: GraphBuilder, x: Value, groups: number): Value {
  const [batch, channels, ...spatial] = x.shape;
  const rows = divideDim(batch!, groups)!;
  const split = reshape(b, x, [groups, rows, channels!, ...spatial]);
  const moved = transpose(b, split, [1, 0, 2, ...spatial.map((_, i) => i + 3)]);
  return reshape(b, moved, [rows, groups * (channels as number), ...spatial]);
}

function convolve(b: GraphBuilder, { value, low, high }: Prepared, kernel: Value, params: ConvParams, groups: number, shape: Shape): Value {
  const attributes: Attributes = {
    ...(params.strides.some((stride) => stride !== 1) ? { strides: ints(params.strides) } : {}),
    ...(params.rhsDilation.some((dilation) => dilation !== 1) ? { dilations: ints(params.rhsDilation) } : {}),
    ...([...low, ...high].some((count) => count !== 0) ? { pads: ints([...low, ...high]) } : {}),
    ...(groups === 1 ? {} : { group: int(groups) }),
  };
  return b.node('Conv', [value, kernel], { dtype: value.dtype, shape }, attributes);
}

/** Places in the padded axis, (taps, results): tap k of result o is at k dilation + o stride. */
function tapPlaces(b: GraphBuilder, taps: number, results: Dim, dilation: number, stride: number): Value {
  if (isStatic(results)) {
    const places = Array.from({ length: taps * results }, (_, i) => Math.floor(i / results) * dilation + (i % results) * stride);
    return b.constant(tensorData('int64', [taps, results], places));
  }
  const number = (value: number): Value => scalar(b, 'int64', value);
  const range = b.node('Range', [number(0), reshape(b, b.dim(results), []), number(1)], { dtype: 'int64', shape: [results] });
  return add(b, range, b.constant(tensorData('int64', [taps, 1], Array.from({ length: taps }, (_, k) => k * dilation))));
}

/** (n, c, ...spatial) to (n, c, taps..., results...). */
function patches(b: GraphBuilder, x: Value, kernelShape: Shape, params: ConvParams, results: Shape): Value {
  let value = x;
  const count = results.length;
  for (let i = count - 1; i >= 0; i--) {
    const places = tapPlaces(b, kernelShape[i + 2] as number, results[i]!, params.rhsDilation[i]!, params.strides[i]!);
    value = gather(b, value, places, i + 2);
  }
  const taps = results.map((_, i) => 2 + 2 * i);
  return transpose(b, value, [0, 1, ...taps, ...taps.map((axis) => axis + 1)]);
}

/** By matrices: (groups, features, channels taps) by (n, groups, channels taps, results). */
function convolvePatches(b: GraphBuilder, { value, low, high }: Prepared, kernel: Value, params: ConvParams, groups: number, shape: Shape): Value {
  const padded = throughCarrier(b, 'Pad', [value, scalar(b, value.dtype, 0)], ([x, zero]) => pad(b, x!, [0, 0, ...low], [0, 0, ...high], zero));
  const [batch, features, ...results] = shape;
  const gathered = patches(b, padded, kernel.shape, params, results);
  const inner = (kernel.shape.slice(1) as readonly number[]).reduce((product, dim) => product * dim, 1);
  const outer = groups === 1 ? [] : [groups];
  const columns = reshape(b, gathered, [batch!, ...outer, inner, dimSizeOf(results)]);
  const rows = reshape(b, kernel, [...outer, (features as number) / groups, inner]);
  const productShape = [batch!, ...outer, (features as number) / groups, dimSizeOf(results)];
  const product = throughCarrier(b, 'MatMul', [rows, columns], ([x, y]) => b.node('MatMul', [x, y], { dtype: x!.dtype, shape: productShape }));
  return reshape(b, product, shape);
}

/** Without spatial axes: one of size 1 is put in, as the operator needs one. */
function withSpatialAxis(params: ConvParams): ConvParams {
  return { ...params, strides: [1], padding: [[0, 0]], lhsDilation: [1], rhsDilation: [1] };
}

/** The correlation of x with a kernel, of the given shape. */
export function convNodes(b: GraphBuilder, x: Value, kernel: Value, params: ConvParams, shape: Shape): Value {
  if (isTransposed(x, params)) return convTransposeNodes(b, x, kernel, params, shape);
  const merged = params.batchGroupCount === 1 ? x : mergeBatchGroups(b, x, params.batchGroupCount);
  const groups = params.featureGroupCount * params.batchGroupCount;
  const nodes = hasKernel('Conv', x.dtype) ? convolve : convolvePatches;
  return nodes(b, prepare(b, merged, params), kernel, params, groups, shape);
}

const conv: Lowering<'conv'> = ({ builder: b }, { params, outputs }, [lhs, rhs]) => {
  const { shape, dtype } = outputs[0]!;
  if (isEmpty(lhs!.shape) || isEmpty(rhs!.shape)) return [{ value: scalar(b, dtype, 0), shape }];
  const flat = params.strides.length === 0;
  const spatial = flat ? withSpatialAxis(params) : params;
  const x = flat ? reshape(b, materialize(b, lhs!), [...lhs!.shape, 1]) : materialize(b, lhs!);
  const kernel = flat ? reshape(b, materialize(b, rhs!), [...rhs!.shape, 1]) : materialize(b, rhs!);
  const result = convNodes(b, x, kernel, spatial, flat ? [...shape, 1] : shape);
  return [exact(reshape(b, result, shape))];
};

export const convLowerings: LoweringTable<'conv'> = { conv };
