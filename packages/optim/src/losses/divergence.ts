import { add, equal, exp, log, mul, sub, sum, where, type Tensor } from '@flaxon/tensor';
import { type AxisOptions, requireFloating } from './operands.js';

/** sum(targets (log targets - logPredictions)) along `axis`, which is removed; 0 where a target is 0 (Optax: `kl_divergence`). @throws DtypeError */
export function klDivergence(logPredictions: Tensor, targets: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  requireFloating('klDivergence', logPredictions, targets);
  const isNone = equal(targets, 0);
  return sum(mul(targets, sub(where(isNone, 0, log(where(isNone, 1, targets))), logPredictions)), { axis });
}

/** `klDivergence` of targets that are logarithms too (Optax: `kl_divergence_with_log_targets`). @throws DtypeError */
export function klDivergenceWithLogTargets(logPredictions: Tensor, logTargets: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  requireFloating('klDivergenceWithLogTargets', logPredictions, logTargets);
  return sum(mul(exp(logTargets), sub(logTargets, logPredictions)), { axis });
}

/** `klDivergence` and sum(predictions - targets): for positive numbers that are no probabilities (Optax: `generalized_kl_divergence`). @throws DtypeError */
export function generalizedKlDivergence(logPredictions: Tensor, targets: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  return add(klDivergence(logPredictions, targets, { axis }), sum(sub(exp(logPredictions), targets), { axis }));
}
