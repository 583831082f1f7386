import { add, astype, div, full, mul, pow, scalar, square, sub, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { mapLeaves } from './leaves.js';

/** (1 - decay) g + decay m for each gradient g and its running mean m (Optax: `tree.update_moment`, order 1). */
export const updateMean = (transformation: string, updates: Tree<Tensor>, mean: Tree<Tensor>, decay: number): Tree<Tensor> =>
  mapLeaves(transformation, (g, m) => add(mul(g, 1 - decay), mul(m, decay)), updates, mean);

/** (1 - decay) g^2 + decay v for each gradient g and its running mean square v (Optax: `tree.update_moment_per_elem_norm`). */
export const updateMeanSquare = (transformation: string, updates: Tree<Tensor>, meanSquare: Tree<Tensor>, decay: number): Tree<Tensor> =>
  mapLeaves(transformation, (g, v) => add(mul(square(g), 1 - decay), mul(v, decay)), updates, meanSquare);

/**
 * 1 - decay^count: what a running mean that started at 0 has to be divided by, as a scalar of `dtype`
 * (Kingma and Ba, "Adam", 2015, section 3).
 */
export const biasCorrection = (decay: number, count: Tensor, dtype: Dtype): Tensor => sub(1, pow(scalar(decay, dtype), astype(count, dtype)));

/** Running means that started at 0, corrected for that after `count` updates (Optax: `tree.bias_correction`). */
export function corrected(transformation: string, means: Tree<Tensor>, decay: number, count: Tensor, dtype: Dtype): Tree<Tensor> {
  const correction = biasCorrection(decay, count, dtype);
  return mapLeaves(transformation, (mean) => div(mean, astype(correction, mean.dtype)), means);
}

/** A tree of `value` in the shapes of `params`, and their dtypes unless another is given. */
export const filled = (params: Tree<Tensor>, value: number, dtype?: Dtype): Tree<Tensor> =>
  mapLeaves('init', (param) => full(param.shape, value, dtype ?? param.dtype), params);

/** `tree` in the dtypes of the state that it replaces, so that states keep theirs and a step can be scanned. */
export const castLike = (transformation: string, tree: Tree<Tensor>, like: Tree<Tensor>): Tree<Tensor> =>
  mapLeaves(transformation, (leaf, other) => astype(leaf, other.dtype), tree, like);

