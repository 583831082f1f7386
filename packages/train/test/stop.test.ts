import { CheckpointManager, memoryStorage } from '@flaxon/checkpoint';
import { adam, sgd } from '@flaxon/optim';
import { concatenate, log, random, tensor, type Tensor } from '@flaxon/tensor';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batches, Batch, BatchStructureError, EmptyDataError, MissingVariablesError, MonitorError, NonFiniteLossError, prefetch, Trainer, TrainerBusyError, type StepEvent, type TrainEvent } from '../src/index.js';
import { earlyStopping, initialStopping, type StoppingState } from '../src/fit/early-stopping.js';
import { Classifier, classifierLoss, collect, examples, numbersIn, type Examples } from './models.js';

const rngs = { params: random.key(0), dropout: random.key(1) };
const data = batches(examples(12), { size: 4 });
const options = { model: new Classifier(), loss: classifierLoss, optimizer: adam(1e-2), mutable: ['batch_stats'], rngs, executor: 'eager' } as const;
const create = (extra: { readonly stepsPerCall?: number; readonly requireFinite?: boolean } = {}) => new Trainer({ ...options, ...extra });
const stepsOf = (events: readonly TrainEvent<unknown>[]): StepEvent[] => events.filter((event) => event.kind === 'step');
const doneOf = (events: readonly TrainEvent<unknown>[]): string | undefined => events.flatMap((event) => (event.kind === 'done' ? [event.reason] : []))[0];

interface Rules {
  readonly earlyStopping: readonly { readonly patience: number; readonly minDelta: number; readonly values: readonly number[]; readonly seen: readonly (readonly [boolean, boolean])[] }[];
}
const rules = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/rules.json'), 'utf8')) as Rules;

describe('early stopping', () => {
  const follow = (stopping: ReturnType<typeof earlyStopping>, values: readonly number[]): [boolean, boolean][] => {
    let state: StoppingState = initialStopping;
    return values.map((loss, step) => {
      const next = stopping.update(state, { loss }, step);
      state = next.state;
      return [next.isBest, state.isStopped];
    });
  };

  it.each(rules.earlyStopping)('decides as Flax does with patience $patience and a least difference of $minDelta', ({ patience, minDelta, values, seen }) => {
    // Flax's state can go on after it said to stop; here the training is over then.
    const until = seen.findIndex(([, isStopped]) => isStopped) + 1 || seen.length;
    expect(follow(earlyStopping({ patience, minDelta }), values).slice(0, until)).toEqual(seen.slice(0, until));
    const negated = values.map((value) => -value);
    expect(follow(earlyStopping({ patience, minDelta, mode: 'max' }), negated).slice(0, until)).toEqual(seen.slice(0, until));
  });

  it('takes what is not a number for no improvement', () => {
    expect(follow(earlyStopping({ patience: 1 }), [Number.NaN, 2, Number.NaN, Number.NaN])).toEqual([[false, false], [true, false], [false, false], [false, true]]);
  });

  /** Learns the training data by heart, and does worse and worse on the others. */
  const overfit = async (restoreBest: boolean) => {
    const trainer = new Trainer({ ...options, optimizer: adam(0.1), model: new Classifier({ dropoutRate: 0 }) });
    const held = batches(examples(40, 50), { size: 40 });
    const events = await collect(trainer.fit(data, { epochs: 50, evaluation: held, earlyStopping: { patience: 2, restoreBest } }));
    const losses = events.flatMap((event) => (event.kind === 'eval' ? [event.loss] : []));
    return { events, losses, last: (await trainer.evaluate(held)).loss };
  };

  it('ends the training after the evaluations that brought nothing, with the last variables or the best ones', async () => {
    const { events, losses, last } = await overfit(false);
    expect(doneOf(events)).toBe('early-stopping');
    expect(losses.indexOf(Math.min(...losses))).toBe(losses.length - 4);
    expect(last).toBe(losses.at(-1));
    const restored = await overfit(true);
    expect(restored.losses).toEqual(losses);
    expect(restored.last).toBe(Math.min(...losses));
    expect(restored.events.flatMap((event) => (event.kind === 'eval' ? [event.isBest] : []))).toEqual(losses.map((loss, i) => losses.slice(0, i).every((before) => loss < before)));
  });

  it('watches the training where nothing is evaluated', async () => {
    const trainer = new Trainer({ ...options, optimizer: sgd(0), model: new Classifier({ dropoutRate: 0, normalize: false }), mutable: false });
    expect(doneOf(await collect(trainer.fit(data, { epochs: 9, earlyStopping: { patience: 1 } })))).toBe('early-stopping');
    expect(trainer.state.step.item()).toBe(9);
  });

  it('says what it could watch', async () => {
    await expect(create().run(data, { earlyStopping: { monitor: 'acuracy' } })).rejects.toThrow(MonitorError);
    await expect(create().run(data, { earlyStopping: { monitor: 'acuracy' } })).rejects.toThrow(/that is loss/);
  });

  it.each([{ patience: -1 }, { patience: 0.5 }, { minDelta: -1 }, { minDelta: Number.NaN }])('refuses %o', (wrong) => {
    expect(() => earlyStopping(wrong)).toThrow(Object.keys(wrong)[0]);
  });
});

describe('a signal', () => {
  it('ends the training between two steps, with a checkpoint, and the training can go on', async () => {
    const whole = create();
    await whole.run(data, { epochs: 2 });
    const controller = new AbortController();
    const manager = new CheckpointManager(memoryStorage());
    const trainer = new Trainer({ ...options, checkpoints: { manager } });
    const events: TrainEvent<unknown>[] = [];
    const done = await trainer.run(data, {
      epochs: 2,
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'step' && event.step === 2) controller.abort();
      },
    });
    expect(events.map(({ kind }) => kind)).toEqual(['compile', 'step', 'step', 'checkpoint', 'done']);
    expect(done).toMatchObject({ reason: 'aborted', step: 2, epoch: 0 });
    expect((await manager.latest())?.step).toBe(2);
    await trainer.run(data, { epochs: 2 });
    expect(numbersIn(trainer.state)).toEqual(numbersIn(whole.state));
  });

  it('that was aborted before leaves everything as it is', async () => {
    const events = await collect(create().fit(data, { signal: AbortSignal.abort() }));
    expect(events.map(({ kind }) => kind)).toEqual(['done']);
  });

  it('ends the waiting for data that do not come', async () => {
    const controller = new AbortController();
    async function* stuck(): AsyncGenerator<Batch<Examples>> {
      yield* data;
      controller.abort();
      await new Promise(() => undefined);
    }
    for (const source of [stuck(), prefetch<Examples>(stuck())]) {
      const done = await create().run(source, { signal: controller.signal });
      expect(done.reason).toBe('aborted');
    }
  });

  it('that a timer aborts is heard while steps follow each other without a pause', async () => {
    const done = await create().run(() => data, { epochs: 1e6, signal: AbortSignal.timeout(100) });
    expect(done.reason).toBe('aborted');
  });

  it('ends an evaluation of its own with its reason', async () => {
    const trainer = create();
    await trainer.run(data);
    await expect(trainer.evaluate(data, { signal: AbortSignal.abort(new RangeError('enough')) })).rejects.toThrow('enough');
  });

  it('ends an evaluation', async () => {
    const controller = new AbortController();
    const held = function* (): Generator<Batch<Examples>> {
      for (;;) {
        controller.abort();
        yield* data;
      }
    };
    const events = await collect(create().fit(data, { evaluation: held, signal: controller.signal }));
    expect(events.map(({ kind }) => kind)).toEqual(['compile', 'step', 'step', 'step', 'epoch', 'done']);
  });
});

describe('a number of steps', () => {
  it('is kept to, also where several are made a call', async () => {
    const events = await collect(create({ stepsPerCall: 4 }).fit(data, { steps: 7 }));
    expect(stepsOf(events).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(stepsOf(events).map(({ totalSteps }) => totalSteps)).toEqual([7, 7, 7, 7, 7, 7, 7]);
    expect(doneOf(events)).toBe('steps');
  });

  it('and of epochs count from the beginning of the training', async () => {
    const trainer = create();
    await trainer.run(data, { epochs: 1 });
    expect(stepsOf(await collect(trainer.fit(data, { epochs: 3 }))).map(({ step, epoch }) => [step, epoch])).toEqual([[4, 1], [5, 1], [6, 1], [7, 2], [8, 2], [9, 2]]);
    expect(await trainer.run(data, { epochs: 3 })).toMatchObject({ step: 9, reason: 'epochs' });
  });

  it.each([{ steps: -1 }, { epochs: 1.5 }, { evaluation: { data, every: {} } }, { evaluation: { data, every: { steps: 0 } } }])('that makes no sense is refused: %o', async (wrong) => {
    await expect(create().run(data, wrong)).rejects.toThrow(/whole number|must be \{ steps \}/);
  });
});

describe('what fails', () => {
  const x = (...sizes: number[]): Examples[] => sizes.map((size) => examples(size));
  const failing = async (source: Parameters<ReturnType<typeof create>['fit']>[0], trainer = create()): Promise<{ readonly error: unknown; readonly trainer: ReturnType<typeof create> }> => {
    const error: unknown = await trainer.run(source).then(() => undefined, (reason: unknown) => reason);
    return { error, trainer };
  };

  it('is a batch of another form: with its number and its path, and with the state of the last step', async () => {
    const other = { ...examples(4), x: random.normal(random.key(0), [4, 5]) };
    const { error, trainer } = await failing([...x(4, 3), other]);
    expect(error).toBeInstanceOf(BatchStructureError);
    expect(error).toMatchObject({ batch: 2, path: 'x', expected: 'float32[n,4]', found: 'float32[n,5]' });
    expect(trainer.state.step.item()).toBe(2);
    const extra: Examples = Object.assign(examples(4), { more: tensor([1]) });
    expect((await failing([...x(4), extra])).error).toMatchObject({ batch: 1, path: 'more', expected: 'nothing' });
    expect((await failing([...x(4), new Batch(examples(4), tensor([1, 1, 1, 0]))])).error).toMatchObject({ batch: 1, path: '', found: 'a batch with weights' });
    const numbers = { ...examples(4), labels: [0, 1] } as unknown;
    expect((await failing([numbers as Examples])).error).toMatchObject({ batch: 0, path: 'labels/0', found: 'a number' });
  });

  it('is data without a batch, or a generator that is read twice', async () => {
    expect((await failing([])).error).toBeInstanceOf(EmptyDataError);
    const once = (function* (): Generator<Examples> {
      yield* x(4);
    })();
    await expect(create().run(once, { epochs: 2 })).rejects.toThrow(/epoch 1 gave no batch; a generator gives its batches once/);
  });

  it('is a trainer that has neither variables nor a key to make them with', async () => {
    const trainer = new Trainer({ ...options, rngs: {} });
    await expect(trainer.run(data)).rejects.toThrow(MissingVariablesError);
    expect(() => trainer.variables).toThrow(MissingVariablesError);
  });

  it('is a second `fit` while one runs; after it, all is well', async () => {
    const trainer = create();
    const running = trainer.fit(data);
    await running.next();
    await expect(trainer.run(data)).rejects.toThrow(TrainerBusyError);
    expect(() => trainer.start(trainer.variables)).toThrow(TrainerBusyError);
    await running.return();
    expect((await trainer.run(data)).reason).toBe('epochs');
  });

  it.each([1, 3])('is a loss that is not finite, where that is asked for: the state is the one before the call (%d steps a call)', async (stepsPerCall) => {
    const loss = (model: Classifier, { x: input }: Examples): Tensor => log(model.call(input, { train: true }).mul(0).sum({ axis: -1 }).add(input.sum({ axis: -1 }).mul(0).add(input.max())));
    const trainer = new Trainer({ ...options, loss, stepsPerCall, requireFinite: true });
    const bad = { ...examples(4), x: tensor(Array.from({ length: 4 }, () => [-1, -1, -1, -1]), { dtype: 'float32' }) };
    const good = { ...examples(4), x: tensor(Array.from({ length: 4 }, () => [1, 1, 1, 1]), { dtype: 'float32' }) };
    const error: unknown = await trainer.run([good, good, bad, good]).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error).toMatchObject({ step: 3, epoch: 0, batch: 2, value: Number.NaN });
    expect(trainer.state.step.item()).toBe(stepsPerCall === 1 ? 2 : 0);
  });

  it('is a loss that throws: the state stays, and the data are closed', async () => {
    const trainer = create();
    let isClosed = false;
    const source = async function* (): AsyncGenerator<Examples> {
      try {
        yield* x(4, 4);
        yield { ...examples(4), labels: concatenate([examples(4).labels, examples(4).labels]) };
      } finally {
        isClosed = true;
      }
    };
    await expect(trainer.run(source)).rejects.toThrow();
    expect(trainer.state.step.item()).toBe(2);
    expect(isClosed).toBe(true);
  });

  it.each([{ stepsPerCall: 0 }, { accumulate: 1.5 }, { ema: 1 }, { ema: Number.NaN }, { precision: 'float8' as 'float16' }, { executor: 'cuda' as 'onnx' }])('is an option out of range: %o', (wrong) => {
    expect(() => new Trainer({ ...options, ...wrong })).toThrow(Object.keys(wrong)[0]);
  });
});

describe('a trainer', () => {
  it.each(['eager', 'onnx'] as const)('on %s compiles anew after it was disposed of, and goes on', async (executor) => {
    const trainer = new Trainer({ ...options, executor });
    const first = await collect(trainer.fit(data, { epochs: 1 }));
    await trainer.dispose();
    const second = await collect(trainer.fit(data, { epochs: 2 }));
    await trainer[Symbol.asyncDispose]();
    expect([first, second].map((events) => events.filter(({ kind }) => kind === 'compile').length)).toEqual([1, 1]);
    expect(stepsOf(second).map(({ step }) => step)).toEqual([4, 5, 6]);
  });
});
