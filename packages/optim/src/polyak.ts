import { add, ArgumentError, div, lessEqual, minimum, relu, sub, where, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { requireValue, valueDtype, valueScalar } from './objective.js';
import { sgd } from './sgd.js';
import { emptyState } from './state.js';
import type { TraceState } from './trace.js';
import type { EmptyState, ExtraArgs, GradientTransformation, GradientTransformationExtraArgs, OptimizerState } from './transformation.js';
import { treeNorm, treeScale } from './tree-math.js';

export interface PolyakOptions {
  /** A lower bound of the objective, 0 by default. */
  readonly fMin?: number;
  /** The longest step, 1 by default. */
  readonly maxLearningRate?: number;
  /** Added to the squared norm, 0 by default. */
  readonly eps?: number;
  /** 'sps', as by default, or 'sps+', which never steps backwards where the value is below the bound. */
  readonly variant?: 'sps' | 'sps+';
}

/** What `update` needs besides: the value of the objective at the parameters. */
export type ObjectiveValue = ExtraArgs & { readonly value: Tensor };

/** Squared norms up to this count as 0: the rounding of float64, in any dtype, as in Optax. */
const rounding = 2 ** -52;

/**
 * Updates times (value - fMin) / |updates|^2: the step that leads to the bound where the objective is linear (Optax: `scale_by_polyak`).
 * `update` needs `{ value }`. Source: Polyak, "Introduction to optimization", 1987; Loizou et al., "Stochastic Polyak step-size for SGD", 2021.
 * @throws ArgumentError; `update` throws MissingExtraArgsError
 */
export function scaleByPolyak(options: PolyakOptions = {}): GradientTransformation<EmptyState> {
  checkOptions('scaleByPolyak', options, ['fMin', 'maxLearningRate', 'eps', 'variant']);
  const { fMin = 0, maxLearningRate = 1, eps = 0, variant = 'sps' } = options;
  requireNumbers('scaleByPolyak', { fMin, maxLearningRate, eps });
  if (variant !== 'sps' && variant !== 'sps+') throw new ArgumentError('scaleByPolyak', 'variant', `must be 'sps' or 'sps+', found ${JSON.stringify(variant)}`);
  return {
    init: () => emptyState,
    update: <Updates extends Tree<Tensor>>(updates: Updates, _: OptimizerState, __?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, EmptyState] => {
      const dtype = valueDtype(updates);
      const gap = sub(valueScalar(requireValue('scaleByPolyak', extraArgs), dtype), fMin);
      const squares = add(valueScalar(treeNorm(updates, { squared: true }), dtype), eps);
      const isNone = lessEqual(squares, rounding);
      const step = minimum(div(variant === 'sps+' ? relu(gap) : gap, where(isNone, 1, squares)), maxLearningRate);
      return [treeScale(where(isNone, 0, step), updates), emptyState];
    },
  };
}

/**
 * Gradient descent with Polyak's steps (Optax: `polyak_sgd`). `update` needs the parameters and `{ value }`. State: `[[{}, rate], {}]`.
 * Source: Loizou et al., "Stochastic Polyak step-size for SGD: an adaptive learning rate for fast convergence", 2021.
 * @throws ArgumentError; `update` throws MissingExtraArgsError
 */
export function polyakSgd(options: PolyakOptions & { readonly scaling?: LearningRate } = {}): GradientTransformationExtraArgs<readonly [readonly [TraceState | EmptyState, RateState], EmptyState], ObjectiveValue> {
  const { scaling = 1, ...rest } = options;
  return chain(sgd(scaling), scaleByPolyak(rest));
}
