import { add, greater, isfinite, less, logicalAnd, whileLoop, type Tensor, type Tree } from '@flaxon/tensor';
import { applyUpdates } from '../apply-updates.js';
import { checkOptions, requireNumbers } from '../arguments.js';
import { initialCount } from '../count.js';
import { hasValueAndGrad, valueAndGradFromState } from '../line-search/value-and-grad-from-state.js';
import { evaluate, valueDtype } from '../objective.js';
import type { GradientTransformation, OptimizerState } from '../transformation.js';
import { treeNorm } from '../tree-math.js';
import { lbfgs } from './lbfgs.js';

export interface MinimizeOptions {
  /** `lbfgs()` by default. */
  readonly optimizer?: GradientTransformation;
  /** Ends where the gradient is at most this long, 1e-5 by default. */
  readonly tolerance?: number;
  /** How many updates there are at most, 100 by default. */
  readonly maxIterations?: number;
}

/** Where an objective is least, as far as it was found; its value there, the length of its gradient, and how many updates it took. */
export type Minimum<Params extends Tree<Tensor>> = { readonly params: Params; readonly value: Tensor; readonly gradientNorm: Tensor; readonly iterations: Tensor };

/**
 * A minimum of `valueFn` near `start`: updates until the gradient is short, as one loop that traces, compiles and, by `vmap`, solves many
 * problems at once. No derivative flows through it in reverse.
 *
 *     const { params, value } = minimize(({ x }) => sum(square(sub(x, 3))), { x: zeros([2]) });
 * @throws ArgumentError
 */
export function minimize<Params extends Tree<Tensor>>(valueFn: (params: Params) => Tensor, start: Params, options: MinimizeOptions = {}): Minimum<Params> {
  checkOptions('minimize', options, ['optimizer', 'tolerance', 'maxIterations']);
  const { optimizer = lbfgs(), tolerance = 1e-5, maxIterations = 100 } = options;
  requireNumbers('minimize', { tolerance, maxIterations });
  const objective = (params: Tree<Tensor>): Tensor => valueFn(params as Params);
  const dtype = valueDtype(start);
  type State = { readonly params: Tree<Tensor>; readonly optimizer: OptimizerState; readonly value: Tensor; readonly grad: Tree<Tensor>; readonly iterations: Tensor };
  const turn = ({ params, optimizer: state, value, grad, iterations }: State): State => {
    const [updates, next] = optimizer.update(grad, state, params, { value, grad, valueFn: objective });
    const moved = applyUpdates(params, updates);
    const [nextValue, nextGrad] = hasValueAndGrad(next) ? valueAndGradFromState(objective)(moved, next) : evaluate(objective, moved, dtype);
    return { params: moved, optimizer: next, value: nextValue, grad: nextGrad, iterations: add(iterations, 1) };
  };
  const isUnfinished = ({ value, grad, iterations }: State): Tensor => logicalAnd(logicalAnd(greater(treeNorm(grad), tolerance), isfinite(value)), less(iterations, maxIterations));
  const [value, grad] = evaluate(objective, start, dtype);
  const { params, value: least, grad: last, iterations } = whileLoop(isUnfinished, turn, { params: start, optimizer: optimizer.init(start), value, grad, iterations: initialCount() });
  return { params: params as Params, value: least, gradientNorm: treeNorm(last), iterations };
}
