/** A training step and an evaluation as pure functions of tensors. */
import { apply, init, trainer, type Filter, type Module, type Optimizer, type StepKeys, type Variables } from '@flaxon/core';
import { accumulateGradients, ema, type AccumulateGradientsState, type GradientTransformation, type OptimizerState } from '@flaxon/optim';
import { astype, greater, mul, scan, tree, where, type Tensor, type Tree } from '@flaxon/tensor';
import { entriesOf, type Metrics, type Sums } from '../metrics/metric.js';
import { scaledLoss, type LossScaleState } from '../precision/loss-scale.js';
import { inDtypesOf, inPrecision, policyOf, type Precision } from '../precision/policy.js';
import { partsOf, weightedMean, weightedSum, type LossFunction, type LossResult, type OutputsOf, type WeightedSum } from './loss.js';
import { averageOf, trainedOf, type TrainerState } from './state.js';

export interface StepOptions<M extends Module, Batch, Result extends LossResult, Values> {
  readonly model: M;
  readonly loss: LossFunction<M, Batch, Result>;
  readonly optimizer: GradientTransformation;
  readonly metrics: Metrics<Batch, OutputsOf<Result>, Values>;
  readonly mutable: Filter;
  readonly precision: Precision;
  readonly accumulate: number;
  /** The decay of the running mean of the parameters; null for none. */
  readonly emaDecay: number | null;
}

/** Sums over a batch: of the loss, and of each metric. */
export type Measured = { readonly loss: WeightedSum; readonly metrics: { readonly [name: string]: Sums } };

/** What a step tells. */
export type StepResult = Measured & {
  /** The factor of the loss in this step; null where it has none. */
  readonly lossScale: Tensor | null;
  /** Whether the gradients were finite, so that the step was made; null where that is not looked at. */
  readonly finite: Tensor | null;
};

/** The leaves of a batch, and what each example counts. */
export type StepInput = { readonly data: Tree<Tensor>; readonly weights: Tensor | null };

export interface Step {
  /** Variables for batches like this one. @throws what the loss throws */
  init(keys: StepKeys, input: StepInput): Variables;
  /** The state before the first step. */
  start(variables: Variables): TrainerState;
  step(state: TrainerState, input: StepInput, keys: StepKeys): [TrainerState, StepResult];
  /** As many steps as the leaves of `inputs` have along their first axis, one after the other. */
  steps(state: TrainerState, inputs: StepInput, keys: StepKeys): [TrainerState, StepResult];
  measure(variables: Variables, input: StepInput): Measured;
  /** The variables with the running mean of the parameters in their place. */
  averaged(state: TrainerState): Variables;
}

export function createStep<M extends Module, Batch, Result extends LossResult, Values>(options: StepOptions<M, Batch, Result, Values>): Step {
  const { model, metrics, mutable, accumulate, emaDecay } = options;
  const policy = policyOf(options.precision);
  const { computeDtype } = policy;
  const loss = computeDtype === undefined ? options.loss : inPrecision(options.loss, computeDtype);
  const average = emaDecay === null ? undefined : ema(emaDecay);

  const evaluate = (module: M, { data, weights }: StepInput, train: boolean): { readonly mean: Tensor; readonly measured: Measured } => {
    // The batch is of the form that the loss was written for: whoever gave the data gave the loss.
    const batch = data as Batch;
    const [given, outputs] = partsOf(loss(module, batch, { train, weights }));
    const losses = given.dtype === 'float64' ? given : astype(given, 'float32');
    const values = entriesOf(metrics).map(([name, metric]) => [name, metric.measure({ batch, outputs: outputs as OutputsOf<Result>, losses, weights })] as const);
    return { mean: weightedMean(losses, weights), measured: { loss: weightedSum(losses, weights, data), metrics: Object.fromEntries(values) } };
  };

  const accumulating = accumulate === 1 ? options.optimizer : accumulateGradients(options.optimizer, accumulate);
  const optimizer: Optimizer = policy.lossScale === undefined ? accumulating : scaledLoss(accumulating, policy.lossScale);
  const trained = (module: M, input: StepInput, scale: Tensor | null): readonly [Tensor, Measured] => {
    const { mean, measured } = evaluate(module, input, true);
    return [scale === null ? mean : mul(mean, astype(scale, mean.dtype)), measured];
  };
  const training = trainer(trained, model, optimizer, { mutable });
  const lossScaleOf = (state: OptimizerState): LossScaleState | null => (policy.lossScale === undefined ? null : (state as LossScaleState));

  /** The mean moves where parameters were updated: not while gradients are accumulated. */
  function moveAverage(before: TrainerState, optimizerState: OptimizerState, variables: Variables): TrainerState['ema'] {
    if (average === undefined || before.ema === null) return null;
    const [, next] = average.update(trainedOf(variables) as Tree<Tensor>, before.ema);
    if (accumulate === 1) return next;
    const updatesOf = (state: OptimizerState): Tensor => ((lossScaleOf(state)?.inner_state.inner_state ?? state) as AccumulateGradientsState<OptimizerState>).gradient_step;
    return choose(greater(updatesOf(optimizerState), updatesOf(before.optimizer)), next, before.ema);
  }

  const step: Step['step'] = (state, input, keys) => {
    const { ema: mean, ...core } = state;
    const scaling = lossScaleOf(state.optimizer);
    const [next, { aux }] = training.step(core, [input, scaling?.loss_scale ?? null], keys);
    const variables = computeDtype === undefined ? next.variables : inDtypesOf(next.variables, state.variables);
    const moved: TrainerState = { ...next, variables, ema: moveAverage(state, next.optimizer, variables) };
    if (scaling === null) return [moved, { ...aux, lossScale: null, finite: null }];
    const finite = lossScaleOf(next.optimizer)!.inner_state.last_finite;
    const kept = { variables: choose(finite, moved.variables as Tree<Tensor>, state.variables as Tree<Tensor>) as Variables, ema: mean === null ? null : choose(finite, moved.ema, mean) };
    return [{ ...moved, ...kept }, { ...aux, lossScale: scaling.loss_scale, finite }];
  };

  const forward = apply((module: M, input: StepInput) => evaluate(module, input, false).measured, model);
  return {
    // In float32, as parameters are in any case.
    init: (keys, { data, weights }) => init((module: M, batch: Batch) => options.loss(module, batch, { train: false, weights }), model)(keys, [data as Batch]),
    start: (variables) => ({ ...training.start(variables), ema: average?.init(trainedOf(variables) as Tree<Tensor>) ?? null }),
    step,
    steps: (state, inputs, keys) => scan((carry: TrainerState, input: StepInput) => step(carry, input, keys), state, inputs),
    measure: (variables, input) => forward(variables, [input]),
    averaged: ({ variables, ema: mean }) => (mean === null || emaDecay === null ? variables : { ...variables, ...averageOf(mean, emaDecay) }),
  };
}

/** The leaves of `yes` where `condition` holds, else those of `no`. */
const choose = <T extends Tree<Tensor>>(condition: Tensor, yes: T, no: T): T => tree.map((a: Tensor, b: Tensor) => where(condition, a, b), yes, no) as T;
