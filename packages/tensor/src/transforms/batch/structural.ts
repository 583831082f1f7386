import { full } from '../../ops/create.js';
import { where } from '../../ops/elementwise.js';
import { broadcastTo, reshape } from '../../ops/shape.js';
import type { ReduceParams } from '../../primitives/params.js';
import { bind, bindOne } from '../../program/bind.js';
import { front, materialize, shiftAxis, toFront, unaryBatch, type BatchRule, type BatchRuleOf } from './rule.js';

type Structural =
  | 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin' | 'argMax' | 'argMin' | 'cumSum' | 'cumProd' | 'sort'
  | 'reshape' | 'transpose' | 'broadcastTo' | 'concatenate' | 'slice' | 'split' | 'pad' | 'reverse' | 'iota' | 'dimension';

const reduce = (primitive: 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'): BatchRuleOf<ReduceParams> => ([x], [axis], params) => {
  const axes = params.axes.map((one) => shiftAxis(one, axis!));
  const outputs = bind(primitive, [x!], { ...params, axes });
  return { outputs, axes: [params.keepDims ? axis! : axis! - axes.filter((one) => one < axis!).length] };
};

const argument = (primitive: 'argMax' | 'argMin'): BatchRuleOf<{ readonly axis: number; readonly keepDims: boolean }> => ([x], [axis], params) => {
  const along = shiftAxis(params.axis, axis!);
  const outputs = bind(primitive, [x!], { ...params, axis: along });
  return { outputs, axes: [!params.keepDims && along < axis! ? axis! - 1 : axis!] };
};

const cumulative = (primitive: 'cumSum' | 'cumProd'): BatchRuleOf<{ readonly axis: number; readonly reverse: boolean }> => (inputs, [axis], params) => ({
  outputs: bind(primitive, inputs, { ...params, axis: shiftAxis(params.axis, axis!) }),
  axes: [axis!],
});

const insert = <T>(list: readonly T[], at: number, value: T): T[] => [...list.slice(0, at), value, ...list.slice(at)];

export const structuralBatchRules: { readonly [P in Structural]: BatchRule<P> } = {
  reduceSum: reduce('reduceSum'),
  reduceProd: reduce('reduceProd'),
  reduceMax: reduce('reduceMax'),
  reduceMin: reduce('reduceMin'),
  argMax: argument('argMax'),
  argMin: argument('argMin'),
  cumSum: cumulative('cumSum'),
  cumProd: cumulative('cumProd'),
  sort: (inputs, axes, params, size) => front(bind('sort', inputs.map((x, i) => materialize(x, axes[i]!, size)), { ...params, axis: params.axis + 1 })),
  reshape: ([x], [axis], { shape }, size) => front([reshape(toFront(x!, axis!), [size, ...shape])]),
  transpose: (inputs, [axis], { permutation }) => front(bind('transpose', inputs, { permutation: [axis!, ...permutation.map((one) => shiftAxis(one, axis!))] })),
  broadcastTo: ([x], [axis], { shape }, size) => {
    const moved = toFront(x!, axis!);
    const aligned = reshape(moved, [size, ...Array.from({ length: shape.length + 1 - moved.rank }, () => 1), ...moved.shape.slice(1)]);
    return front([broadcastTo(aligned, [size, ...shape])]);
  },
  concatenate: (inputs, axes, params, size) => front(bind('concatenate', inputs.map((x, i) => materialize(x, axes[i]!, size)), { axis: params.axis + 1 })),
  slice: (inputs, [axis], { starts, limits, strides }, size) => ({
    outputs: bind('slice', inputs, { starts: insert(starts, axis!, 0), limits: insert(limits, axis!, size), strides: insert(strides, axis!, 1) }),
    axes: [axis!],
  }),
  split: (inputs, [axis], params) => {
    const outputs = bind('split', inputs, { ...params, axis: shiftAxis(params.axis, axis!) });
    return { outputs, axes: outputs.map(() => axis!) };
  },
  pad: ([x, value], [axis, valueAxis], { low, high, interior }, size) => {
    const at = axis ?? 0;
    const operand = axis === null ? materialize(x!, null, size) : x!;
    const params = { low: insert(low, at, 0), high: insert(high, at, 0), interior: insert(interior, at, 0) };
    if (valueAxis === null) return { outputs: bind('pad', [operand, value!], params), axes: [at] };
    const padded = bindOne('pad', [operand, full([], 0, operand.dtype)], params);
    const inside = bindOne('pad', [full(operand.shape, true, 'bool'), full([], false, 'bool')], params);
    return { outputs: [where(inside, padded, reshape(value!, padded.shape.map((_, i) => (i === at ? size : 1))))], axes: [at] };
  },
  reverse: (inputs, [axis], { axes }) => ({ outputs: bind('reverse', inputs, { axes: axes.map((one) => shiftAxis(one, axis!)) }), axes: [axis!] }),
  iota: unaryBatch('iota'),
  dimension: unaryBatch('dimension'),
};
