import type { Tensor, Tree } from '@flaxon/tensor';

/** What an optimiser remembers from step to step: a plain tree of tensors, so that it traces, scans and saves like parameters. */
export type OptimizerState = Tree<Tensor>;

/** The state of a transformation that remembers nothing. */
export type EmptyState = Readonly<Record<string, never>>;

/** The state of a transformation that counts its updates: an int32 scalar. */
export type CountState = { readonly count: Tensor };

/**
 * A transformation of gradients into updates (Optax: `GradientTransformation`). Both functions are pure: all state is passed in
 * and out, so a training step with its optimiser traces into one graph.
 */
export interface GradientTransformation<State extends OptimizerState = OptimizerState> {
  /** The state before the first update, for parameters of these shapes and dtypes. */
  init(params: Tree<Tensor>): State;
  /**
   * The transformed updates, of the same structure, and the next state. `params` are the parameters before the update, which
   * some transformations need.
   * @throws OptimizerStateError where `state` is not one that `init` or `update` of this transformation made; TreeError and
   * ShapeError where `updates`, `state` and `params` do not match.
   */
  update<Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>): [Updates, State];
}
