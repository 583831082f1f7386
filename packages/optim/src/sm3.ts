import { add, div, greater, max, minimum, mul, reshape, sqrt, square, tree, where, zeros, type Tensor, type Tree } from '@flaxon/tensor';
import { requireNumber, requireNumbers, checkOptions } from './arguments.js';
import { chain } from './chain.js';
import { castLike, filled, updateMean } from './moments.js';
import { scale } from './scale.js';
import { fieldsOf } from './state.js';
import type { EmptyState, GradientTransformation, OptimizerState } from './transformation.js';

export interface Sm3Options {
  /** The decay of the running mean of the steps, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the sums of squares, 1 by default, with which they only grow. */
  readonly b2?: number;
  /** Added under the root, 1e-8 by default. */
  readonly eps?: number;
}

/** For each parameter an array of one vector for each of its axes, and the running mean of the steps. */
export type Sm3State = { readonly mu: Tree<Tensor>; readonly nu: Tree<Tensor> };

/** The axes that have an accumulator; a scalar has one too. */
const axesOf = ({ rank }: Tensor): readonly number[] => Array.from({ length: Math.max(rank, 1) }, (_, axis) => axis);

/** The shape of `x` with 1 in place of all sizes but that of `axis`. */
const alongAxis = ({ shape }: Tensor, axis: number): (typeof shape)[number][] => shape.map((size, at) => (at === axis ? size : 1));

/**
 * Updates over the root of sums of their squares, of which only one vector for each axis is kept (Optax: `scale_by_sm3`). State: `{ mu, nu }`.
 * Source: Anil et al., "Memory-efficient adaptive optimization", 2019.
 * @throws ArgumentError
 */
export function scaleBySm3(options: Sm3Options = {}): GradientTransformation<Sm3State> {
  checkOptions('scaleBySm3', options, ['b1', 'b2', 'eps']);
  const { b1 = 0.9, b2 = 1, eps = 1e-8 } = options;
  requireNumbers('scaleBySm3', { b1, b2, eps });
  const accumulated = (gradient: Tensor, held: readonly Tensor[]): Tensor => {
    const least = held.map((one, axis) => reshape(one, alongAxis(gradient, axis))).reduce((a, b) => minimum(a, b));
    return add(mul(square(gradient), b2 === 1 ? 1 : 1 - b2), mul(least, b2));
  };
  const divided = (gradient: Tensor, sum: Tensor): Tensor => {
    const isThere = greater(sum, 0);
    return mul(gradient, where(isThere, div(1, sqrt(add(where(isThere, sum, 1), eps))), 0));
  };
  const largest = (sum: Tensor, axis: number): Tensor => (sum.rank < 2 ? sum : max(sum, { axis: axesOf(sum).filter((other) => other !== axis) }));
  return {
    init: (params) => ({
      mu: tree.map((param: Tensor): Tree<Tensor> => axesOf(param).map((axis) => zeros(param.rank === 0 ? [] : [param.shape[axis]!], param.dtype)), params) as Tree<Tensor>,
      nu: filled(params, 0),
    }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, Sm3State] => {
      const old = fieldsOf('scaleBySm3', state, 'mu', 'nu');
      const { leaves, structure } = tree.flatten<Tensor>(updates);
      const held = tree.leaves<Tensor>(old.mu);
      let at = 0;
      const sums = leaves.map((leaf) => accumulated(leaf, axesOf(leaf).map(() => held[at++]!)));
      const steps = tree.unflatten(structure, leaves.map((leaf, i) => divided(leaf, sums[i]!)));
      const nu = updateMean('scaleBySm3', steps, old.nu, b1);
      const mu = tree.unflatten(tree.structure(old.mu), sums.flatMap((sum) => axesOf(sum).map((axis) => largest(sum, axis))));
      return [nu as Updates, { mu, nu: castLike('scaleBySm3', nu, old.nu) }];
    },
  };
}

/**
 * SM3: Adagrad with little memory (Optax: `sm3`). State: `[{ mu, nu }, {}]`. Source: Anil et al., "Memory-efficient adaptive optimization", 2019.
 * @throws ArgumentError
 */
export function sm3(learningRate: number, options: { readonly momentum?: number } = {}): GradientTransformation<readonly [Sm3State, EmptyState]> {
  checkOptions('sm3', options, ['momentum']);
  requireNumber('sm3', 'learningRate', learningRate);
  return chain(scaleBySm3({ b1: options.momentum ?? 0.9 }), scale(-learningRate));
}
