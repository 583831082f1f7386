/// <reference lib="esnext.disposable" preserve="true" />
import type { Filter, Module, StepKeys, Variables } from '@flaxon/core';
import type { GradientTransformation } from '@flaxon/optim';
import type { CompileOptions } from '@flaxon/runtime-onnx';
import { ArgumentError } from '@flaxon/tensor';
import { StoppedError, type DataSource } from './data/source.js';
import { MissingVariablesError, TrainerBusyError } from './errors.js';
import type { DoneEvent, TrainEvent } from './events.js';
import type { CheckpointOptions } from './fit/checkpoints.js';
import { evaluateOn } from './fit/evaluate.js';
import { checkEvery } from './fit/every.js';
import { Fit } from './fit/fit.js';
import type { FitSetup, Memory } from './fit/memory.js';
import { planOf, type FitOptions } from './fit/options.js';
import { initialProgress } from './fit/progress.js';
import { metricKinds, type MetricKinds } from './metrics/kinds.js';
import type { Metrics } from './metrics/metric.js';
import type { Measurement } from './metrics/totals.js';
import type { Precision } from './precision/policy.js';
import { compiledStep } from './step/compiled-step.js';
import type { LossFunction, LossResult, OutputsOf } from './step/loss.js';
import { runnerOf, type Executor } from './step/runner.js';
import type { TrainerState } from './step/state.js';
import { createStep } from './step/step.js';

export interface EmaOptions {
  /** How much of the mean stays at each update, such as 0.999 (Optax: `ema`, with its correction for the beginning). */
  readonly decay: number;
  /** Whether evaluations take the mean of the parameters in place of the parameters. True by default. */
  readonly evaluate?: boolean;
}

/** The values of no metrics. */
export type NoMetrics = Readonly<Record<never, never>>;

export interface TrainerOptions<M extends Module, Data, Result extends LossResult, Values> {
  readonly model: M;
  /**
   * The losses of a batch, one for each example or their mean, and outputs for the metrics: `(model, { images, labels }, { train }) => ...`. In a training step
   * `train` is true, in evaluations false. It is traced.
   */
  readonly loss: LossFunction<M, Data, Result>;
  readonly optimizer: GradientTransformation;
  /**
   * What is measured besides the loss, by name: `({ accuracy }) => ({ accuracy: accuracy(({ outputs, batch }) => ({ logits: outputs, labels: batch.labels })) })`,
   * where `outputs` is what the loss returns beside the losses.
   */
  readonly metrics?: (kinds: MetricKinds<Data, OutputsOf<Result>>) => Metrics<Data, OutputsOf<Result>, Values>;
  /** The collections that steps write, such as `['batch_stats']`. None by default. */
  readonly mutable?: Filter;
  /** Keys by stream: `params` makes the variables; of the others each step draws with the key into which the number of the step is folded. */
  readonly rngs?: StepKeys;
  /** How many steps one call of the compiled graph makes, 1 by default. */
  readonly stepsPerCall?: number;
  /** Where steps run, `onnx` by default: ONNX Runtime, one graph a call. */
  readonly executor?: Executor;
  /** For ONNX Runtime: device, threads, the runtime itself. */
  readonly compile?: Omit<CompileOptions, 'symbolic' | 'argumentNames' | 'signal'>;
  /** In what the model computes, `float32` by default: as it is. */
  readonly precision?: Precision;
  /** Over how many batches gradients are averaged for one update (Optax: `MultiSteps`), 1 by default. */
  readonly accumulate?: number;
  /** A running mean of the parameters; a number is its decay. */
  readonly ema?: number | EmaOptions;
  readonly checkpoints?: CheckpointOptions;
  /** Whether a loss that is not finite throws, before the state takes it over. False by default. */
  readonly requireFinite?: boolean;
}

/**
 * Trains a model: reads batches, runs compiled steps, measures, stops, saves and goes on where it stopped.
 *
 *     const trainer = new Trainer({
 *       model,
 *       loss: (model, { images, labels }: Digits, { train }) => softmaxCrossEntropyWithIntegerLabels(model.call(images, { train }), labels),
 *       optimizer: adam(1e-3),
 *       mutable: ['batch_stats'],
 *       rngs: { params: random.key(0), dropout: random.key(1) },
 *     });
 *     for await (const event of trainer.fit(batches(digits, { size: 32, shuffle: random.key(2) }), { epochs: 5 })) {
 *       if (event.kind === 'epoch') console.log(event.epoch, event.loss);
 *     }
 */
export class Trainer<M extends Module, Data, Result extends LossResult, Values = NoMetrics> {
  readonly #setup: FitSetup<Values>;
  readonly #memory: Memory = { state: undefined, progress: initialProgress };
  #isBusy = false;

  /** @throws ArgumentError for options out of range */
  constructor(options: TrainerOptions<M, Data, Result, Values>) {
    const { executor = 'onnx', stepsPerCall = 1, accumulate = 1, rngs = {}, checkpoints, precision = 'float32', mutable = false, requireFinite = false } = options;
    requireCount('stepsPerCall', stepsPerCall);
    requireCount('accumulate', accumulate);
    if (executor !== 'onnx' && executor !== 'eager') throw new ArgumentError('Trainer', 'executor', `must be 'onnx' or 'eager', found ${JSON.stringify(executor)}`);
    if (checkpoints?.every !== undefined) checkEvery('checkpoints.every', checkpoints.every);
    const average = typeof options.ema === 'number' ? { decay: options.ema } : options.ema;
    if (average !== undefined && !(average.decay >= 0 && average.decay < 1)) throw new ArgumentError('Trainer', 'ema', `must be a decay from 0 to below 1, found ${average.decay}`);
    // Without metrics `Values` is the empty record.
    const metrics = options.metrics?.(metricKinds()) ?? ({} as Metrics<Data, OutputsOf<Result>, Values>);
    const step = createStep({ model: options.model, loss: options.loss, optimizer: options.optimizer, metrics, mutable, precision, accumulate, emaDecay: average?.decay ?? null });
    const evaluated = average?.evaluate === false ? ({ variables }: TrainerState) => variables : step.averaged;
    this.#setup = { step, compiled: compiledStep(step, runnerOf(executor, options.compile ?? {}), stepsPerCall), keys: rngs, metrics, stepsPerCall, requireFinite, checkpoints, evaluated };
  }

  /** The state so far. @throws MissingVariablesError before anything was trained or given */
  get state(): TrainerState {
    if (this.#memory.state === undefined) throw new MissingVariablesError();
    return this.#memory.state;
  }

  /** The variables so far. @throws MissingVariablesError */
  get variables(): Variables {
    return this.state.variables;
  }

  /** The variables with the running mean of the parameters, where `ema` keeps one. @throws MissingVariablesError */
  get averagedVariables(): Variables {
    return this.#setup.step.averaged(this.state);
  }

  /** Begins anew with these variables: pretrained ones, say. @throws TrainerBusyError */
  start(variables: Variables): void {
    if (this.#isBusy) throw new TrainerBusyError('start');
    this.#memory.state = this.#setup.step.start(variables);
    this.#memory.progress = initialProgress;
  }

  /**
   * Trains, and tells what happens: `compile`, `step`, `epoch`, `eval`, `checkpoint` and, last, `done`. Nothing goes on between two events, so who stops reading
   * stops the training, and can go on with another `fit`. Steps and epochs count from the beginning of the training.
   * @throws TrainerBusyError, EmptyDataError, BatchStructureError, LossShapeError, NonFiniteLossError, MissingVariablesError, MonitorError, ResumeError, ArgumentError; what the loss,
   * the data and the storage throw. Whatever it throws, the state is that after the last whole step.
   */
  async *fit(data: DataSource<Data>, options: FitOptions<Data> = {}): AsyncGenerator<TrainEvent<Values>, void, void> {
    if (this.#isBusy) throw new TrainerBusyError('fit');
    // A dataset of `Data` gives `Data`, which is all that the loop does with it: hand it to the loss.
    const plan = planOf(options as FitOptions<unknown>);
    this.#isBusy = true;
    try {
      yield* new Fit(this.#setup, this.#memory, data as DataSource<unknown>, plan).events();
    } finally {
      this.#isBusy = false;
    }
  }

  /** As `fit`, to its end, and gives its last event: `onEvent` is called with each, such as `progressBar(process.stderr)`. @throws what `fit` and `onEvent` throw */
  async run(data: DataSource<Data>, { onEvent, ...options }: FitOptions<Data> & { readonly onEvent?: (event: TrainEvent<Values>) => void } = {}): Promise<DoneEvent> {
    let last: TrainEvent<Values> | undefined;
    for await (const event of this.fit(data, options)) {
      onEvent?.(event);
      last = event;
    }
    // `fit` ends with it.
    return last as DoneEvent;
  }

  /**
   * The loss and the metrics over all batches of `data`, with `train` false; on the running mean of the parameters where evaluations take that.
   * @throws MissingVariablesError, EmptyDataError; what the loss and the data throw; the signal's reason once it is aborted
   */
  async evaluate(data: DataSource<Data>, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Measurement<Values>> {
    const { compiled, metrics, evaluated } = this.#setup;
    const variables = evaluated(this.state);
    try {
      return (await evaluateOn(data as DataSource<unknown>, { compiled, metrics, variables, signal })).measurement;
    } catch (error) {
      throw error instanceof StoppedError ? signal?.reason : error;
    }
  }

  /** Frees the sessions of ONNX Runtime. The trainer can go on, and then compiles again. */
  dispose(): Promise<void> {
    return this.#setup.compiled.release();
  }

  /** For `await using trainer = new Trainer(...)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

function requireCount(name: string, count: number): void {
  if (!(Number.isInteger(count) && count >= 1)) throw new ArgumentError('Trainer', name, `must be a whole number from 1 on, found ${count}`);
}
