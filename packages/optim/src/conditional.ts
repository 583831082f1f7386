import { cond, tree, zeros, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions } from './arguments.js';
import { increment, initialCount } from './count.js';
import { castLike } from './moments.js';
import { fieldsOf } from './state.js';
import type { ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';

export interface Conditional<State extends OptimizerState, Updates extends Tree<Tensor>> {
  readonly inner: GradientTransformation<State>;
  readonly updates: Updates;
  readonly state: OptimizerState;
  readonly params: Tree<Tensor> | undefined;
  readonly extraArgs: ExtraArgs | undefined;
  /** What updates are where the condition does not hold: themselves, or 0. */
  readonly otherwise: 'keep' | 'zero';
}

/** The updates and the next state of `inner` where the bool scalar holds; elsewhere its state stays as it was. One of both runs. */
export function updateWhere<State extends OptimizerState, Updates extends Tree<Tensor>>(transformation: string, condition: Tensor, { inner, updates, state, params, extraArgs, otherwise }: Conditional<State, Updates>): [Updates, State] {
  // What a branch computes with comes in as an operand: an operation on other tensors would run in either case.
  type Given = { readonly updates: Updates; readonly state: Tree<Tensor>; readonly params: Tree<Tensor> };
  const apply = (given: Given): Tree<Tensor> => {
    const [steps, next] = inner.update(given.updates, given.state, given.params ?? undefined, extraArgs);
    return { updates: castLike(transformation, steps, given.updates), state: castLike(transformation, next, given.state) };
  };
  const refuse = (given: Given): Tree<Tensor> => ({
    updates: otherwise === 'keep' ? given.updates : tree.map((leaf: Tensor) => zeros(leaf.shape, leaf.dtype), given.updates),
    state: given.state,
  });
  const chosen = cond(condition, apply, refuse, { updates, state, params: params ?? null }) as { readonly updates: Updates; readonly state: State };
  return [chosen.updates, chosen.state];
}

/** The updates so far, and the state of the transformation. The names are Optax's, also in what is saved. */
export type ConditionalState<State extends OptimizerState> = { readonly step: Tensor; readonly inner_state: State };

/** Whether to transform, a bool scalar, from the count of updates so far and what `update` was given besides. */
export type Condition = (step: Tensor, extraArgs: ExtraArgs) => Tensor;

export interface ConditionalOptions {
  /** Whether the condition gets what `update` was given besides, false by default. */
  readonly forwardExtraArgs?: boolean;
}

function conditional<State extends OptimizerState>(transformation: string, inner: GradientTransformation<State>, condition: Condition, options: ConditionalOptions, otherwise: 'keep' | 'zero'): GradientTransformation<ConditionalState<State>> {
  checkOptions(transformation, options, ['forwardExtraArgs']);
  return {
    init: (params) => ({ step: initialCount(), inner_state: inner.init(params) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, ConditionalState<State>] => {
      const old = fieldsOf(transformation, state, 'step', 'inner_state');
      const step = old.step as Tensor;
      const holds = condition(step, options.forwardExtraArgs === true ? (extraArgs ?? {}) : {});
      const [steps, next] = updateWhere(transformation, holds, { inner, updates, state: old.inner_state, params, extraArgs, otherwise });
      return [steps, { step: increment(step), inner_state: next }];
    },
  };
}

/**
 * `inner` where a condition holds, else updates as they are (Optax: `conditionally_transform`). State: `{ step, inner_state }`.
 * @throws ArgumentError
 */
export const conditionallyTransform = <State extends OptimizerState>(inner: GradientTransformation<State>, condition: Condition, options: ConditionalOptions = {}): GradientTransformation<ConditionalState<State>> =>
  conditional('conditionallyTransform', inner, condition, options, 'keep');

/**
 * `inner` where a condition holds, else updates of 0 (Optax: `conditionally_mask`). State: `{ step, inner_state }`.
 * @throws ArgumentError
 */
export const conditionallyMask = <State extends OptimizerState>(inner: GradientTransformation<State>, condition: Condition, options: ConditionalOptions = {}): GradientTransformation<ConditionalState<State>> =>
  conditional('conditionallyMask', inner, condition, options, 'zero');
