import { add, div, equal, mul, scalar, sqrt, square, sum, tree, where, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { requireParams } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, filled } from './moments.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface NovogradOptions {
  /** The decay of the momentum, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running mean of squared norms, 0.25 by default. */
  readonly b2?: number;
  /** Added to the norm, 1e-6 by default (1e-8 for `scaleByNovograd`). */
  readonly eps?: number;
  /** Added under its root, 0 by default. */
  readonly epsRoot?: number;
  /** The part of the parameters that is added to the gradients, 0 by default. */
  readonly weightDecay?: number;
  /** The dtype of the momentum, that of the parameters by default. */
  readonly muDtype?: Dtype;
}

/** The count of updates, the momentum of each parameter, and the running mean of the squared norm of its gradient, a scalar. */
export type NovogradState = { readonly count: Tensor; readonly mu: Tree<Tensor>; readonly nu: Tree<Tensor> };

const names = ['b1', 'b2', 'eps', 'epsRoot', 'weightDecay', 'muDtype'];

/**
 * The momentum of gradients over a running mean of their norms, one number for each tensor (Optax: `scale_by_novograd`). `update` needs the
 * parameters. State: `{ count, mu, nu }`. Source: Ginsburg et al., "Stochastic gradient methods with layer-wise adaptive moments", 2019.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function scaleByNovograd(options: NovogradOptions = {}): GradientTransformation<NovogradState> {
  checkOptions('scaleByNovograd', options, names);
  const { b1 = 0.9, b2 = 0.25, eps = 1e-8, epsRoot = 0, weightDecay = 0, muDtype } = options;
  requireNumbers('scaleByNovograd', { b1, b2, eps, epsRoot, weightDecay });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, 0, muDtype), nu: tree.map((param: Tensor) => scalar(0, param.dtype), params) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>): [Updates, NovogradState] => {
      const given = requireParams('scaleByNovograd', params);
      const old = { count: countOf('scaleByNovograd', state), ...fieldsOf('scaleByNovograd', state, 'mu', 'nu') };
      const isFirst = equal(old.count, 0);
      const nu = tree.map(
        (gradient: Tensor, held: Tensor) => {
          const squares = sum(square(gradient));
          return where(isFirst, squares, add(mul(squares, 1 - b2), mul(held, b2)));
        },
        updates,
        old.nu,
      );
      const norms = tree.map((squares: Tensor) => add(sqrt(add(squares, epsRoot)), eps), nu);
      const normed = tree.map((gradient: Tensor, norm: Tensor) => div(gradient, norm), updates, norms);
      const pulled = mapLeaves('scaleByNovograd', (step, param) => add(step, mul(param, weightDecay)), normed, given);
      const mu = mapLeaves('scaleByNovograd', (step, held) => where(isFirst, step, add(mul(held, b1), step)), pulled, old.mu);
      const kept = castLike('scaleByNovograd', mu, old.mu);
      return [kept as Updates, { count: increment(old.count), mu: kept, nu: castLike('scaleByNovograd', nu, old.nu) }];
    },
  };
}

/**
 * NovoGrad (Optax: `novograd`). `update` needs the parameters. State: `[{ count, mu, nu }, rate]`.
 * Source: Ginsburg et al., "Stochastic gradient methods with layer-wise adaptive moments for training of deep networks", 2019.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function novograd(learningRate: LearningRate, options: NovogradOptions = {}): GradientTransformation<readonly [NovogradState, RateState]> {
  return chain(scaleByNovograd({ eps: 1e-6, ...options }), scaleByLearningRate(learningRate));
}
