/** The training loop. */
import { ArgumentError, tree, zerosLike, type Tensor } from '@flaxon/tensor';
import { BatchChecker } from '../data/batch.js';
import { BatchReader, StoppedError, toDataset, type DataSource, type Dataset } from '../data/source.js';
import { EmptyDataError, MissingVariablesError, NonFiniteLossError, ResumeError } from '../errors.js';
import type { DoneReason, EvalEvent, Place, StepEvent, TrainEvent } from '../events.js';
import { addMeasured, lossOf, measurementOf, numbersOf, type Measurement } from '../metrics/totals.js';
import type { TrainerState } from '../step/state.js';
import type { Measured, StepInput, StepResult } from '../step/step.js';
import { loadSnapshot, saveSnapshot, stepOf } from './checkpoints.js';
import { earlyStopping, type EarlyStopping } from './early-stopping.js';
import { evaluateOn } from './evaluate.js';
import { isDue } from './every.js';
import { GroupReader } from './group.js';
import type { FitSetup, Memory } from './memory.js';
import type { FitPlan } from './options.js';
import type { Progress } from './progress.js';
import { letOthersRun } from './turn.js';

type Events<Values> = AsyncGenerator<TrainEvent<Values>, void, void>;

/** One call of `fit`. What it comes to is in the trainer's memory, which changes only after whole calls. */
export class Fit<Values> {
  readonly #setup: FitSetup<Values>;
  readonly #memory: Memory;
  readonly #plan: FitPlan<unknown>;
  readonly #dataset: Dataset<unknown>;
  readonly #stopping: EarlyStopping | undefined;
  readonly #checker = new BatchChecker();
  readonly #start = performance.now();
  /** What the last checkpoint holds. */
  #saved: Memory | undefined;

  constructor(setup: FitSetup<Values>, memory: Memory, source: DataSource<unknown>, plan: FitPlan<unknown>) {
    this.#setup = setup;
    this.#memory = memory;
    this.#plan = plan;
    this.#dataset = toDataset(source);
    this.#stopping = plan.earlyStopping && earlyStopping(plan.earlyStopping);
  }

  async *events(): Events<Values> {
    await this.#resume();
    let reason: DoneReason | undefined;
    try {
      while ((reason = this.#doneReason()) === undefined) yield* this.#epoch();
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error;
      reason = 'aborted';
    }
    if (reason !== 'aborted' && this.#stopping?.restoreBest === true) this.#restoreBest();
    yield* this.#checkpoint();
    yield { kind: 'done', ...this.#place(), reason, seconds: this.#seconds() };
  }

  #restoreBest(): void {
    const { state, progress: { best } } = this.#memory;
    if (best !== null && state !== undefined) this.#memory.state = { ...state, variables: best };
  }

  #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  #step(): number {
    return this.#memory.state === undefined ? 0 : stepOf(this.#memory.state);
  }

  #place(): Place {
    return { step: this.#step(), epoch: this.#memory.progress.epoch };
  }

  #doneReason(): DoneReason | undefined {
    const { epochs, steps, signal } = this.#plan;
    if (this.#memory.progress.stopping.isStopped && this.#stopping !== undefined) return 'early-stopping';
    if (this.#memory.progress.epoch >= epochs) return 'epochs';
    if (this.#step() >= steps) return 'steps';
    return signal?.aborted === true ? 'aborted' : undefined;
  }

  /** Makes the state where there is none, of the shapes of a batch. */
  #ensureState(input: StepInput): TrainerState {
    const { step, keys } = this.#setup;
    if (this.#memory.state !== undefined) return this.#memory.state;
    if (keys['params'] === undefined) throw new MissingVariablesError();
    this.#memory.state = step.start(step.init(keys, input));
    return this.#memory.state;
  }

  async #resume(): Promise<void> {
    const { checkpoints, keys } = this.#setup;
    const { resume, signal } = this.#plan;
    if (resume !== false) {
      if (checkpoints === undefined) throw new ArgumentError('Trainer.fit', 'resume', 'needs somewhere to resume from: give the trainer `checkpoints: { manager }`');
      const step = resume === true ? undefined : resume.step;
      if (step !== undefined || (await checkpoints.manager.latest()) !== undefined) {
        const loaded = await loadSnapshot(checkpoints.manager, await this.#likeState(signal), keys, step);
        if (loaded !== undefined) {
          this.#requireSameMetrics(loaded.progress);
          this.#memory.state = loaded.state;
          this.#memory.progress = loaded.progress;
          this.#saved = { ...this.#memory };
        }
      }
    }
    const { batch, data } = this.#memory.progress;
    const { identity } = this.#dataset;
    if (batch > 0 && data !== null && identity !== data) throw new ResumeError('in the middle of an epoch the data were', data, `they are ${identity ?? 'not described'}`, 'Give the same data in the same order until the epoch is done.');
  }

  /** In the middle of a pass there are sums for each metric. */
  #requireSameMetrics({ totals }: Progress): void {
    if (totals === null) return;
    const [saved, given] = [totals, this.#setup].map(({ metrics }) => Object.keys(metrics).sort().join(', ') || 'none');
    if (saved !== given) throw new ResumeError('in the middle of an epoch the metrics were', saved!, `they are ${given}`, 'Give the same metrics until the epoch is done.');
  }

  /** A state of the structure of this training's: for a checkpoint to be read into. */
  async #likeState(signal: AbortSignal | undefined): Promise<TrainerState> {
    if (this.#memory.state !== undefined) return this.#memory.state;
    const reader = new BatchReader(this.#dataset.batches(0, 0), signal);
    try {
      const batch = await reader.next();
      if (batch === undefined) throw this.#emptyData(0);
      return this.#ensureState({ data: batch.data as StepInput['data'], weights: batch.weights });
    } finally {
      await reader.close();
    }
  }

  #emptyData(epoch: number): EmptyDataError {
    return new EmptyDataError('Trainer.fit', `epoch ${epoch} gave no batch${epoch > 0 ? '; a generator gives its batches once, so give the function that makes it' : ''}`, epoch);
  }

  /** The rest of a pass over the data, and what is done after it. */
  async *#epoch(): Events<Values> {
    const { epoch, batch: from } = this.#memory.progress;
    const { signal } = this.#plan;
    const began = performance.now();
    const reader = new BatchReader(this.#dataset.batches(epoch, from), signal);
    const groups = new GroupReader(reader, this.#checker, from);
    try {
      for (;;) {
        const before = this.#step();
        const group = await groups.read(Math.min(this.#setup.stepsPerCall, this.#plan.steps - before));
        if (group.length === 0) break;
        yield* this.#advance(group);
        const { evaluation } = this.#plan;
        if (isDue(evaluation?.every.steps, before, this.#step())) yield* this.#evaluate();
        if (isDue(this.#setup.checkpoints?.every?.steps, before, this.#step())) yield* this.#checkpoint();
        await letOthersRun(signal);
        const reason = this.#doneReason();
        if (reason === 'early-stopping' || reason === 'steps') return;
      }
    } finally {
      await reader.close();
    }
    yield* this.#endEpoch(epoch, (performance.now() - began) / 1000);
  }

  async *#endEpoch(epoch: number, seconds: number): Events<Values> {
    const { totals } = this.#memory.progress;
    const { evaluation } = this.#plan;
    const { checkpoints, metrics } = this.#setup;
    if (totals === null) throw this.#emptyData(epoch);
    const measured = measurementOf(metrics, totals);
    yield { kind: 'epoch', step: this.#step(), epoch, ...measured, seconds };
    if (evaluation !== undefined && isDue(evaluation.every.epochs, epoch, epoch + 1)) yield* this.#evaluate();
    if (evaluation === undefined) this.#watch(measured);
    this.#memory.progress = { ...this.#memory.progress, epoch: epoch + 1, batch: 0, totals: null };
    const every = checkpoints?.every ?? { epochs: 1 };
    if (isDue(every.epochs, epoch, epoch + 1)) yield* this.#checkpoint();
  }

  /** Steps on a group of batches in one call. */
  async *#advance(group: Awaited<ReturnType<GroupReader['read']>>): Events<Values> {
    const { compiled, keys, requireFinite } = this.#setup;
    const [first] = group;
    const state = this.#ensureState({ data: first!.data as StepInput['data'], weights: first!.weights });
    const { epoch, batch, totals } = this.#memory.progress;
    const step = stepOf(state);
    const { result, compileSeconds } = await compiled.advance(state, group, keys);
    const events = result.results.map((found, i) => this.#stepEvent(found, { step: step + i + 1, epoch, batch: batch + i }));
    const failed = requireFinite ? events.find(({ loss, isSkipped }) => !isSkipped && !Number.isFinite(loss)) : undefined;
    if (failed !== undefined) throw new NonFiniteLossError(failed.loss, failed.step, epoch, failed.batch);
    this.#memory.state = result.state;
    this.#memory.progress = { ...this.#memory.progress, batch: batch + group.length, totals: result.results.reduce((sums, found, i) => addMeasured(sums, events[i]!.isSkipped ? nothingLike(found) : found), totals), data: this.#dataset.identity ?? null };
    if (compileSeconds !== null) yield { kind: 'compile', step, epoch, function: 'step', seconds: compileSeconds };
    yield* events;
  }

  #stepEvent(result: StepResult, { step, epoch, batch }: Place & { readonly batch: number }): StepEvent {
    const { epochs, steps } = this.#plan;
    const { length } = this.#dataset;
    const bySource = length === undefined ? Number.POSITIVE_INFINITY : step + (length - batch - 1) + (epochs - epoch - 1) * length;
    const totalSteps = Math.min(steps, bySource);
    return {
      kind: 'step',
      step,
      epoch,
      batch,
      loss: lossOf(result),
      lossScale: result.lossScale === null ? null : Number(result.lossScale.item()),
      isSkipped: result.finite !== null && !result.finite.item(),
      totalSteps: Number.isFinite(totalSteps) ? totalSteps : null,
      seconds: this.#seconds(),
    };
  }

  async *#evaluate(): Events<Values> {
    const { compiled, metrics, evaluated } = this.#setup;
    const { evaluation, signal } = this.#plan;
    const { state } = this.#memory;
    if (evaluation === undefined || state === undefined) return;
    const { measurement, compileSeconds } = await evaluateOn(evaluation.data, { compiled, metrics, variables: evaluated(state), signal });
    for (const seconds of compileSeconds) yield { kind: 'compile', ...this.#place(), function: 'evaluation', seconds };
    const isBest = this.#watch(measurement);
    const event: EvalEvent<Values> = { kind: 'eval', ...this.#place(), ...measurement, isBest };
    yield event;
  }

  /** Takes note of what was measured. Whether it is the best so far; null where nobody asks. */
  #watch(measured: Measurement<Values>): boolean | null {
    const { progress, state } = this.#memory;
    const numbers = numbersOf(measured);
    if (this.#stopping === undefined || state === undefined) {
      this.#memory.progress = { ...progress, evaluated: numbers };
      return null;
    }
    const { state: stopping, isBest } = this.#stopping.update(progress.stopping, numbers, stepOf(state));
    const best = isBest && this.#stopping.restoreBest ? this.#setup.evaluated(state) : progress.best;
    this.#memory.progress = { ...progress, stopping, best, evaluated: numbers };
    return isBest;
  }

  /** Writes a checkpoint, unless the last one is of just this. */
  async *#checkpoint(): Events<Values> {
    const { checkpoints, keys, metrics } = this.#setup;
    const { state, progress } = this.#memory;
    if (checkpoints === undefined || state === undefined) return;
    if (this.#saved?.state === state && this.#saved.progress === progress) return;
    const { evaluated, totals } = progress;
    const numbers = evaluated ?? (totals === null ? {} : numbersOf(measurementOf(metrics, totals)));
    const record = await saveSnapshot(checkpoints.manager, { state, progress }, keys, numbers);
    this.#saved = { state, progress };
    yield { kind: 'checkpoint', ...this.#place(), record };
  }
}

/** A step that was left out counts nothing: what it measured is not finite. */
const nothingLike = ({ loss, metrics }: StepResult): Measured => tree.map((leaf: Tensor) => zerosLike(leaf), { loss, metrics }) as Measured;
