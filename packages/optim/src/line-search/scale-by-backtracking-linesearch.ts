import { add, greater, isinf, isnan, lessEqual, logicalAnd, logicalNot, maximum, minimum, mul, scalar, sub, where, whileLoop, type Tensor, type Tree } from '@flaxon/tensor';
import { requireParams } from '../add-decayed-weights.js';
import { checkOptions, requireNumbers } from '../arguments.js';
import { initialCount } from '../count.js';
import { evaluate, requireObjective, valueDtype, valueScalar } from '../objective.js';
import { fieldsOf } from '../state.js';
import type { ExtraArgs, GradientTransformationExtraArgs, OptimizerState } from '../transformation.js';
import { treeAddScale, treeScale, treeVdot, treeZerosLike } from '../tree-math.js';
import { requireCount } from './scale-by-zoom-linesearch.js';

export interface ScaleByBacktrackingLinesearchOptions {
  /** How often a step is made shorter at most, from 1 on. */
  readonly maxBacktrackingSteps: number;
  /** Of the decrease that the slope promises, the part that a step must bring, 1e-4 by default. */
  readonly slopeRtol?: number;
  /** What a step that is too long is multiplied by, 0.8 by default. */
  readonly decreaseFactor?: number;
  /** What the step of the search before is multiplied by to begin with, 1.5 by default; infinity begins at the longest. */
  readonly increaseFactor?: number;
  /** The longest step, 1 by default. */
  readonly maxLearningRate?: number;
  /** By how much the decrease may be missed, 0 by default; and as a part of the value, 0 by default. */
  readonly atol?: number;
  readonly rtol?: number;
  /** Whether the state keeps the gradient at the end of the step, for `valueAndGradFromState`; false by default. */
  readonly storeGrad?: boolean;
}

/** Evaluations of the last search, and by how much it missed the decrease: 0 where it did not. The names are Optax's. */
export type BacktrackingLinesearchInfo = { readonly num_linesearch_steps: Tensor; readonly decrease_error: Tensor };

/** The step, and the value at its end, with the gradient where it is kept. The names are Optax's, also in what is saved. */
export type ScaleByBacktrackingLinesearchState = { readonly learning_rate: Tensor; readonly value: Tensor; readonly grad: Tree<Tensor> | null; readonly info: BacktrackingLinesearchInfo };

const names = ['maxBacktrackingSteps', 'slopeRtol', 'decreaseFactor', 'increaseFactor', 'maxLearningRate', 'atol', 'rtol', 'storeGrad'];

type Search = { readonly stepsize: Tensor; readonly value: Tensor; readonly error: Tensor; readonly count: Tensor };

/**
 * Updates times a step that decreases the objective enough, found by making it shorter until it does (Optax:
 * `scale_by_backtracking_linesearch`). The updates must point downhill. `update` needs the parameters and `{ value, grad, valueFn }`.
 * State: `{ learning_rate, value, grad, info }`. Source: Armijo, 1966; Vaswani et al., "Painless stochastic gradient", 2019.
 * @throws ArgumentError; `update` throws MissingParamsError, MissingExtraArgsError
 */
export function scaleByBacktrackingLinesearch(options: ScaleByBacktrackingLinesearchOptions): GradientTransformationExtraArgs<ScaleByBacktrackingLinesearchState> {
  checkOptions('scaleByBacktrackingLinesearch', options, names);
  const { maxBacktrackingSteps, slopeRtol = 1e-4, decreaseFactor = 0.8, increaseFactor = 1.5, maxLearningRate = 1, atol = 0, rtol = 0, storeGrad = false } = options;
  requireNumbers('scaleByBacktrackingLinesearch', { slopeRtol, decreaseFactor, increaseFactor, maxLearningRate, atol, rtol });
  requireCount('scaleByBacktrackingLinesearch', 'maxBacktrackingSteps', maxBacktrackingSteps);
  return {
    init: (params) => {
      const infinite = scalar(Infinity, valueDtype(params));
      const info = { num_linesearch_steps: initialCount(), decrease_error: infinite };
      return { learning_rate: scalar(1, valueDtype(params)), value: infinite, grad: storeGrad ? treeZerosLike(params) : null, info };
    },
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, ScaleByBacktrackingLinesearchState] => {
      const at = requireParams('scaleByBacktrackingLinesearch', params);
      const { value: given, grad, valueFn } = requireObjective('scaleByBacktrackingLinesearch', extraArgs);
      const { learning_rate: before } = fieldsOf('scaleByBacktrackingLinesearch', state, 'learning_rate', 'value', 'grad', 'info');
      const dtype = valueDtype(at);
      const [value, slope] = [valueScalar(given, dtype), valueScalar(treeVdot(updates, grad), dtype)];
      const errorAt = (stepsize: Tensor, found: Tensor): Tensor => {
        const error = sub(sub(found, mul(value, 1 + rtol)), mul(mul(stepsize, slopeRtol), slope));
        return where(isnan(error), Infinity, maximum(error, 0));
      };
      const turn = (search: Search): Search => {
        const stepsize = where(greater(search.count, 0), mul(search.stepsize, decreaseFactor), search.stepsize);
        const found = valueScalar(valueFn(treeAddScale(at, stepsize, updates)), dtype);
        return { stepsize, value: found, error: errorAt(stepsize, found), count: add(search.count, 1) };
      };
      const isUnfinished = ({ error, count }: Search): Tensor => logicalAnd(logicalNot(lessEqual(error, atol)), lessEqual(count, maxBacktrackingSteps));
      const start: Search = { stepsize: minimum(mul(valueScalar(before as Tensor, dtype), increaseFactor), maxLearningRate), value, error: scalar(Infinity, dtype), count: initialCount() };
      const { stepsize, value: found, error, count } = whileLoop(isUnfinished, turn, start);
      // No step at all where every value was infinite or none.
      const taken = where(isinf(error), 0, stepsize);
      const kept = storeGrad ? evaluate(valueFn, treeAddScale(at, stepsize, updates), dtype)[1] : null;
      return [treeScale(taken, updates), { learning_rate: taken, value: found, grad: kept, info: { num_linesearch_steps: count, decrease_error: error } }];
    },
  };
}
