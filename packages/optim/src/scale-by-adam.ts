import { add, astype, div, mul, sqrt, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import { biasCorrection, castLike, filled, updateMean, updateMeanSquare } from './moments.js';
import { scaled } from './scaled.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface AdamOptions {
  /** The decay of the running mean, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running mean square, 0.999 by default. */
  readonly b2?: number;
  /** Added to the root in the denominator, 1e-8 by default. */
  readonly eps?: number;
  /** Added under the root, 0 by default; more than 0 where derivatives are taken through the update. */
  readonly epsRoot?: number;
  /** The dtype of the running mean, that of the parameters by default. */
  readonly muDtype?: Dtype;
  /** Nesterov's momentum, as in Nadam (Dozat, 2016). */
  readonly nesterov?: boolean;
}

/** The count of updates, an int32 scalar; the running mean and mean square of the gradients, trees like the parameters. */
export type AdamState = { readonly count: Tensor; readonly mu: Tree<Tensor>; readonly nu: Tree<Tensor> };

export const adamOptionNames = ['b1', 'b2', 'eps', 'epsRoot', 'muDtype', 'nesterov'];

/** Adam's direction, times a factor that comes in with each update. */
export interface AdamDirection {
  init(params: Tree<Tensor>): AdamState;
  update(updates: Tree<Tensor>, state: OptimizerState, factor: number | Tensor): readonly [Tree<Tensor>, AdamState];
}

/** The scalars of one update, all in one dtype. */
interface StepScalars {
  /** What the running mean is multiplied by. */
  readonly onMean: Tensor;
  /** What the gradient is multiplied by; with Nesterov's momentum only. */
  readonly onGradient?: Tensor;
  /** What is added under the root, and to it. */
  readonly underRoot?: Tensor;
  readonly toRoot: Tensor;
}

type Numbers = Required<Pick<AdamOptions, 'b1' | 'b2' | 'eps' | 'epsRoot' | 'nesterov'>>;

/**
 * The direction of Adam is (mu / c1) / (sqrt(nu / c2 + epsRoot) + eps) with the bias corrections c1 = 1 - b1^t and c2 = 1 - b2^t.
 * Multiplied above and below by sqrt(c2), it is mu (sqrt(c2) / c1) / (sqrt(nu + epsRoot c2) + eps sqrt(c2)): corrections, learning
 * rate and sign meet in scalars once a step, and each parameter takes four operations and not seven.
 */
function stepScalars({ b1, b2, eps, epsRoot, nesterov }: Numbers, count: Tensor, factor: number | Tensor, dtype: Dtype): StepScalars {
  const [c1, c2] = [biasCorrection(b1, count, dtype), biasCorrection(b2, count, dtype)];
  const root = sqrt(c2);
  const numerator = factor === 1 ? root : mul(root, factor);
  const below = { toRoot: mul(root, eps), ...(epsRoot !== 0 && { underRoot: mul(c2, epsRoot) }) };
  if (!nesterov) return { onMean: div(numerator, c1), ...below };
  const next = biasCorrection(b1, increment(count), dtype);
  return { onMean: div(mul(numerator, b1), next), onGradient: div(mul(numerator, 1 - b1), c1), ...below };
}

/** The direction of one parameter, from its gradient, running mean and running mean square. */
function directionOf({ onMean, onGradient, underRoot, toRoot }: StepScalars, gradient: Tensor, mean: Tensor, meanSquare: Tensor): Tensor {
  const denominator = add(sqrt(underRoot === undefined ? meanSquare : add(meanSquare, astype(underRoot, meanSquare.dtype))), astype(toRoot, meanSquare.dtype));
  const momentum = scaled(mean, onMean);
  return div(onGradient === undefined ? momentum : add(momentum, scaled(gradient, onGradient)), denominator);
}

/** @throws ArgumentError */
export function adamDirection(transformation: string, options: AdamOptions): AdamDirection {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, muDtype, nesterov = false } = options;
  requireNumbers(transformation, { b1, b2, eps, epsRoot });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, 0, muDtype), nu: filled(params, 0) }),
    update: (updates, state, factor) => {
      const old = { count: countOf(transformation, state), ...fieldsOf(transformation, state, 'mu', 'nu') };
      const mu = updateMean(transformation, updates, old.mu, b1);
      const nu = updateMeanSquare(transformation, updates, old.nu, b2);
      const count = increment(old.count);
      const scalars = stepScalars({ b1, b2, eps, epsRoot, nesterov }, count, factor, scalarDtype(updates));
      const direction = mapLeaves(transformation, (g, m, v) => directionOf(scalars, g, m, v), updates, mu, nu);
      return [direction, { count, mu: castLike(transformation, mu, old.mu), nu: castLike(transformation, nu, old.nu) }];
    },
  };
}

/**
 * Updates in Adam's direction, without a learning rate (Optax: `scale_by_adam`). State: `{ count, mu, nu }`.
 * Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
 * @throws ArgumentError
 */
export function scaleByAdam(options: AdamOptions = {}): GradientTransformation<AdamState> {
  checkOptions('scaleByAdam', options, adamOptionNames);
  const { init, update } = adamDirection('scaleByAdam', options);
  return {
    init,
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, AdamState] => {
      const [direction, next] = update(updates, state, 1);
      return [direction as Updates, next];
    },
  };
}
