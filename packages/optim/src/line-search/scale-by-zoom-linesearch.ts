import { ArgumentError, scalar, type Tensor, type Tree } from '@flaxon/tensor';
import { requireParams } from '../add-decayed-weights.js';
import { checkOptions, requireNumbers } from '../arguments.js';
import { initialCount } from '../count.js';
import { requireObjective, valueDtype, valueScalar } from '../objective.js';
import { fieldsOf } from '../state.js';
import type { ExtraArgs, GradientTransformationExtraArgs, OptimizerState } from '../transformation.js';
import { treeScale, treeZerosLike } from '../tree-math.js';
import { zoomLinesearch } from './zoom.js';

export interface ScaleByZoomLinesearchOptions {
  /** How often the objective is evaluated at most, from 1 on. */
  readonly maxLinesearchSteps: number;
  /** The longest step; none by default. */
  readonly maxLearningRate?: number | null;
  /** By how much both conditions may be missed, 0 by default. */
  readonly tol?: number;
  /** How much longer each step of the first phase is, 2 by default. */
  readonly increaseFactor?: number;
  /** Of the decrease that the slope promises, the part that a step must bring, 1e-4 by default. */
  readonly slopeRtol?: number;
  /** Of the slope, the part that may be left, 0.9 by default; infinity asks for a decrease alone. */
  readonly curvRtol?: number;
  /** How near to the first value, as a part of it, a decrease is judged by slopes, 1e-6 by default; null for never. */
  readonly approxDecRtol?: number | null;
  /** How short the interval may become before the best step so far is taken, 1e-5 by default. */
  readonly stepsizePrecision?: number;
  /** Where a search begins: at the step of the one before, as by default, or at 1, which suits Newton's method and its kin. */
  readonly initialGuessStrategy?: 'keep' | 'one';
}

/** Evaluations of the last search, and by how much it missed its conditions: 0 where it did not. The names are Optax's. */
export type ZoomLinesearchInfo = { readonly num_linesearch_steps: Tensor; readonly decrease_error: Tensor; readonly curvature_error: Tensor };

/** The step, and value and gradient at its end: what the next update begins with (`valueAndGradFromState`). The names are Optax's, also in what is saved. */
export type ScaleByZoomLinesearchState = { readonly learning_rate: Tensor; readonly value: Tensor; readonly grad: Tree<Tensor>; readonly info: ZoomLinesearchInfo };

const names = ['maxLinesearchSteps', 'maxLearningRate', 'tol', 'increaseFactor', 'slopeRtol', 'curvRtol', 'approxDecRtol', 'stepsizePrecision', 'initialGuessStrategy'];

/** @throws ArgumentError where `value` is no whole number from 1 on */
export function requireCount(transformation: string, argument: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) throw new ArgumentError(transformation, argument, `must be a whole number from 1 on, found ${String(value)}`);
}

/**
 * Updates times a step that decreases the objective enough and leaves little slope (the conditions of Wolfe), found by evaluating it and
 * its gradient (Optax: `scale_by_zoom_linesearch`). The updates must point downhill. `update` needs the parameters and
 * `{ value, grad, valueFn }`. State: `{ learning_rate, value, grad, info }`.
 * Source: Nocedal and Wright, "Numerical optimization", 1999; Hager and Zhang, "Algorithm 851: CG_DESCENT", 2006.
 * @throws ArgumentError; `update` throws MissingParamsError, MissingExtraArgsError
 */
export function scaleByZoomLinesearch(options: ScaleByZoomLinesearchOptions): GradientTransformationExtraArgs<ScaleByZoomLinesearchState> {
  checkOptions('scaleByZoomLinesearch', options, names);
  const { initialGuessStrategy = 'keep', ...given } = options;
  const numbers = { maxLearningRate: null, tol: 0, increaseFactor: 2, slopeRtol: 1e-4, curvRtol: 0.9, approxDecRtol: 1e-6, stepsizePrecision: 1e-5, ...given };
  const { maxLearningRate, approxDecRtol, ...always } = numbers;
  requireNumbers('scaleByZoomLinesearch', { ...always, ...(maxLearningRate !== null && { maxLearningRate }), ...(approxDecRtol !== null && { approxDecRtol }) });
  requireCount('scaleByZoomLinesearch', 'maxLinesearchSteps', numbers.maxLinesearchSteps);
  if (initialGuessStrategy !== 'keep' && initialGuessStrategy !== 'one') {
    throw new ArgumentError('scaleByZoomLinesearch', 'initialGuessStrategy', `must be 'keep' or 'one', found ${JSON.stringify(initialGuessStrategy)}`);
  }
  return {
    init: (params) => {
      const infinite = scalar(Infinity, valueDtype(params));
      const info = { num_linesearch_steps: initialCount(), decrease_error: infinite, curvature_error: infinite };
      return { learning_rate: scalar(1, valueDtype(params)), value: infinite, grad: treeZerosLike(params), info };
    },
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, ScaleByZoomLinesearchState] => {
      const at = requireParams('scaleByZoomLinesearch', params);
      const objective = requireObjective('scaleByZoomLinesearch', extraArgs);
      const { learning_rate: before } = fieldsOf('scaleByZoomLinesearch', state, 'learning_rate', 'value', 'grad', 'info');
      const dtype = valueDtype(at);
      const guess = initialGuessStrategy === 'one' ? scalar(1, dtype) : valueScalar(before as Tensor, dtype);
      const { stepsize, value, grad, count, errors } = zoomLinesearch(updates, at, objective, guess, dtype, numbers);
      const info = { num_linesearch_steps: count, decrease_error: errors.decrease, curvature_error: errors.curvature };
      return [treeScale(stepsize, updates), { learning_rate: stepsize, value, grad, info }];
    },
  };
}
