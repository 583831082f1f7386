import { add, arange, astype, div, dynamicUpdateSlice, equal, expandDims, greater, minimum, rem, scalar, stopGradient, take, tree, where, zeros, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { requireParams } from '../add-decayed-weights.js';
import { checkOptions } from '../arguments.js';
import { increment, initialCount } from '../count.js';
import { mapLeaves } from '../leaves.js';
import { requireCount } from '../line-search/scale-by-zoom-linesearch.js';
import { valueDtype, valueScalar } from '../objective.js';
import { castLike } from '../moments.js';
import { countOf, fieldsOf } from '../state.js';
import { treeNorm, treeSub, treeVdot, treeZerosLike } from '../tree-math.js';
import type { GradientTransformation, OptimizerState } from '../transformation.js';
import { inverseHessianTimes } from './inverse-hessian.js';

export interface ScaleByLbfgsOptions {
  /** How many steps are remembered, 10 by default. */
  readonly memorySize?: number;
  /** Whether the inverse Hessian begins as what the last step suggests, as by default, or as the identity. */
  readonly scaleInitPrecond?: boolean;
}

/** The parameters and gradients of the last update; steps, changes of the gradient and their weights, each in a ring of `memorySize`. The names are Optax's, also in what is saved. */
export type LbfgsState = {
  readonly count: Tensor;
  readonly params: Tree<Tensor>;
  readonly updates: Tree<Tensor>;
  readonly diff_params_memory: Tree<Tensor>;
  readonly diff_updates_memory: Tree<Tensor>;
  readonly weights_memory: Tensor;
};

export const lbfgsOptionNames = ['memorySize', 'scaleInitPrecond'];

/** `ring` with `value` in the place `at`. */
const put = (ring: Tensor, at: Tensor, value: Tensor): Tensor => dynamicUpdateSlice(ring, expandDims(value, 0), [at, ...value.shape.map(() => 0)]);

const zeroUnless = (condition: Tensor, given: Tree<Tensor>): Tree<Tensor> => mapLeaves('scaleByLbfgs', (leaf) => where(condition, leaf, 0), given);

/**
 * Gradients times an estimate of the inverse Hessian, from how gradients changed along the last steps (Optax: `scale_by_lbfgs`). Where no
 * step was made yet the result is not longer than 1. `update` needs the parameters. State: `{ count, params, updates, diff_params_memory,
 * diff_updates_memory, weights_memory }`.
 * Source: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function scaleByLbfgs(options: ScaleByLbfgsOptions = {}): GradientTransformation<LbfgsState> {
  checkOptions('scaleByLbfgs', options, lbfgsOptionNames);
  const { memorySize = 10, scaleInitPrecond = true } = options;
  requireCount('scaleByLbfgs', 'memorySize', memorySize);
  return {
    init: (params) => {
      const ring = mapLeaves('scaleByLbfgs', (leaf) => zeros([memorySize, ...leaf.shape], leaf.dtype), params);
      return { count: initialCount(), params: treeZerosLike(params), updates: treeZerosLike(params), diff_params_memory: ring, diff_updates_memory: ring, weights_memory: zeros([memorySize], valueDtype(params)) };
    },
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>): [Updates, LbfgsState] => {
      const at = requireParams('scaleByLbfgs', params);
      const old = fieldsOf('scaleByLbfgs', state, 'params', 'updates', 'diff_params_memory', 'diff_updates_memory', 'weights_memory');
      const count = countOf('scaleByLbfgs', state);
      const dtype = valueDtype(at);
      const isLater = greater(count, 0);

      const step = zeroUnless(isLater, treeSub(at, old.params));
      const change = zeroUnless(isLater, treeSub(updates, old.updates));
      const curvature = valueScalar(treeVdot(change, step), dtype);
      const weight = where(equal(curvature, 0), 0, div(1, where(equal(curvature, 0), 1, curvature)));
      const last = rem(add(count, memorySize - 1), memorySize);
      const remember = (rings: Tree<Tensor>, values: Tree<Tensor>): Tree<Tensor> => tree.map((ring: Tensor, value: Tensor) => put(ring, last, astype(value, ring.dtype)), rings, values);
      const steps = remember(old.diff_params_memory, step);
      const changes = remember(old.diff_updates_memory, change);
      const weights = put(old.weights_memory as Tensor, last, weight);

      const scale = scaleInitPrecond ? initialScale({ isLater, curvature, change, updates }, dtype) : scalar(1, dtype);
      // The oldest pair stands where the next will be put.
      const order = rem(add(arange(memorySize), rem(count, memorySize)), memorySize);
      const taken = (ring: Tensor): Tensor => take(ring, order, { axis: 0, mode: 'clip' });
      const inOrder = (rings: Tree<Tensor>): Tree<Tensor> => mapLeaves('scaleByLbfgs', (ring) => taken(ring), rings);
      const direction = inverseHessianTimes(updates, { steps: inOrder(steps), changes: inOrder(changes), weights: taken(weights) }, scale);
      return [direction, { count: increment(count), params: at, updates: castLike('scaleByLbfgs', updates, old.updates), diff_params_memory: steps, diff_updates_memory: changes, weights_memory: weights }];
    },
  };
}

type Newest = { readonly isLater: Tensor; readonly curvature: Tensor; readonly change: Tree<Tensor>; readonly updates: Tree<Tensor> };

/** The curvature of the last step; before there is one, what makes the gradient no longer than 1. */
function initialScale({ isLater, curvature, change, updates }: Newest, dtype: Dtype): Tensor {
  const squared = valueScalar(treeNorm(change, { squared: true }), dtype);
  const isMoved = greater(squared, 0);
  const fromLast = where(isMoved, div(curvature, where(isMoved, squared, 1)), 1);
  return where(isLater, fromLast, minimum(div(1, valueScalar(treeNorm(stopGradient(updates)), dtype)), 1));
}
