import type { WindowParams } from '../../primitives/params.js';
import { bind } from '../../program/bind.js';
import type { Dim } from '../../shape/dim.js';
import type { Tensor } from '../../tensor/tensor.js';
import { front, materialize, type BatchAxis, type BatchRule } from './rule.js';

const insert = <T>(list: readonly T[], at: number, value: T): T[] => [...list.slice(0, at), value, ...list.slice(at)];

/** The window with size 1 along the batch axis. */
function withAxis<P extends WindowParams>(params: P, axis: number): P {
  const { dimensions, strides, padding, baseDilation, windowDilation } = params;
  return {
    ...params,
    dimensions: insert(dimensions, axis, 1),
    strides: insert(strides, axis, 1),
    padding: insert(padding, axis, [0, 0] as const),
    baseDilation: insert(baseDilation, axis, 1),
    windowDilation: insert(windowDilation, axis, 1),
  };
}

/** Both operands with the batch axis in front. */
const alongFront = (inputs: readonly Tensor[], axes: readonly BatchAxis[], size: Dim): Tensor[] => inputs.map((x, i) => materialize(x, axes[i]!, size));

export const windowBatchRules: { readonly [P in 'windowSum' | 'windowSelect' | 'takeAlong' | 'putAlong']: BatchRule<P> } = {
  windowSum: (inputs, [axis], params) => ({ outputs: bind('windowSum', inputs, withAxis(params, axis!)), axes: [axis!] }),
  windowSelect: (inputs, [axis], params) => ({ outputs: bind('windowSelect', inputs, withAxis(params, axis!)), axes: [axis!, axis!] }),
  takeAlong: (inputs, axes, params, size) => front(bind('takeAlong', alongFront(inputs, axes, size), { ...params, axis: params.axis + 1 })),
  putAlong: (inputs, axes, params, size) => front(bind('putAlong', alongFront(inputs, axes, size), { ...params, axis: params.axis + 1 })),
};
