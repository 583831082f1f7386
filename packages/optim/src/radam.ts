import { add, astype, div, greaterEqual, mul, pow, scalar, sqrt, sub, where, type Dtype, type Tensor } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, corrected, filled, updateMean, updateMeanSquare } from './moments.js';
import type { AdamState } from './scale-by-adam.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface RadamOptions {
  /** The decay of the running mean, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running mean square, 0.999 by default. */
  readonly b2?: number;
  /** Added to the root in the denominator, 1e-8 by default. */
  readonly eps?: number;
  /** Added under the root, 0 by default. */
  readonly epsRoot?: number;
  /** The length of the average from which on its variance is trusted, 5 by default. */
  readonly threshold?: number;
  /** Nesterov's momentum. */
  readonly nesterov?: boolean;
}

const optionNames = ['b1', 'b2', 'eps', 'epsRoot', 'threshold', 'nesterov'];

/** How long the average of squares is at the update `count`, and what its variance is corrected by. */
function rectification(b2: number, count: Tensor, dtype: Dtype): { readonly length: Tensor; readonly factor: Tensor } {
  const longest = 2 / (1 - b2) - 1;
  const steps = astype(count, dtype);
  const decayed = pow(scalar(b2, dtype), steps);
  const length = sub(longest, div(mul(mul(steps, 2), decayed), sub(1, decayed)));
  const squared = div(mul(mul(mul(sub(length, 4), sub(length, 2)), longest), 1 / ((longest - 4) * (longest - 2))), length);
  return { length, factor: sqrt(squared) };
}

/**
 * Adam's direction with its variance rectified, and the running mean alone while that is not known (Optax: `scale_by_radam`).
 * State: `{ count, mu, nu }`. Source: Liu et al., "On the variance of the adaptive learning rate and beyond", 2020.
 * @throws ArgumentError
 */
export function scaleByRadam(options: RadamOptions = {}): GradientTransformation<AdamState> {
  checkOptions('scaleByRadam', options, optionNames);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, threshold = 5, nesterov = false } = options;
  requireNumbers('scaleByRadam', { b1, b2, eps, epsRoot, threshold });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, 0), nu: filled(params, 0) }),
    update: (updates, state) => {
      const old = { count: countOf('scaleByRadam', state), ...fieldsOf('scaleByRadam', state, 'mu', 'nu') };
      const count = increment(old.count);
      const dtype = scalarDtype(updates);
      const mu = updateMean('scaleByRadam', updates, old.mu, b1);
      const nu = updateMeanSquare('scaleByRadam', updates, old.nu, b2);
      const ahead = (): typeof mu =>
        updateMean('scaleByRadam', corrected('scaleByRadam', updates, b1, count, dtype), corrected('scaleByRadam', mu, b1, increment(count), dtype), b1);
      const mean = nesterov ? ahead() : corrected('scaleByRadam', mu, b1, count, dtype);
      const { length, factor } = rectification(b2, count, dtype);
      const isKnown = greaterEqual(length, threshold);
      const direction = mapLeaves(
        'scaleByRadam',
        (_, m, v) => where(isKnown, div(mul(astype(factor, m.dtype), m), add(sqrt(add(v, epsRoot)), eps)), m),
        updates,
        mean,
        corrected('scaleByRadam', nu, b2, count, dtype),
      );
      return [direction, { count, mu: castLike('scaleByRadam', mu, old.mu), nu: castLike('scaleByRadam', nu, old.nu) }];
    },
  };
}

/** `scaleByRadam`, then the learning rate (Optax: `radam`). State: `[{ count, mu, nu }, rate]`. @throws ArgumentError */
export function radam(learningRate: LearningRate, options: RadamOptions = {}): GradientTransformation<readonly [AdamState, RateState]> {
  checkOptions('radam', options, optionNames);
  return chain(scaleByRadam(options), scaleByLearningRate(learningRate));
}
