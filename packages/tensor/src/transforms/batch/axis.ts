import type { AxisPrimitive } from '../../kernels/kernel.js';
import { dimensionSize, iota } from '../../ops/create.js';
import { mul } from '../../ops/elementwise.js';
import { convert } from '../../ops/operand.js';
import { broadcastTo, expandDims, moveaxis } from '../../ops/shape.js';
import type { PrimitiveParams } from '../../primitives/params.js';
import { bind, bindOne } from '../../program/bind.js';
import { front, toFront, unaryBatch, type BatchProgram, type BatchRule } from './rule.js';

const isOwn = ({ axisName }: { readonly axisName: string }, batch: BatchProgram): boolean => batch.axis?.name === axisName;

const reductions = { sum: 'reduceSum', max: 'reduceMax', min: 'reduceMin' } as const satisfies { readonly [R in PrimitiveParams['collective']['reduction']]: string };

/** Across the axis of these examples: an ordinary operation along the batch axis. Across another one: the same for each example. */
export const axisBatchRules: { readonly [P in AxisPrimitive]: BatchRule<P> } = {
  collective: ([x], [axis], params, size, batch) => {
    if (!isOwn(params, batch)) return unaryBatch('collective')([x!], [axis!], params, size, batch);
    if (axis !== null) return { outputs: bind(reductions[params.reduction], [x!], { axes: [axis!], keepDims: false }), axes: [null] };
    return { outputs: [params.reduction === 'sum' ? mul(x!, convert(dimensionSize(size), x!.dtype)) : x!], axes: [null] };
  },
  allGather: ([x], [axis], params, size, batch) => {
    if (!isOwn(params, batch)) return front([bindOne('allGather', [toFront(x!, axis!)], { ...params, axis: params.axis + 1 })]);
    if (axis !== null) return { outputs: [moveaxis(x!, axis!, params.axis)], axes: [null] };
    const { shape } = x!;
    return { outputs: [broadcastTo(expandDims(x!, params.axis), [...shape.slice(0, params.axis), size, ...shape.slice(params.axis)])], axes: [null] };
  },
  axisIndex: (_inputs, _axes, params, size, batch) =>
    isOwn(params, batch) ? front([iota('int32', [size])]) : { outputs: bind('axisIndex', [], params), axes: [null] },
};
