import { add, all, ArgumentError, astype, cond, greater, isfinite, logicalAnd, logicalNot, logicalOr, mul, scalar, tree, zeros, type Tensor, type Tree } from '@flaxon/tensor';
import { increment, initialCount } from './count.js';
import { castLike } from './moments.js';
import { fieldsOf } from './state.js';
import type { ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';

/** How many updates in a row, and in all, were not finite. The names are Optax's, also in what is saved. */
export type ApplyIfFiniteState<State extends OptimizerState> = {
  readonly notfinite_count: Tensor;
  readonly last_finite: Tensor;
  readonly total_notfinite: Tensor;
  readonly inner_state: State;
};

/**
 * `inner`, except that updates with an infinity or a NaN become 0 and leave its state as it was, unless it happens more than
 * `maxConsecutiveErrors` times in a row (Optax: `apply_if_finite`).
 * State: `{ notfinite_count, last_finite, total_notfinite, inner_state }`.
 * @throws ArgumentError where the limit is no whole number from 0 on
 */
export function applyIfFinite<State extends OptimizerState>(inner: GradientTransformation<State>, maxConsecutiveErrors: number): GradientTransformation<ApplyIfFiniteState<State>> {
  if (!(Number.isInteger(maxConsecutiveErrors) && maxConsecutiveErrors >= 0)) {
    throw new ArgumentError('applyIfFinite', 'maxConsecutiveErrors', `must be a whole number from 0 on, found ${maxConsecutiveErrors}`);
  }
  return {
    init: (params) => ({ notfinite_count: initialCount(), last_finite: scalar(true, 'bool'), total_notfinite: initialCount(), inner_state: inner.init(params) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, ApplyIfFiniteState<State>] => {
      const old = fieldsOf('applyIfFinite', state, 'notfinite_count', 'total_notfinite', 'inner_state');
      const [inRow, inAll] = [old.notfinite_count as Tensor, old.total_notfinite as Tensor];
      const finite = tree.leaves<Tensor>(updates).map((leaf) => all(isfinite(leaf))).reduce((one, other) => logicalAnd(one, other), scalar(true, 'bool'));
      const failed = astype(logicalNot(finite), 'int32');
      const count = mul(increment(inRow), failed);
      // What a branch computes with comes in as an operand: an operation on other tensors would run in either case.
      type Given = { readonly updates: Updates; readonly state: Tree<Tensor>; readonly params: Tree<Tensor> };
      const apply = (given: Given): Tree<Tensor> => {
        const [steps, next] = inner.update(given.updates, given.state, given.params ?? undefined, extraArgs);
        return { updates: castLike('applyIfFinite', steps, given.updates), state: castLike('applyIfFinite', next, given.state) };
      };
      const refuse = (given: Given): Tree<Tensor> => ({ updates: tree.map((leaf: Tensor) => zeros(leaf.shape, leaf.dtype), given.updates), state: given.state });
      const given: Given = { updates, state: old.inner_state, params: params ?? null };
      const chosen = cond(logicalOr(finite, greater(count, maxConsecutiveErrors)), apply, refuse, given) as { readonly updates: Updates; readonly state: State };
      return [chosen.updates, { notfinite_count: count, last_finite: finite, total_notfinite: add(inAll, failed), inner_state: chosen.state }];
    },
  };
}
