import { add, mul, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumber } from './arguments.js';
import { mapLeaves } from './leaves.js';
import { castLike, filled } from './moments.js';
import { fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface TraceOptions {
  readonly decay: number;
  /** Nesterov's momentum: looks one step ahead. */
  readonly nesterov?: boolean;
  /** The dtype of the trace, that of the parameters by default. */
  readonly accumulatorDtype?: Dtype;
}

/** The decaying sum of the gradients, a tree like the parameters. */
export type TraceState = { readonly trace: Tree<Tensor> };

/** Momentum: updates become their own decaying sum, g + decay t (Optax: `trace`). State: `{ trace }`. @throws ArgumentError */
export function trace(options: TraceOptions): GradientTransformation<TraceState> {
  checkOptions('trace', options, ['decay', 'nesterov', 'accumulatorDtype']);
  const { decay, nesterov = false, accumulatorDtype } = options;
  requireNumber('trace', 'decay', decay);
  const decaying = <T extends Tree<Tensor>>(updates: T, sum: Tree<Tensor>): T => mapLeaves('trace', (g, t) => add(g, mul(t, decay)), updates, sum);
  return {
    init: (params) => ({ trace: filled(params, 0, accumulatorDtype) }),
    update: (updates, state) => {
      const old = fieldsOf('trace', state, 'trace').trace;
      const sum = decaying(updates, old);
      return [nesterov ? decaying(updates, sum) : sum, { trace: castLike('trace', sum, old) }];
    },
  };
}
