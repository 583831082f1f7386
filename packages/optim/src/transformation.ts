import type { Tensor, Tree } from '@flaxon/tensor';

/** What an optimiser remembers from step to step: a plain tree of tensors, so that it traces, scans and saves like parameters. */
export type OptimizerState = Tree<Tensor>;

/** The state of a transformation that remembers nothing. */
export type EmptyState = Readonly<Record<string, never>>;

/** The state of a transformation that counts its updates: an int32 scalar. */
export type CountState = { readonly count: Tensor };

/**
 * What some transformations need besides gradients and parameters (Optax: the keyword arguments of `update`). All of it reaches every part of a
 * chain, and those that do not need it pay it no attention.
 */
export interface ExtraArgs {
  /** The value of the objective at the parameters, a scalar. */
  readonly value?: Tensor;
  /** Its gradient there, a tree like the parameters: what the updates were before anything transformed them. */
  readonly grad?: Tree<Tensor>;
  /** The objective itself, a scalar; a batch or anything else that it needs comes from the scope around it. */
  valueFn?(params: Tree<Tensor>): Tensor;
  /** Anything that a transformation of one's own needs. */
  readonly [name: string]: unknown;
}

/**
 * A transformation of gradients into updates (Optax: `GradientTransformation`). Both functions are pure: all state is passed in
 * and out, so a training step with its optimiser traces into one graph.
 */
export interface GradientTransformation<State extends OptimizerState = OptimizerState> {
  /** The state before the first update, for parameters of these shapes and dtypes. */
  init(params: Tree<Tensor>): State;
  /**
   * The transformed updates, of the same structure, and the next state. `params` are the parameters before the update, which
   * some transformations need; so do some with `extraArgs`.
   * @throws OptimizerStateError where `state` is not one that `init` or `update` of this transformation made; TreeError and
   * ShapeError where `updates`, `state` and `params` do not match.
   */
  update<Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, State];
}

/** What a search along a line needs: the objective, and its value and gradient at the parameters. */
export type Objective = Required<Pick<ExtraArgs, 'value' | 'grad' | 'valueFn'>>;

/** A transformation that does not work without the parameters and `Extra` (Optax: `GradientTransformationExtraArgs`). */
export interface GradientTransformationExtraArgs<State extends OptimizerState = OptimizerState, Extra extends ExtraArgs = Objective & ExtraArgs> extends GradientTransformation<State> {
  /** As in `GradientTransformation`. @throws MissingExtraArgsError besides, where something was not given */
  update<Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params: Tree<Tensor>, extraArgs: Extra): [Updates, State];
}
