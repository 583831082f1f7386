import { tree, type Tensor, type Tree } from '@flaxon/tensor';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

/** The transformation that a function of updates and parameters is (Optax: `stateless`). */
export const stateless = (f: (updates: Tree<Tensor>, params: Tree<Tensor> | undefined) => Tree<Tensor>): GradientTransformation<EmptyState> => ({
  init: () => emptyState,
  update: <Updates extends Tree<Tensor>>(updates: Updates, _: Tree<Tensor>, params?: Tree<Tensor>): [Updates, EmptyState] => [f(updates, params) as Updates, emptyState],
});

/** The same of a function of one update and its parameter (Optax: `stateless_with_tree_map`). */
export const statelessWithTreeMap = (f: (update: Tensor, param: Tensor | undefined) => Tensor): GradientTransformation<EmptyState> =>
  stateless((updates, params) => (params === undefined ? tree.map((update: Tensor) => f(update, undefined), updates) : tree.map((update: Tensor, param: Tensor) => f(update, param), updates, params)));
