import { add, astype, div, sqrt, square, sub, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import { biasCorrection, castLike, filled, updateMean, updateMeanSquare } from './moments.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface RmsOptions {
  /** The decay of the running means, 0.9 by default. */
  readonly decay?: number;
  /** Added to the mean square, 1e-8 by default. */
  readonly eps?: number;
  /** The running mean square before the first update, 0 by default. */
  readonly initialScale?: number;
  /** False adds `eps` to the root and not under it. */
  readonly epsInSqrt?: boolean;
  /** True corrects the running means for their start, and counts updates for that. */
  readonly biasCorrection?: boolean;
}

/** The running mean square of the gradients, a tree like the parameters; the count of updates with bias correction only. */
export type RmsState = { readonly nu: Tree<Tensor> } | { readonly count: Tensor; readonly nu: Tree<Tensor> };
/** As `RmsState`, with the running mean. */
export type StddevState = { readonly mu: Tree<Tensor>; readonly nu: Tree<Tensor> } | { readonly count: Tensor; readonly mu: Tree<Tensor>; readonly nu: Tree<Tensor> };

export const rmsOptionNames = ['decay', 'eps', 'initialScale', 'epsInSqrt', 'biasCorrection'];

type Numbers = Required<RmsOptions>;

function numbersOf(transformation: string, options: RmsOptions): Numbers {
  checkOptions(transformation, options, rmsOptionNames);
  const { decay = 0.9, eps = 1e-8, initialScale = 0, epsInSqrt = true, biasCorrection: corrected = false } = options;
  requireNumbers(transformation, { decay, eps, initialScale });
  return { decay, eps, initialScale, epsInSqrt, biasCorrection: corrected };
}

/** sqrt(meanSquare + eps), or sqrt(meanSquare) + eps. */
const deviation = (meanSquare: Tensor, { eps, epsInSqrt }: Numbers): Tensor => (epsInSqrt ? sqrt(add(meanSquare, eps)) : add(sqrt(meanSquare), eps));

/** The count of a state with bias correction, as part of the state, and what corrects running means. */
function correction(transformation: string, state: OptimizerState, { decay, biasCorrection: corrected }: Numbers, updates: Tree<Tensor>) {
  if (!corrected) return { counted: {}, correct: (mean: Tensor): Tensor => mean };
  const count = increment(countOf(transformation, state));
  const bias = biasCorrection(decay, count, scalarDtype(updates));
  return { counted: { count }, correct: (mean: Tensor): Tensor => div(mean, astype(bias, mean.dtype)) };
}

/**
 * Updates divided by the root of their running mean square (Optax: `scale_by_rms`). State: `{ nu }`, with bias correction
 * `{ count, nu }`. Source: Hinton, "Neural networks for machine learning", lecture 6, 2012.
 * @throws ArgumentError
 */
export function scaleByRms(options: RmsOptions = {}): GradientTransformation<RmsState> {
  const numbers = numbersOf('scaleByRms', options);
  return {
    init: (params) => ({ ...(numbers.biasCorrection && { count: initialCount() }), nu: filled(params, numbers.initialScale) }),
    update: (updates, state) => {
      const old = fieldsOf('scaleByRms', state, 'nu');
      const nu = updateMeanSquare('scaleByRms', updates, old.nu, numbers.decay);
      const { counted, correct } = correction('scaleByRms', state, numbers, updates);
      const direction = mapLeaves('scaleByRms', (g, v) => div(g, deviation(correct(v), numbers)), updates, nu);
      return [direction, { ...counted, nu: castLike('scaleByRms', nu, old.nu) }];
    },
  };
}

/**
 * Updates divided by their running standard deviation (Optax: `scale_by_stddev`). State: `{ mu, nu }`, with bias correction
 * `{ count, mu, nu }`. Source: Graves, "Generating sequences with recurrent neural networks", 2013.
 * @throws ArgumentError
 */
export function scaleByStddev(options: RmsOptions = {}): GradientTransformation<StddevState> {
  const numbers = numbersOf('scaleByStddev', options);
  return {
    init: (params) => ({ ...(numbers.biasCorrection && { count: initialCount() }), mu: filled(params, 0), nu: filled(params, numbers.initialScale) }),
    update: (updates, state) => {
      const old = fieldsOf('scaleByStddev', state, 'mu', 'nu');
      const mu = updateMean('scaleByStddev', updates, old.mu, numbers.decay);
      const nu = updateMeanSquare('scaleByStddev', updates, old.nu, numbers.decay);
      const { counted, correct } = correction('scaleByStddev', state, numbers, updates);
      const variance = (m: Tensor, v: Tensor): Tensor => sub(correct(v), square(correct(m)));
      const direction = mapLeaves('scaleByStddev', (g, m, v) => div(g, deviation(variance(m, v), numbers)), updates, mu, nu);
      return [direction, { ...counted, mu: castLike('scaleByStddev', mu, old.mu), nu: castLike('scaleByStddev', nu, old.nu) }];
    },
  };
}
