/** Convolutions as products of matrices over gathered patches ("im2col"), in the dtypes that have no operator. */
import { concrete, type ConvParams, type Dim, dimSizeOf, isFloating, isStatic, mulDim, reshape as reshapeTensor, type Shape, transpose as transposeTensor } from '@flaxon/tensor';
import { add, mul, scalar } from '../emit/arithmetic.js';
import { gather, pad, reshape, transpose } from '../emit/layout.js';
import { tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, type Value } from '../graph/graph.js';
import { throughCarrier } from './carrier.js';

/** The operand after dilation and cropping, with the padding that is left. */
export interface Prepared {
  readonly value: Value;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Places in the padded axis, (results, taps): tap k of result o is at o stride + k dilation. */
function tapPlaces(b: GraphBuilder, taps: number, results: Dim, dilation: number, stride: number): Value {
  if (isStatic(results)) {
    const places = Array.from({ length: taps * results }, (_, i) => Math.floor(i / taps) * stride + (i % taps) * dilation);
    return b.constant(tensorData('int64', [results, taps], places));
  }
  const number = (value: number): Value => scalar(b, 'int64', value);
  const range = b.node('Range', [number(0), reshape(b, b.dim(results), []), number(1)], { dtype: 'int64', shape: [results] });
  const starts = stride === 1 ? range : mul(b, range, number(stride));
  return add(b, reshape(b, starts, [results, 1]), b.constant(tensorData('int64', [taps], Array.from({ length: taps }, (_, k) => k * dilation))));
}

/** (n, ...spatial, c) to (n, ...results, ...taps, c). Each place is a run of channels, so that whole runs are copied. */
function patches(b: GraphBuilder, x: Value, taps: readonly number[], params: ConvParams, results: Shape): Value {
  let value = x;
  const count = results.length;
  for (let i = count - 1; i >= 0; i--) value = gather(b, value, tapPlaces(b, taps[i]!, results[i]!, params.rhsDilation[i]!, params.strides[i]!), i + 1);
  const places = results.map((_, i) => 1 + 2 * i);
  return transpose(b, value, [0, ...places, ...places.map((axis) => axis + 1), 2 * count + 1]);
}

/** The kernel (features, channels, ...taps) as (groups, taps channels, features / groups), or without the groups where there is one. */
function weights(b: GraphBuilder, kernel: Value, groups: number): Value {
  const [features, channels, ...taps] = kernel.shape as readonly number[];
  const parts = [groups, features! / groups, channels!, ...taps];
  const order = [0, ...taps.map((_, i) => i + 3), 2, 1];
  const inner = taps.reduce((product, dim) => product * dim, channels!);
  const target = [...(groups === 1 ? [] : [groups]), inner, features! / groups];
  const data = constantData(kernel);
  if (!data) return reshape(b, transpose(b, reshape(b, kernel, parts), order), target);
  const turned = reshapeTensor(transposeTensor(reshapeTensor(concrete(data.data, data.shape, data.dtype), parts), order), target);
  return b.constant({ dtype: data.dtype, shape: target, data: turned.data() });
}

/** (rows, inner) by (inner, features), of (n, ...results, ...taps, c). */
function oneProduct(b: GraphBuilder, gathered: Value, kernel: Value, [batch, features, ...results]: Shape): Value {
  const [inner] = kernel.shape as readonly number[];
  const rows = reshape(b, gathered, [mulDim(batch!, dimSizeOf(results)), inner!]);
  const spec = { shape: [rows.shape[0]!, features!] };
  if (isFloating(rows.dtype)) return b.node('Gemm', [rows, kernel], { dtype: rows.dtype, ...spec });
  return throughCarrier(b, 'MatMul', [rows, kernel], ([x, y]) => b.node('MatMul', [x, y], { dtype: x!.dtype, ...spec }));
}

/** (n, groups, results, inner) by (groups, inner, features / groups), of (n, ...results, ...taps, groups, c / groups). */
function productOfGroups(b: GraphBuilder, gathered: Value, kernel: Value, [batch, features, ...results]: Shape): Value {
  const [groups, inner, each] = kernel.shape as readonly [number, number, number];
  const taps = gathered.shape.slice(results.length + 1, -1) as readonly number[];
  const places = dimSizeOf(results);
  const count = taps.reduce((product, dim) => product * dim, 1);
  const parts = reshape(b, gathered, [batch!, places, count, groups, inner / count]);
  const rows = reshape(b, transpose(b, parts, [0, 3, 1, 2, 4]), [batch!, groups, places, inner]);
  const product = throughCarrier(b, 'MatMul', [rows, kernel], ([x, y]) => b.node('MatMul', [x, y], { dtype: x!.dtype, shape: [batch!, groups, places, each] }));
  return reshape(b, transpose(b, product, [0, 2, 1, 3]), [batch!, places, features!]);
}

/** The correlation of (n, c, ...spatial) with a kernel, (n, features, ...results): channels last inside. */
export function convolvePatches(b: GraphBuilder, { value, low, high }: Prepared, kernel: Value, params: ConvParams, groups: number, shape: Shape): Value {
  const [batch, features, ...results] = shape;
  const spatial = results.map((_, i) => i + 2);
  const last = transpose(b, value, [0, ...spatial, 1]);
  const padded = throughCarrier(b, 'Pad', [last, scalar(b, value.dtype, 0)], ([x, zero]) => pad(b, x!, [0, ...low, 0], [0, ...high, 0], zero));
  const gathered = patches(b, padded, kernel.shape.slice(2) as readonly number[], params, results);
  const matrix = weights(b, kernel, groups);
  const product = groups === 1 ? oneProduct(b, gathered, matrix, shape) : productOfGroups(b, gathered, matrix, shape);
  const found = reshape(b, product, [batch!, ...results, features!]);
  return transpose(b, found, [0, results.length + 1, ...results.map((_, i) => i + 1)]);
}
