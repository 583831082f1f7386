/**
 * Convolutions. float32 has an operator; the other dtypes have none in ONNX Runtime and become a product of matrices over
 * gathered patches (`conv-patches.ts`).
 */
import { type ConvParams, divideDim, isStatic, type Shape } from '@flaxon/tensor';
import { scalar } from '../emit/arithmetic.js';
import { isEmpty, reshape, slice, sliceEnd, type SliceRange, transpose } from '../emit/layout.js';
import type { GraphBuilder } from '../graph/builder.js';
import { type Attributes, int, ints, type Value } from '../graph/graph.js';
import type { Lowering, LoweringTable } from './context.js';
import { spread } from './layout.js';
import { convolvePatches, type Prepared } from './conv-patches.js';
import { hasKernel } from './kernel-support.js';
import { convTransposeNodes, isTransposed } from './conv-transpose.js';
import { exact, materialize } from './lowered.js';

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
