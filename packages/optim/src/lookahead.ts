import { add, ArgumentError, astype, equal, mul, rem, sub, tree, where, type Tensor, type Tree } from '@flaxon/tensor';
import { requireParams } from './add-decayed-weights.js';
import { checkOptions, requireNumber } from './arguments.js';
import { initialCount } from './count.js';
import { mapLeaves } from './leaves.js';
import { castLike } from './moments.js';
import { fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface LookaheadOptions {
  /** After how many updates fast and slow parameters meet, from 1 on. */
  readonly syncPeriod: number;
  /** How far the slow parameters go towards the fast ones then. */
  readonly slowStepSize: number;
  /** True begins the fast optimiser anew at each meeting. */
  readonly resetState?: boolean;
}

/** The two copies of the parameters: gradients are taken at the fast ones, the slow ones are the result. */
export type LookaheadParams<Params extends Tree<Tensor> = Tree<Tensor>> = { readonly fast: Params; readonly slow: Params };

/** The names are Optax's, also in what is saved. */
export type LookaheadState<State extends OptimizerState> = { readonly fast_state: State; readonly steps_since_sync: Tensor };

/** Both copies at the same place, to begin with (Optax: `LookaheadParams.init_synced`). */
export const lookaheadParams = <Params extends Tree<Tensor>>(params: Params): LookaheadParams<Params> => ({ fast: params, slow: params });

/**
 * Two copies of the parameters: the fast one moves by `fastOptimizer`, the slow one now and then a part of the way behind it, and the
 * fast one goes on from there (Optax: `lookahead`). `init` takes `lookaheadParams(params)`; `update` takes the gradients at
 * `params.fast`, and both copies as its parameters, and gives updates for both. State: `{ fast_state, steps_since_sync }`.
 * Source: Zhang et al., "Lookahead optimizer: k steps forward, 1 step back", 2019.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function lookahead<State extends OptimizerState>(fastOptimizer: GradientTransformation<State>, options: LookaheadOptions): {
  init(params: LookaheadParams): LookaheadState<State>;
  update(updates: Tree<Tensor>, state: OptimizerState, params: LookaheadParams): [LookaheadParams, LookaheadState<State>];
} {
  checkOptions('lookahead', options, ['syncPeriod', 'slowStepSize', 'resetState']);
  const { syncPeriod, slowStepSize, resetState = false } = options;
  requireNumber('lookahead', 'slowStepSize', slowStepSize);
  if (!(Number.isInteger(syncPeriod) && syncPeriod >= 1)) throw new ArgumentError('lookahead', 'syncPeriod', `must be a whole number from 1 on, found ${syncPeriod}`);
  return {
    init: ({ fast }) => ({ fast_state: fastOptimizer.init(fast), steps_since_sync: initialCount() }),
    update: (updates, state, params) => {
      const { fast, slow } = fieldsOf('lookahead', requireParams('lookahead', params), 'fast', 'slow');
      const old = fieldsOf('lookahead', state, 'fast_state', 'steps_since_sync');
      const since = old.steps_since_sync as Tensor;
      const meet = equal(since, syncPeriod - 1);
      const [steps, next] = fastOptimizer.update(updates, old.fast_state, fast);
      const apart = mapLeaves('lookahead', (step, f, s) => sub(add(f, step), s), steps, fast, slow);
      const move = (part: number): Tree<Tensor> => mapLeaves('lookahead', (distance) => where(meet, mul(distance, part), 0), apart);
      const kept = resetState ? tree.map((now: Tensor, first: Tensor) => astype(where(meet, first, now), now.dtype), next, fastOptimizer.init(fast)) : next;
      return [
        { fast: mapLeaves('lookahead', (step, back) => sub(step, back), steps, move(1 - slowStepSize)), slow: move(slowStepSize) },
        { fast_state: castLike('lookahead', kept, old.fast_state) as State, steps_since_sync: rem(add(since, 1), syncPeriod) },
      ];
    },
  };
}
