import { add, ArgumentError, astype, div, equal, greater, less, logicalAnd, logicalNot, maximum, mul, scalar, sub, where, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { increment, initialCount } from './count.js';
import { mapLeaves } from './leaves.js';
import { requireValue, valueDtype, valueScalar } from './objective.js';
import type { ObjectiveValue } from './polyak.js';
import { scaled } from './scaled.js';
import { fieldsOf } from './state.js';
import type { ExtraArgs, GradientTransformationExtraArgs, OptimizerState } from './transformation.js';
import { treeWhere } from './tree-math.js';

export interface ReduceOnPlateauOptions {
  /** What the scale is multiplied by, between 0 and 1; 0.1 by default. */
  readonly factor?: number;
  /** How many values in a row may be no better, 10 by default. */
  readonly patience?: number;
  /** By how much a value must be smaller to be better: as a part, 1e-4 by default, and absolutely, 0 by default. */
  readonly rtol?: number;
  readonly atol?: number;
  /** How many values after a reduction do not count, 0 by default. */
  readonly cooldown?: number;
  /** How many values are averaged to one, 1 by default. */
  readonly accumulationSize?: number;
  /** The smallest scale, 0 by default. */
  readonly minScale?: number;
}

/** The names are Optax's, also in what is saved. */
export type ReduceOnPlateauState = {
  readonly scale: Tensor;
  readonly best_value: Tensor;
  readonly plateau_count: Tensor;
  readonly cooldown_count: Tensor;
  readonly count: Tensor;
  readonly avg_value: Tensor;
};

const names = ['factor', 'patience', 'rtol', 'atol', 'cooldown', 'accumulationSize', 'minScale'];

function numbersOf(options: ReduceOnPlateauOptions): Required<ReduceOnPlateauOptions> {
  checkOptions('reduceOnPlateau', options, names);
  const numbers = { factor: 0.1, patience: 10, rtol: 1e-4, atol: 0, cooldown: 0, accumulationSize: 1, minScale: 0, ...options };
  requireNumbers('reduceOnPlateau', numbers);
  const { factor, rtol, atol } = numbers;
  if (!(factor > 0 && factor < 1)) throw new ArgumentError('reduceOnPlateau', 'factor', `must be between 0 and 1, found ${factor}`);
  if (rtol < 0 || rtol > 1 || atol < 0 || rtol + atol === 0) throw new ArgumentError('reduceOnPlateau', 'rtol', `must be from 0 to 1 and \`atol\` from 0 on, one of them more than 0; found ${rtol} and ${atol}`);
  return numbers;
}

/** The state after a value, or the mean of several. */
function judged(state: ReduceOnPlateauState, { factor, patience, rtol, atol, cooldown, minScale }: Required<ReduceOnPlateauOptions>): ReduceOnPlateauState {
  const { avg_value: value, best_value: best, scale } = state;
  const isBetter = less(value, sub(mul(best, 1 - rtol), atol));
  const waited = where(isBetter, 0, increment(state.plateau_count));
  const isCool = greater(state.cooldown_count, 0);
  const isOver = logicalAnd(equal(waited, patience), logicalNot(isCool));
  return {
    scale: where(isCool, scale, maximum(where(isOver, mul(scale, factor), scale), minScale)),
    best_value: where(isBetter, value, best),
    plateau_count: where(isCool, 0, where(isOver, 0, waited)),
    cooldown_count: where(isCool, sub(state.cooldown_count, 1), where(isOver, cooldown, initialCount())),
    count: initialCount(),
    avg_value: scalar(0, value.dtype),
  };
}

/**
 * Updates times a scale that becomes smaller whenever values of the objective stop falling (Optax: `contrib.reduce_on_plateau`), as the last
 * part of a chain. `update` needs `{ value }`. State: `{ scale, best_value, plateau_count, cooldown_count, count, avg_value }`.
 * @throws ArgumentError; `update` throws MissingExtraArgsError
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): GradientTransformationExtraArgs<ReduceOnPlateauState, ObjectiveValue> {
  const numbers = numbersOf(options);
  return {
    init: (params) => {
      const dtype = valueDtype(params);
      return { scale: scalar(1, dtype), best_value: scalar(Infinity, dtype), plateau_count: initialCount(), cooldown_count: initialCount(), count: initialCount(), avg_value: scalar(0, dtype) };
    },
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, _?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, ReduceOnPlateauState] => {
      const old = fieldsOf('reduceOnPlateau', state, 'scale', 'best_value', 'plateau_count', 'cooldown_count', 'count', 'avg_value') as ReduceOnPlateauState;
      const { dtype } = old.avg_value;
      const count = increment(old.count);
      const sum = add(mul(old.avg_value, astype(old.count, dtype)), valueScalar(requireValue('reduceOnPlateau', extraArgs), dtype));
      const gathered = { ...old, count, avg_value: div(sum, astype(count, dtype)) };
      const next = treeWhere(equal(count, numbers.accumulationSize), judged(gathered, numbers), gathered);
      return [mapLeaves('reduceOnPlateau', (update) => scaled(update, next.scale), updates), next];
    },
  };
}
