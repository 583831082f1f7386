import { cond, isfinite, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { OptimizerStateError } from '../errors.js';
import { evaluate } from '../objective.js';
import type { OptimizerState } from '../transformation.js';

/** Every node of a state that stands under `name`. */
function nodesNamed(state: Tree<Tensor>, name: string): Tree<Tensor>[] {
  if (Array.isArray(state)) return (state as readonly Tree<Tensor>[]).flatMap((part) => nodesNamed(part, name));
  if (!tree.isRecord(state)) return [];
  return Object.entries(state).flatMap(([key, part]) => (key === name ? [part as Tree<Tensor>] : nodesNamed(part as Tree<Tensor>, name)));
}

/** Whether a search has left a value and a gradient in the state, which the next update may begin with. */
export const hasValueAndGrad = (state: OptimizerState): boolean => ['value', 'grad'].every((name) => nodesNamed(state, name).filter((node) => node !== null).length === 1);

/**
 * As `valueAndGrad(valueFn)`, but with what the search of the update before has left in `state`: the objective is evaluated only where
 * that is not finite, as before the first update (Optax: `value_and_grad_from_state`). `valueFn` must be the one that the search was given,
 * so a new batch rules this out.
 *
 *     const [value, grad] = valueAndGradFromState(loss)(params, state);
 *     const [updates, next] = optimizer.update(grad, state, params, { value, grad, valueFn: loss });
 * @throws OptimizerStateError where `state` has no value or no gradient, or several
 */
export function valueAndGradFromState<Params extends Tree<Tensor>>(valueFn: (params: Params) => Tensor): (params: Params, state: OptimizerState) => [value: Tensor, grad: Params] {
  return (params, state) => {
    if (!hasValueAndGrad(state)) {
      throw new OptimizerStateError('valueAndGradFromState', 'one with one `value` and one `grad`, as `scaleByZoomLinesearch` and `scaleByBacktrackingLinesearch({ storeGrad: true })` keep them', state);
    }
    const [value, grad] = [nodesNamed(state, 'value')[0] as Tensor, nodesNamed(state, 'grad')[0]!];
    const found = cond(
      isfinite(value),
      ({ kept }) => kept,
      ({ at }) => evaluate((given) => valueFn(given as Params), at, value.dtype),
      { kept: [value, grad] as readonly [Tensor, Tree<Tensor>], at: params as Tree<Tensor> },
    );
    return [found[0] as Tensor, found[1] as Params];
  };
}
