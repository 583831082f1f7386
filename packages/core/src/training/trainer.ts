import { add, astype, random, scalar, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { groupCollections } from '../filter.js';
import type { Module } from '../module/module.js';
import type { Variables } from '../variables.js';
import { valueAndGradVariables, type AuxOf, type Loss, type ValueAndGradients, type ValueAndGradVariablesOptions } from './value-and-grad-variables.js';

/** What a trainer needs of an optimiser: those of `@flaxon/optim` have it (Optax: `GradientTransformation`). */
export interface Optimizer<State extends Tree<Tensor> = Tree<Tensor>> {
  init(params: Tree<Tensor>): State;
  update(updates: Tree<Tensor>, state: State, params: Tree<Tensor>): readonly [updates: Tree<Tensor>, state: State];
}

/** All that changes from step to step: a plain tree of tensors, to compile over, to save and to load. */
export type TrainState<State extends Tree<Tensor> = Tree<Tensor>> = {
  readonly variables: Variables;
  readonly optimizer: State;
  /** The number of steps so far, an int32 scalar. */
  readonly step: Tensor;
};

/** Keys of random streams; at each step the number of the step is folded in. */
export interface StepKeys {
  readonly [stream: string]: Tensor;
}

export interface Trainer<Args extends readonly unknown[], State extends Tree<Tensor>, Aux> {
  /** The state before the first step. */
  start(variables: Variables): TrainState<State>;
  /** The next state, and the loss with its aux, gradients and variables. Pure: it may be traced, compiled, and scanned over. */
  step(state: TrainState<State>, args: Args, rngs?: StepKeys): [TrainState<State>, Omit<ValueAndGradients<Aux>, 'variables'>];
}

/**
 * A training loop in one line a step, also of a model with running statistics and dropout: the gradient, the optimiser's update, what the model
 * wrote, and keys that differ from step to step.
 *
 *     const training = trainer((model, images: Tensor, labels: Tensor) => crossEntropy(model.call(images, { train: true }), labels), model, adam(1e-3), {
 *       mutable: ['batch_stats'],
 *     });
 *     const step = compile(training.step);
 *     let state = training.start(model.init(random.key(0), [images]));
 *     for (const { images, labels } of batches) [state, { value }] = await step(state, [images, labels], { dropout: random.key(1) });
 *
 * The optimiser sees the collections that are differentiated, by name: `{ params: { ... } }`.
 * @throws what `valueAndGradVariables` and the optimiser throw
 */
export function trainer<M extends Module, Args extends readonly unknown[], Result extends Loss, State extends Tree<Tensor>>(
  loss: (module: M, ...args: Args) => Result,
  module: M,
  optimizer: Optimizer<State>,
  options: ValueAndGradVariablesOptions = {},
): Trainer<Args, State, AuxOf<Result>> {
  const { collections = 'params' } = options;
  const lossAndGradients = valueAndGradVariables(loss, module, options);
  const trained = (variables: Variables): Variables => groupCollections(variables, [collections])[0]!;
  return {
    start: (variables) => ({ variables, optimizer: optimizer.init(trained(variables)), step: scalar(0, 'int32') }),
    step: (state, args, rngs = {}) => {
      const keys = Object.fromEntries(Object.entries(rngs).map(([stream, key]) => [stream, random.foldIn(key, state.step)]));
      const { variables, ...found } = lossAndGradients(state.variables, args, { rngs: keys });
      const before = trained(state.variables);
      const [updates, next] = optimizer.update(found.gradients, state.optimizer, before);
      const moved = tree.map((param: Tensor, update: Tensor) => astype(add(param, update), param.dtype), before, updates);
      // Of the form of the variables that it was made from.
      return [{ variables: { ...variables, ...(moved as Variables) }, optimizer: next, step: add(state.step, 1) }, found];
    },
  };
}
