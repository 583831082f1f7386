import { add, div, mul, sign, sqrt, square, sub } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, corrected, filled, updateMean } from './moments.js';
import type { AdamState } from './scale-by-adam.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface YogiOptions {
  /** The decay of the running mean, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running mean square, 0.999 by default. */
  readonly b2?: number;
  /** Added to the root in the denominator, 1e-3 by default. */
  readonly eps?: number;
  /** Added under the root, 0 by default. */
  readonly epsRoot?: number;
  /** What both running means start from, 1e-6 by default. */
  readonly initialAccumulatorValue?: number;
}

const optionNames = ['b1', 'b2', 'eps', 'epsRoot', 'initialAccumulatorValue'];

/**
 * Adam's direction with a mean square that moves towards the new one by its size and not by the difference (Optax:
 * `scale_by_yogi`). State: `{ count, mu, nu }`. Source: Zaheer et al., "Adaptive methods for nonconvex optimization", 2018.
 * @throws ArgumentError
 */
export function scaleByYogi(options: YogiOptions = {}): GradientTransformation<AdamState> {
  checkOptions('scaleByYogi', options, optionNames);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-3, epsRoot = 0, initialAccumulatorValue = 1e-6 } = options;
  requireNumbers('scaleByYogi', { b1, b2, eps, epsRoot, initialAccumulatorValue });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, initialAccumulatorValue), nu: filled(params, initialAccumulatorValue) }),
    update: (updates, state) => {
      const old = { count: countOf('scaleByYogi', state), ...fieldsOf('scaleByYogi', state, 'mu', 'nu') };
      const count = increment(old.count);
      const dtype = scalarDtype(updates);
      const mu = updateMean('scaleByYogi', updates, old.mu, b1);
      const nu = mapLeaves('scaleByYogi', (g, v) => sub(v, mul(mul(sign(sub(v, square(g))), square(g)), 1 - b2)), updates, old.nu);
      const [mean, meanSquare] = [corrected('scaleByYogi', mu, b1, count, dtype), corrected('scaleByYogi', nu, b2, count, dtype)];
      const direction = mapLeaves('scaleByYogi', (_, m, v) => div(m, add(sqrt(add(v, epsRoot)), eps)), updates, mean, meanSquare);
      return [direction, { count, mu: castLike('scaleByYogi', mu, old.mu), nu: castLike('scaleByYogi', nu, old.nu) }];
    },
  };
}

/** `scaleByYogi`, then the learning rate (Optax: `yogi`). State: `[{ count, mu, nu }, rate]`. @throws ArgumentError */
export function yogi(learningRate: LearningRate, options: YogiOptions = {}): GradientTransformation<readonly [AdamState, RateState]> {
  checkOptions('yogi', options, optionNames);
  return chain(scaleByYogi(options), scaleByLearningRate(learningRate));
}
