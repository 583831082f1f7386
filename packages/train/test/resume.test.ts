import { CheckpointManager, memoryStorage } from '@flaxon/checkpoint';
import { adam, sgd } from '@flaxon/optim';
import { random, tensor, TreeMatchError } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { batches, ResumeError, Trainer, type CheckpointOptions, type FitOptions, type NoMetrics, type TrainEvent, type TrainerOptions } from '../src/index.js';
import { Classifier, classifierLoss, collect, examples, numbersIn, type Examples } from './models.js';

const data = batches(examples(22), { size: 4, shuffle: random.key(4), remainder: 'pad' });
const held = batches(examples(9, 30), { size: 4 });
const rngs = { params: random.key(0), dropout: random.key(1) };

type Events = TrainEvent<{ readonly accuracy: number }>[];
const trainerOf = (executor: 'eager' | 'onnx', extra: { readonly checkpoints?: CheckpointOptions; readonly stepsPerCall?: number; readonly precision?: 'float32' | 'float16'; readonly accumulate?: number } = {}) =>
  new Trainer({
    model: new Classifier(),
    loss: classifierLoss,
    optimizer: adam(1e-2),
    metrics: ({ accuracy }) => ({ accuracy: accuracy(({ outputs, batch }) => ({ logits: outputs, labels: batch.labels })) }),
    mutable: ['batch_stats'],
    rngs,
    ema: 0.9,
    executor,
    ...extra,
  });

/** What is the same in two runs: all but times and checkpoints. */
const told = (events: Events): unknown[] =>
  events.flatMap((event): unknown[] => {
    if (event.kind === 'compile' || event.kind === 'checkpoint') return [];
    const { seconds: _, ...rest } = { seconds: 0, ...event };
    return [rest];
  });
const fitOptions = { epochs: 3, evaluation: held, earlyStopping: { patience: 10, monitor: 'accuracy', mode: 'max', restoreBest: true } } satisfies FitOptions<Examples>;

describe.each(['eager', 'onnx'] as const)('a training on %s', (executor) => {
  const variants = [
    { name: 'one step a call', extra: {}, steps: [8] },
    { name: 'four steps a call, float16 and gradients of two batches', extra: { stepsPerCall: 4, precision: 'float16', accumulate: 2 }, steps: [4] },
  ] as const;
  it.each(variants)('that stops in the middle of a pass goes on from its checkpoint to the very same numbers: $name', async ({ extra, steps }) => {
    await using whole = trainerOf(executor, extra);
    const expected = told(await collect(whole.fit(data, fitOptions)));
    for (const at of steps) {
      const checkpoints = { manager: new CheckpointManager(memoryStorage()), every: { steps: at } };
      await using first = trainerOf(executor, { ...extra, checkpoints });
      // Breaking off leaves the checkpoint that was written last.
      const before: Events = [];
      for await (const event of first.fit(data, fitOptions)) {
        before.push(event);
        if (event.kind === 'checkpoint') break;
      }
      await using second = trainerOf(executor, { ...extra, checkpoints });
      const after = await collect(second.fit(data, { ...fitOptions, resume: true }));
      expect([...told(before), ...told(after)]).toEqual(expected);
      expect(numbersIn(second.state)).toEqual(numbersIn(whole.state));
    }
  });

  it('that somebody stops reading goes on with another `fit` where it was', async () => {
    await using whole = trainerOf(executor);
    const expected = told(await collect(whole.fit(data, fitOptions)));
    await using trainer = trainerOf(executor);
    const events: Events = [];
    for await (const event of trainer.fit(data, fitOptions)) {
      events.push(event);
      if (event.kind === 'step' && event.step === 9) break;
    }
    events.push(...(await collect(trainer.fit(data, fitOptions))));
    expect(told(events)).toEqual(expected);
  });
});

describe('resuming', () => {
  const saved = async (options: Pick<CheckpointOptions, 'every'> = {}): Promise<CheckpointOptions> => {
    const checkpoints = { manager: new CheckpointManager(memoryStorage()), ...options };
    await trainerOf('eager', { checkpoints }).run(data, { steps: 3 });
    return checkpoints;
  };

  it('begins at the beginning where nothing has been saved', async () => {
    const checkpoints = { manager: new CheckpointManager(memoryStorage()) };
    const resumed = await collect(trainerOf('eager', { checkpoints }).fit(data, { steps: 2, resume: true }));
    expect(told(resumed)).toEqual(told(await collect(trainerOf('eager').fit(data, { steps: 2 }))));
  });

  it('can begin at an earlier checkpoint', async () => {
    const checkpoints = await saved({ every: { steps: 1 } });
    const events = await collect(trainerOf('eager', { checkpoints }).fit(data, { steps: 3, resume: { step: 1 } }));
    expect(events.flatMap((event) => (event.kind === 'step' ? [event.step] : []))).toEqual([2, 3]);
  });

  it('refuses data in another order in the middle of a pass', async () => {
    const checkpoints = await saved();
    const other = batches(examples(22), { size: 4, shuffle: random.key(5), remainder: 'pad' });
    await expect(trainerOf('eager', { checkpoints }).run(other, { resume: true })).rejects.toThrow(ResumeError);
    await expect(trainerOf('eager', { checkpoints }).run(other, { resume: true })).rejects.toThrow(/shuffled by key 0,4.*shuffled by key 0,5/);
  });

  const base = { model: new Classifier(), loss: classifierLoss, optimizer: adam(1e-2), mutable: ['batch_stats'], rngs, executor: 'eager' } as const;
  const resume = async (options: Omit<TrainerOptions<Classifier, Examples, ReturnType<typeof classifierLoss>, NoMetrics>, 'checkpoints'>, ema = 0.9): Promise<unknown> => {
    const checkpoints = await saved();
    return new Trainer({ ...options, checkpoints, ema }).run(data, { resume: true });
  };

  it('refuses other keys, other shapes and other optimisers, and says what differs', async () => {
    await expect(resume({ ...base, rngs: { ...rngs, dropout: random.key(2) } })).rejects.toThrow(/stream `dropout` had the key 0,1, and now it has the key 0,2/);
    await expect(resume({ ...base, model: new Classifier({ hidden: 9 }) })).rejects.toThrow(TreeMatchError);
    await expect(resume({ ...base, optimizer: sgd(0.1) })).rejects.toThrow(/optimizer\/0/);
  });

  it('refuses other metrics in the middle of a pass', async () => {
    const checkpoints = await saved();
    await expect(new Trainer({ ...base, ema: 0.9, checkpoints }).run(data, { resume: true })).rejects.toThrow(/metrics were accuracy, and now they are none/);
  });

  it('needs checkpoints', async () => {
    await expect(trainerOf('eager').run(data, { resume: true })).rejects.toThrow(/checkpoints: \{ manager \}/);
  });

  it('refuses a checkpoint that no trainer wrote', async () => {
    const manager = new CheckpointManager(memoryStorage());
    await manager.save(1, { w: tensor([1]) });
    await expect(trainerOf('eager', { checkpoints: { manager } }).run(data, { resume: true })).rejects.toThrow(/one that a trainer wrote/);
  });
});

describe('checkpoints', () => {
  const stepsSaved = async (every: CheckpointOptions['every'] | undefined, options: FitOptions<Examples>): Promise<number[]> => {
    const manager = new CheckpointManager(memoryStorage());
    const events = await collect(trainerOf('eager', { checkpoints: { manager, ...(every === undefined ? {} : { every }) } }).fit(data, options));
    expect((await manager.records()).map(({ step }) => step)).toEqual([...new Set(events.flatMap((event) => (event.kind === 'checkpoint' ? [event.record.step] : [])))]);
    return events.flatMap((event) => (event.kind === 'checkpoint' ? [event.record.step] : []));
  };

  it('are written after each epoch, or as often as asked, and once more at the end', async () => {
    expect(await stepsSaved(undefined, { epochs: 2 })).toEqual([6, 12]);
    expect(await stepsSaved({ epochs: 2 }, { epochs: 3 })).toEqual([12, 18]);
    expect(await stepsSaved({ steps: 5 }, { steps: 12 })).toEqual([5, 10, 12]);
  });

  it('know the numbers of the last evaluation, by which a manager keeps the best', async () => {
    const manager = new CheckpointManager(memoryStorage(), { keepLast: 1, keepBest: { metric: 'accuracy', mode: 'max' } });
    const events: Events = await collect(trainerOf('eager', { checkpoints: { manager } }).fit(data, { epochs: 4, evaluation: held }));
    const evaluated = events.flatMap((event) => (event.kind === 'eval' ? [event.metrics.accuracy] : []));
    expect((await manager.best())?.metrics['accuracy']).toBe(Math.max(...evaluated));
  });
});
