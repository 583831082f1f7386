import { flip } from '../../ops/rearrange.js';
import { reshape, swapaxes, transpose } from '../../ops/shape.js';
import { full } from '../../ops/create.js';
import type { ConvParams, DotParams } from '../../primitives/params.js';
import { bindOne } from '../../program/bind.js';
import type { Dim } from '../../shape/dim.js';
import type { Shape } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { valueOf, type TransposeRule } from './rule.js';

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const without = (rank: number, used: readonly number[]): number[] => range(0, rank).filter((axis) => !used.includes(axis));

/** Axes of the result that came from here, back in the order of the operand. */
const inOrder = (x: Tensor, axes: readonly number[]): Tensor => transpose(x, axes.map((_, i) => axes.indexOf(i)));

/** The pairs' axes of the linear operand, in ascending order of the axes of the value. */
const paired = (ofValue: readonly number[], ofLinear: readonly number[]): number[] => ofValue.map((axis, i) => [axis, ofLinear[i]!] as const).sort(([a], [b]) => a - b).map(([, axis]) => axis);

function dotToLhs(ct: Tensor, lhsRank: number, rhs: Tensor, { lhsContract, rhsContract, lhsBatch, rhsBatch }: DotParams): Tensor {
  const lhsFree = without(lhsRank, [...lhsBatch, ...lhsContract]);
  const rhsFree = without(rhs.rank, [...rhsBatch, ...rhsContract]);
  const result = bindOne('dot', [ct, rhs], {
    lhsContract: range(lhsBatch.length + lhsFree.length, rhsFree.length),
    rhsContract: rhsFree,
    lhsBatch: range(0, lhsBatch.length),
    rhsBatch,
  });
  return inOrder(result, [...lhsBatch, ...lhsFree, ...paired(rhsContract, lhsContract)]);
}

function dotToRhs(ct: Tensor, lhs: Tensor, rhsRank: number, { lhsContract, rhsContract, lhsBatch, rhsBatch }: DotParams): Tensor {
  const lhsFree = without(lhs.rank, [...lhsBatch, ...lhsContract]);
  const rhsFree = without(rhsRank, [...rhsBatch, ...rhsContract]);
  const result = bindOne('dot', [lhs, ct], {
    lhsContract: lhsFree,
    rhsContract: range(lhsBatch.length, lhsFree.length),
    lhsBatch,
    rhsBatch: range(0, lhsBatch.length),
  });
  return inOrder(result, [...rhsBatch, ...paired(lhsContract, rhsContract), ...rhsFree]);
}

const spatialOf = (shape: Shape): number[] => shape.slice(2) as number[];
const dilate = (size: number, dilation: number): number => (size === 0 ? 0 : (size - 1) * dilation + 1);

/** Moves `count` groups from the front of axis `from` to the front of axis `to`. */
function regroup(x: Tensor, from: number, to: number, count: number): Tensor {
  if (count === 1) return x;
  const shape = x.shape as readonly number[];
  const split = reshape(x, shape.flatMap((dim, axis) => (axis === from ? [count, dim / count] : [dim])));
  const order = range(0, split.rank).filter((axis) => axis !== from);
  const target = to > from ? to + 1 : to;
  order.splice(order.indexOf(target), 0, from);
  return reshape(transpose(split, order), shape.map((dim, axis) => (axis === from ? dim / count : axis === to ? dim * count : dim)));
}

/** The cotangent dilated by the strides, correlated with the reversed kernel (jax's _conv_general_dilated_transpose_lhs). */
function convToOperand(ct: Tensor, operand: Shape, kernel: Tensor, params: ConvParams): Tensor {
  const groups = params.featureGroupCount > 1 ? params.featureGroupCount : params.batchGroupCount;
  const swapped = swapaxes(regroup(kernel, 0, 1, groups), 0, 1);
  const reversed = flip(swapped, range(2, kernel.rank - 2));
  const padding = params.padding.map(([low], i): [number, number] => {
    const window = dilate(spatialOf(kernel.shape)[i]!, params.rhsDilation[i]!);
    const before = window - low - 1;
    const size = dilate(spatialOf(operand)[i]!, params.lhsDilation[i]!);
    return [before, size + window - 1 - dilate(spatialOf(ct.shape)[i]!, params.strides[i]!) - before];
  });
  const result = bindOne('conv', [ct, reversed], { ...params, strides: params.lhsDilation, lhsDilation: params.strides, padding, featureGroupCount: groups, batchGroupCount: 1 });
  return params.batchGroupCount > 1 ? regroup(result, 1, 0, params.batchGroupCount) : result;
}

/** The operand correlated with the cotangent, batch and channels exchanged (jax's _conv_general_dilated_transpose_rhs). */
function convToKernel(ct: Tensor, operand: Tensor, kernel: Shape, params: ConvParams): Tensor {
  const padding = params.padding.map(([low], i): [number, number] => {
    const window = dilate(spatialOf(kernel)[i]!, params.rhsDilation[i]!);
    const total = dilate(spatialOf(ct.shape)[i]!, params.strides[i]!) + window - dilate(spatialOf(operand.shape)[i]!, params.lhsDilation[i]!) - 1;
    return [low, total - low];
  });
  const result = bindOne('conv', [swapaxes(operand, 0, 1), swapaxes(ct, 0, 1)], {
    strides: params.rhsDilation,
    padding,
    lhsDilation: params.lhsDilation,
    rhsDilation: params.strides,
    featureGroupCount: params.batchGroupCount,
    batchGroupCount: params.featureGroupCount,
  });
  return swapaxes(result, 0, 1);
}

/** A convolution whose result is empty passes nothing back. */
const empty = (ct: Tensor): boolean => ct.shape.some((dim: Dim) => dim === 0);

export const contractTransposeRules: { readonly [P in 'dot' | 'conv']: TransposeRule<P> } = {
  dot: ([ct], [lhs, rhs], params) => [
    lhs!.linear ? dotToLhs(ct!, lhs!.spec.shape.length, valueOf(rhs!), params) : null,
    rhs!.linear ? dotToRhs(ct!, valueOf(lhs!), rhs!.spec.shape.length, params) : null,
  ],
  conv: ([ct], [operand, kernel], params) => {
    if (empty(ct!)) return [operand!, kernel!].map((one) => (one.linear ? full(one.spec.shape, 0, one.spec.dtype) : null));
    return [
      operand!.linear ? convToOperand(ct!, operand!.spec.shape, valueOf(kernel!), params) : null,
      kernel!.linear ? convToKernel(ct!, valueOf(operand!), kernel!.spec.shape, params) : null,
    ];
  },
};
