/** Loss scaling as a transformation of gradients, so that the scale is part of the optimiser's state. */
import { ArgumentError, astype, div, equal, isfinite, logicalAnd, maximum, mul, rem, add, scalar, tree, where, type Tensor, type Tree } from '@flaxon/tensor';
import { applyIfFinite, type ApplyIfFiniteState, type GradientTransformation, type OptimizerState } from '@flaxon/optim';

/** How the factor of the loss follows the gradients (jmp: `DynamicLossScale`, whose names these are). */
export interface DynamicLossScale {
  /** The factor at the beginning, 2^15 by default. */
  readonly lossScale?: number;
  /** After how many steps in a row with finite gradients it grows, 2000 by default. */
  readonly period?: number;
  /** By what it is multiplied then, and divided by after a step without, 2 by default. */
  readonly factor?: number;
  /** What it does not fall below, 1 by default. */
  readonly minLossScale?: number;
}

/** The scale, how many finite steps there were since it changed, and the state of the optimiser with its counts of steps that were left out. */
export type LossScaleState = { readonly loss_scale: Tensor; readonly counter: Tensor; readonly inner_state: ApplyIfFiniteState<OptimizerState> };

/** More than there are steps: a step without finite gradients is always left out. */
const noLimit = 2 ** 31 - 2;

const defaults = { lossScale: 2 ** 15, period: 2000, factor: 2, minLossScale: 1 };

/**
 * `inner` on gradients of a loss that was multiplied by the scale: they are divided by it; where one is not finite nothing is updated and the scale is divided
 * by `factor`; after `period` updates in a row it is multiplied by it, as long as it stays finite (jmp: `DynamicLossScale.adjust`).
 * @throws ArgumentError
 */
export function scaledLoss(inner: GradientTransformation, options: DynamicLossScale = {}): GradientTransformation<LossScaleState> {
  const { lossScale, period, factor, minLossScale } = { ...defaults, ...options };
  requireAbove('lossScale', lossScale, 0);
  requireAbove('factor', factor, 1);
  requireAbove('minLossScale', minLossScale, 0);
  if (!(Number.isInteger(period) && period >= 1)) throw new ArgumentError('Trainer', 'precision.lossScale.period', `must be a whole number from 1 on, found ${period}`);
  const finiteOnly = applyIfFinite(inner, noLimit);
  return {
    init: (params) => ({ loss_scale: scalar(lossScale, 'float32'), counter: scalar(0, 'int32'), inner_state: finiteOnly.init(params) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>): [Updates, LossScaleState] => {
      // Of this transformation's `init` or `update`: applyIfFinite checks its own part.
      const { loss_scale: scale, counter, inner_state: old } = state as LossScaleState;
      const gradients = tree.map((gradient: Tensor) => div(gradient, astype(scale, gradient.dtype)), updates) as Updates;
      const [steps, next] = finiteOnly.update(gradients, old, params);
      const finite = next.last_finite;
      const larger = mul(scale, factor);
      const grows = logicalAnd(equal(counter, period - 1), isfinite(larger));
      const loss_scale = where(finite, where(grows, larger, scale), maximum(div(scale, factor), minLossScale));
      return [steps, { loss_scale, counter: where(finite, rem(add(counter, 1), period), 0), inner_state: next }];
    },
  };
}

function requireAbove(name: string, value: number, limit: number): void {
  if (!(Number.isFinite(value) && value > limit)) throw new ArgumentError('Trainer', `precision.lossScale.${name}`, `must be a number above ${limit}, found ${value}`);
}
