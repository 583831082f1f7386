import { type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumber } from './arguments.js';
import { increment, initialCount } from './count.js';
import { scalarDtype } from './leaves.js';
import { castLike, corrected, filled, updateMean } from './moments.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface EmaOptions {
  /** False leaves the mean as it is, which starts at 0; by default it is corrected for that. */
  readonly debias?: boolean;
  /** The dtype of the mean, that of the parameters by default. */
  readonly accumulatorDtype?: Dtype;
}

/** The count of updates and their running mean. */
export type EmaState = { readonly count: Tensor; readonly ema: Tree<Tensor> };

/**
 * Updates become their own running mean, decay m + (1 - decay) g (Optax: `ema`). Of parameters in place of updates it is the average that
 * is often evaluated in their place. State: `{ count, ema }`.
 * @throws ArgumentError
 */
export function ema(decay: number, options: EmaOptions = {}): GradientTransformation<EmaState> {
  checkOptions('ema', options, ['debias', 'accumulatorDtype']);
  requireNumber('ema', 'decay', decay);
  const { debias = true, accumulatorDtype } = options;
  return {
    init: (params) => ({ count: initialCount(), ema: filled(params, 0, accumulatorDtype) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: Tree<Tensor>): [Updates, EmaState] => {
      const old = { count: countOf('ema', state), ...fieldsOf('ema', state, 'ema') };
      const count = increment(old.count);
      const mean = updateMean('ema', updates, old.ema, decay);
      const given = debias ? corrected('ema', mean, decay, count, scalarDtype(updates)) : mean;
      return [given as Updates, { count, ema: castLike('ema', mean, old.ema) }];
    },
  };
}
