import { checkOptions } from '../arguments.js';
import { chain } from '../chain.js';
import { identity } from '../identity.js';
import type { LearningRate, RateState } from '../learning-rate.js';
import { scaleByZoomLinesearch, type ScaleByZoomLinesearchState } from '../line-search/scale-by-zoom-linesearch.js';
import { scale, scaleByLearningRate } from '../scale.js';
import type { EmptyState, GradientTransformation, GradientTransformationExtraArgs, OptimizerState } from '../transformation.js';
import { lbfgsOptionNames, scaleByLbfgs, type LbfgsState, type ScaleByLbfgsOptions } from './scale-by-lbfgs.js';

export interface LbfgsOptions<Linesearch extends GradientTransformation | null = GradientTransformation | null> extends ScaleByLbfgsOptions {
  /** A factor of every step; by default the search alone says how long a step is. */
  readonly learningRate?: LearningRate | null;
  /** How long a step is: `scaleByZoomLinesearch` from 1 on with at most 20 evaluations by default; null for no search. */
  readonly linesearch?: Linesearch;
}

type SearchState<Linesearch extends GradientTransformation | null> = Linesearch extends GradientTransformation<infer State> ? State : EmptyState;

/**
 * The limited-memory BFGS method: steps along gradients times an estimate of the inverse Hessian, as long as a search along the line finds
 * best (Optax: `lbfgs`). For objectives without noise; `update` needs the parameters and `{ value, grad, valueFn }`. See
 * `valueAndGradFromState`, which saves an evaluation, and `minimize`, which makes the whole loop. State: `[lbfgs, rate, search]`.
 * Source: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.
 * @throws ArgumentError; `update` throws MissingParamsError, MissingExtraArgsError
 */
export function lbfgs<Linesearch extends GradientTransformation | null = GradientTransformation<ScaleByZoomLinesearchState>>(
  options: LbfgsOptions<Linesearch> = {},
): GradientTransformationExtraArgs<readonly [LbfgsState, RateState, SearchState<Linesearch> & OptimizerState]> {
  checkOptions('lbfgs', options, [...lbfgsOptionNames, 'learningRate', 'linesearch']);
  const { learningRate = null, linesearch, ...rest } = options;
  const search = linesearch === undefined ? scaleByZoomLinesearch({ maxLinesearchSteps: 20, initialGuessStrategy: 'one' }) : (linesearch ?? identity());
  const downhill = learningRate === null ? scale(-1) : scaleByLearningRate(learningRate);
  return chain(scaleByLbfgs(rest), downhill, search as GradientTransformation<SearchState<Linesearch> & OptimizerState>);
}
