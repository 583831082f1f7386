import { add, all, ArgumentError, astype, greater, isfinite, logicalAnd, logicalNot, logicalOr, mul, scalar, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { updateWhere } from './conditional.js';
import { increment, initialCount } from './count.js';
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
      const applied = logicalOr(finite, greater(count, maxConsecutiveErrors));
      const [steps, next] = updateWhere('applyIfFinite', applied, { inner, updates, state: old.inner_state, params, extraArgs, otherwise: 'zero' });
      return [steps, { notfinite_count: count, last_finite: finite, total_notfinite: add(inAll, failed), inner_state: next }];
    },
  };
}
