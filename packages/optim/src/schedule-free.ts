import { add, astype, div, equal, isnan, logicalOr, maximum, mul, pow, scalar, sub, Tensor, where, type Dtype, type Tree } from '@flaxon/tensor';
import { addDecayedWeights, requireParams } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import type { LearningRate } from './learning-rate.js';
import { castLike } from './moments.js';
import { scaleByLearningRate } from './scale.js';
import { scaleByRms } from './scale-by-rms.js';
import { warmupConstantSchedule } from './schedules/warmup-constant.js';
import { sgd } from './sgd.js';
import { fieldsOf } from './state.js';
import type { ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';
import { treeCast } from './tree-math.js';

export interface ScheduleFreeOptions {
  /** Between which the gradients are taken: at 1 at the averaged parameters, at 0 at those of the optimiser; 0.9 by default. */
  readonly b1?: number;
  /** The power of the learning rate that averages are weighted by, 2 by default. */
  readonly weightLrPower?: number;
  /** The dtype of the optimiser's own parameters, that of the parameters by default. */
  readonly stateDtype?: Dtype;
}

/** The names are Optax's, also in what is saved; `z` are the parameters of the optimiser itself, `step_count` begins at 1. */
export type ScheduleFreeState<State extends OptimizerState = OptimizerState> = {
  readonly b1: Tensor;
  readonly weight_sum: Tensor;
  readonly step_count: Tensor;
  readonly max_lr: Tensor;
  readonly base_optimizer_state: State;
  readonly z: Tree<Tensor>;
};

/** The averaged parameters x, of y = b1 x + (1 - b1) z. */
const averaged = (y: Tree<Tensor>, z: Tree<Tensor>, b1: number | Tensor): Tree<Tensor> =>
  mapLeaves('scheduleFree', (at, own) => div(sub(at, mul(own, typeof b1 === 'number' ? 1 - b1 : astype(sub(1, b1), own.dtype))), typeof b1 === 'number' ? b1 : astype(b1, at.dtype)), y, z);

/**
 * `base` without a schedule of its rate: gradients are taken between its parameters and their average (Optax: `contrib.schedule_free`). The
 * average, `scheduleFreeEvalParams`, is what a model is evaluated with. The momentum of `base` should be off. `update` needs the parameters.
 * State: `{ b1, weight_sum, step_count, max_lr, base_optimizer_state, z }`. Source: Defazio et al., "The road less scheduled", 2024.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function scheduleFree<State extends OptimizerState>(base: GradientTransformation<State>, learningRate: LearningRate, options: ScheduleFreeOptions = {}): GradientTransformation<ScheduleFreeState<State>> {
  checkOptions('scheduleFree', options, ['b1', 'weightLrPower', 'stateDtype']);
  const { b1 = 0.9, weightLrPower = 2, stateDtype } = options;
  requireNumbers('scheduleFree', { b1, weightLrPower });
  return {
    init: (params) => {
      const dtype = scalarDtype(params);
      const z = stateDtype === undefined ? params : treeCast(params, stateDtype);
      return { b1: scalar(b1, dtype), weight_sum: scalar(0, dtype), step_count: scalar(1, 'int32'), max_lr: scalar(0, dtype), base_optimizer_state: base.init(params), z };
    },
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, ScheduleFreeState<State>] => {
      const y = requireParams('scheduleFree', params);
      const old = fieldsOf('scheduleFree', state, 'b1', 'weight_sum', 'step_count', 'max_lr', 'base_optimizer_state', 'z');
      const [sum, count, largest] = [old.weight_sum as Tensor, old.step_count as Tensor, old.max_lr as Tensor];
      const rate = typeof learningRate === 'function' ? learningRate(count, largest.dtype) : learningRate;
      const maxRate = maximum(largest, rate instanceof Tensor ? astype(rate, largest.dtype) : rate);
      const weight = pow(maxRate, weightLrPower);
      const total = add(sum, weight);
      // Before the first rate above 0 there is nothing to average.
      const isNone = equal(total, 0);
      const part = where(logicalOr(isnan(weight), isnan(total)), NaN, where(isNone, 0, div(weight, where(isNone, 1, total))));

      const [steps, next] = base.update(updates, old.base_optimizer_state, y, extraArgs);
      const z = mapLeaves('scheduleFree', (own, step) => astype(add(own, step), own.dtype), old.z, steps);
      const x = mapLeaves('scheduleFree', (mean, own) => add(mul(mean, astype(sub(1, part), mean.dtype)), mul(own, astype(part, own.dtype))), averaged(y, old.z, b1), z);
      const moved = mapLeaves('scheduleFree', (mean, own, at) => sub(add(mul(mean, b1), mul(own, 1 - b1)), at), x, z, y);
      return [castLike('scheduleFree', moved, updates) as Updates, { b1: old.b1 as Tensor, weight_sum: total, step_count: increment(count), max_lr: maxRate, base_optimizer_state: next, z }];
    },
  };
}

/** The averaged parameters, which a model is evaluated with (Optax: `contrib.schedule_free_eval_params`). @throws OptimizerStateError */
export function scheduleFreeEvalParams<Params extends Tree<Tensor>>(state: ScheduleFreeState, params: Params): Params {
  const { b1, z } = fieldsOf('scheduleFreeEvalParams', state, 'b1', 'z');
  return averaged(params, z, b1 as Tensor) as Params;
}

export interface ScheduleFreeSgdOptions extends ScheduleFreeOptions {
  /** Over how many updates the rate rises from 0; none by default. */
  readonly warmupSteps?: number;
  /** The part of the parameters that is added to the gradients; none by default. */
  readonly weightDecay?: number;
}

const warmed = (peakValue: number, warmupSteps: number | undefined): LearningRate => (warmupSteps === undefined ? peakValue : warmupConstantSchedule({ initValue: 0, peakValue, warmupSteps }));

/** `scheduleFree` of gradient descent (Optax: `contrib.schedule_free_sgd`). `update` needs the parameters. @throws ArgumentError */
export function scheduleFreeSgd(learningRate = 1, { warmupSteps, weightDecay, ...options }: ScheduleFreeSgdOptions = {}): GradientTransformation<ScheduleFreeState> {
  const rate = warmed(learningRate, warmupSteps);
  return scheduleFree<OptimizerState>(weightDecay === undefined ? sgd(rate) : chain(addDecayedWeights(weightDecay), sgd(rate)), rate, options);
}

export interface ScheduleFreeAdamWOptions extends ScheduleFreeSgdOptions {
  /** The decay of the running mean square, 0.999 by default. */
  readonly b2?: number;
  /** Added to the root in the denominator, 1e-8 by default. */
  readonly eps?: number;
}

/** `scheduleFree` of AdamW without its momentum (Optax: `contrib.schedule_free_adamw`). `update` needs the parameters. @throws ArgumentError */
export function scheduleFreeAdamw(learningRate = 0.0025, { warmupSteps, weightDecay = 0, b2 = 0.999, eps = 1e-8, ...options }: ScheduleFreeAdamWOptions = {}): GradientTransformation<ScheduleFreeState> {
  const rate = warmed(learningRate, warmupSteps);
  const base = chain(scaleByRms({ decay: b2, eps, epsInSqrt: false, biasCorrection: true }), addDecayedWeights(weightDecay), scaleByLearningRate(rate));
  return scheduleFree<OptimizerState>(base, rate, options);
}
