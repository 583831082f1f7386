import { moveaxis, reshape } from '../../ops/shape.js';
import type { DotParams } from '../../primitives/params.js';
import { bindOne } from '../../program/bind.js';
import { mulDim } from '../../shape/dim.js';
import type { Tensor } from '../../tensor/tensor.js';
import { front, materialize, shiftAxis, toFront, type BatchRule } from './rule.js';

const shift = (axes: readonly number[], batchAxis: number): number[] => axes.map((axis) => shiftAxis(axis, batchAxis));

/** Joins axis `from` (moved to stand before it) into axis `to`, which counts without it. */
function joinInto(x: Tensor, from: number, to: number): Tensor {
  const moved = moveaxis(x, from, to);
  return reshape(moved, [...moved.shape.slice(0, to), mulDim(moved.shape[to]!, moved.shape[to + 1]!), ...moved.shape.slice(to + 2)]);
}

/** Cuts `axis` into (outer, rest). */
function cut(x: Tensor, axis: number, outer: number): Tensor {
  const size = x.shape[axis] as number;
  return reshape(x, [...x.shape.slice(0, axis), outer, size / outer, ...x.shape.slice(axis + 1)]);
}

const freeBefore = (rank: number, used: readonly number[], axis: number): number => Array.from({ length: rank }, (_, i) => i).filter((i) => i < axis && !used.includes(i)).length;

const dot: BatchRule<'dot'> = ([lhs, rhs], [axisL, axisR], params) => {
  const { lhsContract, rhsContract, lhsBatch, rhsBatch } = params;
  const left: Pick<DotParams, 'lhsContract' | 'lhsBatch'> = axisL === null ? params : { lhsContract: shift(lhsContract, axisL!), lhsBatch: shift(lhsBatch, axisL!) };
  const right: Pick<DotParams, 'rhsContract' | 'rhsBatch'> = axisR === null ? params : { rhsContract: shift(rhsContract, axisR!), rhsBatch: shift(rhsBatch, axisR!) };
  const run = (extra: Partial<DotParams> = {}): Tensor =>
    bindOne('dot', [lhs!, rhs!], { lhsContract: left.lhsContract, lhsBatch: left.lhsBatch, rhsContract: right.rhsContract, rhsBatch: right.rhsBatch, ...extra });
  if (axisL !== null && axisR !== null) return front([run({ lhsBatch: [axisL!, ...left.lhsBatch], rhsBatch: [axisR!, ...right.rhsBatch] })]);
  // One operand is batched: its batch axis is one more free axis.
  if (axisL !== null) return { outputs: [run()], axes: [lhsBatch.length + freeBefore(lhs!.rank, [...left.lhsContract, ...left.lhsBatch], axisL!)] };
  const lhsFree = lhs!.rank - lhsContract.length - lhsBatch.length;
  return { outputs: [run()], axes: [rhsBatch.length + lhsFree + freeBefore(rhs!.rank, [...right.rhsContract, ...right.rhsBatch], axisR!)] };
};

const conv: BatchRule<'conv'> = ([x, kernel], [axisX, axisK], params, size) => {
  const groups = params.featureGroupCount;
  if (axisK === null && params.batchGroupCount === 1) {
    // More rows of the batch.
    const result = bindOne('conv', [joinInto(x!, axisX!, 0), kernel!], params);
    return front([reshape(result, [size, (x!.shape as readonly number[])[shiftAxis(0, axisX!)]!, ...result.shape.slice(1)])]);
  }
  if (axisX === null && groups === 1 && params.batchGroupCount === 1) {
    // More output channels.
    const result = bindOne('conv', [x!, joinInto(kernel!, axisK!, 0)], params);
    return { outputs: [cut(result, 1, size as number)], axes: [1] };
  }
  // More groups: of features, or of the batch.
  const operand = materialize(x!, axisX!, size);
  const filter = joinInto(materialize(kernel!, axisK!, size), 0, 0);
  if (params.batchGroupCount > 1) {
    const result = bindOne('conv', [joinInto(toFront(operand, 0), 0, 0), filter], { ...params, batchGroupCount: params.batchGroupCount * (size as number) });
    return { outputs: [cut(result, 1, size as number)], axes: [1] };
  }
  const result = bindOne('conv', [joinInto(operand, 0, 1), filter], { ...params, featureGroupCount: groups * (size as number) });
  return { outputs: [cut(result, 1, size as number)], axes: [1] };
};

export const contractBatchRules: { readonly [P in 'dot' | 'conv']: BatchRule<P> } = { dot, conv };
