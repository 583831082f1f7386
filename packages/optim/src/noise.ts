import { add, astype, div, index, mul, pow, random, sqrt, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { scalarDtype } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface NoiseOptions {
  /** The variance of the noise of the first update, and the power of the count by which it falls. */
  readonly eta: number;
  readonly gamma: number;
  /** What the noise is drawn with: `random.key(seed)`. */
  readonly key: Tensor;
}

/** The count of updates, and the key that the next noise comes from. The names are Optax's, also in what is saved. */
export type NoiseState = { readonly count: Tensor; readonly rng_key: Tensor };

/**
 * Updates plus normal noise of variance eta / t^gamma (Optax: `add_noise`, with JAX's draws). State: `{ count, rng_key }`.
 * Source: Neelakantan et al., "Adding gradient noise improves learning for very deep networks", 2015.
 * @throws ArgumentError
 */
export function addNoise({ eta, gamma, key }: NoiseOptions): GradientTransformation<NoiseState> {
  requireNumbers('addNoise', { eta, gamma });
  return {
    init: () => ({ count: initialCount(), rng_key: key }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, NoiseState] => {
      const count = increment(countOf('addNoise', state));
      const deviation = sqrt(div(eta, pow(astype(count, scalarDtype(updates)), gamma)));
      const both = random.split(fieldsOf('addNoise', state, 'rng_key').rng_key as Tensor);
      const { leaves, structure } = tree.flatten<Tensor>(updates);
      const keys = random.split(index(both, [1]), leaves.length);
      const noisy = leaves.map((leaf, i) => add(leaf, mul(random.normal(index(keys, [i]), leaf.shape, { dtype: leaf.dtype }), astype(deviation, leaf.dtype))));
      return [tree.unflatten(structure, noisy) as Updates, { count, rng_key: index(both, [0]) }];
    },
  };
}

/**
 * Gradient descent with noise that falls (Optax: `noisy_sgd`). State: `[{ count, rng_key }, rate]`. Source: Neelakantan et al., 2015.
 * @throws ArgumentError
 */
export function noisySgd(learningRate: LearningRate, { eta = 0.01, gamma = 0.55, key }: Pick<NoiseOptions, 'key'> & Partial<NoiseOptions>): GradientTransformation<readonly [NoiseState, RateState]> {
  return chain(addNoise({ eta, gamma, key }), scaleByLearningRate(learningRate));
}
