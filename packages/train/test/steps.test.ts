import { Module, trainer as pureTrainer, type Variables } from '@flaxon/core';
import { adam, chain, clipByGlobalNorm, sgd } from '@flaxon/optim';
import { add, grad, mean, mul, random, square, tensor, type Tensor } from '@flaxon/tensor';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batches, scaledLoss, Trainer, type Precision, type StepEvent, type TrainEvent } from '../src/index.js';
import { Classifier, classifierLoss, collect, examples, numbersIn, type Examples } from './models.js';

const executors = ['eager', 'onnx'] as const;
const rngs = { params: random.key(0), dropout: random.key(1) };
const data = examples(22);
const stepsOf = (events: readonly TrainEvent<unknown>[]): StepEvent[] => events.filter((event) => event.kind === 'step');

describe.each(executors)('steps on %s', (executor) => {
  const options = { model: new Classifier(), loss: classifierLoss, optimizer: chain(clipByGlobalNorm(1), adam(1e-2)), mutable: ['batch_stats'], rngs, executor };

  it('are those of the pure step of @flaxon/core', async () => {
    await using trainer = new Trainer(options);
    const training = pureTrainer((model: Classifier, batch: Examples) => mean(classifierLoss(model, batch, { train: true, weights: null })[0]), options.model, options.optimizer, { mutable: ['batch_stats'] });
    const read = [...batches(data, { size: 11 })];
    const events = await collect(trainer.fit(read, { epochs: 2 }));
    let state = training.start(options.model.init(rngs, [read[0]!.data.x, { train: false }]));
    const losses: number[] = [];
    for (const { data: batch } of [...read, ...read]) {
      const [next, { value }] = training.step(state, [batch], { dropout: rngs.dropout });
      state = next;
      losses.push(Number(value.item()));
    }
    stepsOf(events).forEach(({ loss }, i) => expect(loss).toBeCloseTo(losses[i]!, 5));
    const found = numbersIn(trainer.variables);
    numbersIn(state.variables).forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4));
  });

  it('of which several are made a call give the losses and the state of single ones, bit by bit', async () => {
    const train = async (count: number): Promise<{ readonly losses: number[]; readonly state: number[] }> => {
      await using trainer = new Trainer({ ...options, stepsPerCall: count });
      const losses = stepsOf(await collect(trainer.fit(batches(data, { size: 4, shuffle: random.key(9), remainder: 'pad' }), { epochs: 2 }))).map(({ loss }) => loss);
      return { losses, state: numbersIn(trainer.state) };
    };
    const single = await train(1);
    expect(single.losses.length).toBe(12);
    // Six batches a pass: 4 and 2.
    expect(await train(4)).toEqual(single);
  });

  it('on padded batches are those on the smaller batches that they hold', async () => {
    const train = async (remainder: 'keep' | 'pad') => {
      await using trainer = new Trainer({ ...options, model: new Classifier({ normalize: false, dropoutRate: 0 }), mutable: false });
      const events = await collect(trainer.fit(batches(data, { size: 8, remainder, shuffle: random.key(2) }), { epochs: 2 }));
      return { losses: events.flatMap((event) => (event.kind === 'step' || event.kind === 'epoch' ? [event.loss] : [])), variables: numbersIn(trainer.variables), compiled: events.filter(({ kind }) => kind === 'compile').length };
    };
    const [padded, kept] = [await train('pad'), await train('keep')];
    padded.losses.forEach((loss, i) => expect(loss).toBeCloseTo(kept.losses[i]!, 5));
    padded.variables.forEach((value, i) => expect(value).toBeCloseTo(kept.variables[i]!, 4));
    // One signature in place of two.
    expect([padded.compiled, kept.compiled]).toEqual([1, 2]);
  });

  it('with gradients of k batches move the parameters every k steps, as one batch of all of them does', async () => {
    const model = new Classifier({ normalize: false, dropoutRate: 0 });
    const [one, four] = [1, 4].map((accumulate) => new Trainer({ ...options, model, mutable: false, optimizer: sgd(0.5), accumulate }));
    for (const trainer of [one!, four!]) trainer.start(model.init(rngs, [data.x, { train: false }]));
    const whole = examples(20);
    await one!.run(batches(whole, { size: 20 }));
    const before = numbersIn(four!.variables);
    await four!.run(batches(whole, { size: 5 }), { steps: 3 });
    expect(numbersIn(four!.variables)).toEqual(before);
    await four!.run(batches(whole, { size: 5 }), { steps: 4 });
    numbersIn(one!.variables).forEach((value, i) => expect(numbersIn(four!.variables)[i]).toBeCloseTo(value, 5));
    await Promise.all([one!.dispose(), four!.dispose()]);
  });

  it('keep the mean of the parameters that evaluations take', async () => {
    await using trainer = new Trainer({ ...options, ema: 0.5 });
    await trainer.run(batches(data, { size: 11 }), { epochs: 1 });
    await using other = new Trainer(options);
    other.start(trainer.averagedVariables);
    expect((await trainer.evaluate(batches(data, { size: 11 }))).loss).toBe((await other.evaluate(batches(data, { size: 11 }))).loss);
    await using raw = new Trainer({ ...options, ema: { decay: 0.5, evaluate: false } });
    await raw.run(batches(data, { size: 11 }), { epochs: 1 });
    expect((await raw.evaluate(batches(data, { size: 11 }))).loss).not.toBe((await trainer.evaluate(batches(data, { size: 11 }))).loss);
  });
});

/** w x, whose gradient by w is what the data say. */
class Line extends Module.define({}) {
  call(x: Tensor): Tensor {
    const w = this.param('w', () => tensor([2], { dtype: 'float32' }));
    const seen = this.variable<Tensor>('batch_stats', 'seen', () => tensor(0, { dtype: 'float32' }));
    if (!this.isInitializing()) seen.value = add(seen.value, mean(x));
    return mul(x, w);
  }
}
const lineTrainer = (executor: 'eager' | 'onnx', precision: Precision, extra: { readonly ema?: number; readonly accumulate?: number } = {}) =>
  new Trainer({ model: new Line(), loss: (model: Line, x: Tensor) => square(model.call(x)), optimizer: adam(0.125), mutable: ['batch_stats'], rngs, precision, executor, ...extra });
const column = (...values: number[]): Tensor => tensor(values.map((value) => [value]), { dtype: 'float32' });

describe.each(executors)('mixed precision on %s', (executor) => {
  it.each(['float16', 'bfloat16'] as const)('computes in %s: parameters and arguments are rounded to it, results are float32, and so are parameters and gradients', async (computeDtype) => {
    const seen: string[] = [];
    await using trainer = new Trainer({
      model: new Classifier({ dropoutRate: 0 }),
      loss: (model: Classifier, batch: Examples, context) => {
        const [losses, logits] = classifierLoss(model, batch, context);
        seen.push(logits.dtype);
        return losses;
      },
      optimizer: adam(1e-2),
      mutable: ['batch_stats'],
      rngs,
      precision: computeDtype,
      executor,
    });
    await using exact = new Trainer({ model: new Classifier({ dropoutRate: 0 }), loss: classifierLoss, optimizer: adam(1e-2), mutable: ['batch_stats'], rngs, executor });
    const losses = await Promise.all([trainer, exact].map(async (each) => stepsOf(await collect(each.fit(batches(data, { size: 11 }), { epochs: 3 }))).map(({ loss }) => loss)));
    expect(new Set(seen)).toEqual(new Set(['float32']));
    // As near as the rounding of half precision leaves it, and no nearer.
    const difference = Math.max(...losses[0]!.map((loss, i) => Math.abs(loss - losses[1]![i]!)));
    expect(difference).toBeLessThan(computeDtype === 'float16' ? 5e-3 : 5e-2);
    expect(difference).toBeGreaterThan(1e-7);
    expect(new Set(dtypesIn(trainer.variables))).toEqual(new Set(['float32']));
  });

  it('leaves a step out whose gradients are not finite: parameters, statistics and averages stay, the scale is halved, the mean loss is of the others', async () => {
    await using trainer = lineTrainer(executor, { computeDtype: 'float16', lossScale: { lossScale: 64, period: 100 } }, { ema: 0.5 });
    await trainer.run([column(0.5, 0.25)]);
    const { state } = trainer;
    // 40000 is no infinity in float16, its product with 2 is.
    const events = await collect(trainer.fit([column(40000, 1), column(0.5, 0.5)], { epochs: 2 }));
    expect(stepsOf(events).map(({ isSkipped, lossScale }) => [isSkipped, lossScale])).toEqual([[true, 64], [false, 32]]);
    await using other = lineTrainer(executor, { computeDtype: 'float16', lossScale: { lossScale: 32, period: 100 } }, { ema: 0.5 });
    other.start(state.variables);
    const epoch = events.find((event) => event.kind === 'epoch');
    expect(epoch?.loss).toBe(stepsOf(events)[1]!.loss);
    expect(Number.isFinite(epoch?.loss)).toBe(true);
  });

  it('leaves everything as it was in such a step', async () => {
    await using trainer = lineTrainer(executor, 'float16', { ema: 0.5, accumulate: 2 });
    await trainer.run([column(0.5), column(0.25), column(0.125)]);
    const before = trainer.state;
    await trainer.run([column(40000)], { epochs: 2 });
    const after = trainer.state;
    expect(numbersIn(after.variables)).toEqual(numbersIn(before.variables));
    expect(numbersIn(after.ema!)).toEqual(numbersIn(before.ema!));
    expect([before, after].map(({ step }) => step.item())).toEqual([3, 4]);
  });

  it('doubles the scale after a period of finite steps', async () => {
    await using trainer = lineTrainer(executor, { computeDtype: 'float16', lossScale: { lossScale: 8, period: 2 } });
    const events = await collect(trainer.fit([column(1), column(1), column(1), column(1), column(1)]));
    expect(stepsOf(events).map(({ lossScale }) => lossScale)).toEqual([8, 8, 16, 16, 32]);
  });

  it('has no scale in bfloat16 unless one is asked for', async () => {
    await using plain = lineTrainer(executor, 'bfloat16');
    await using scaled = lineTrainer(executor, { computeDtype: 'bfloat16', lossScale: true });
    const scaleOf = async (trainer: typeof plain): Promise<number | null | undefined> => stepsOf(await collect(trainer.fit([column(1)])))[0]?.lossScale;
    expect([await scaleOf(plain), await scaleOf(scaled)]).toEqual([null, 2 ** 15]);
  });

  it('keeps gradients that vanish in float16 without a scale', async () => {
    // The gradient by w is 2 w x^2: with x = 2^-13 it is 2^-24, half of float16's smallest number after the mean over two.
    const moved = async (lossScale: boolean): Promise<boolean> => {
      await using trainer = lineTrainer(executor, { computeDtype: 'float16', lossScale });
      await trainer.run([column(2 ** -14, 2 ** -14)]);
      return trainer.variables['params']!['w'] !== undefined && numbersIn({ params: trainer.variables['params']! })[0] !== 2;
    };
    expect([await moved(true), await moved(false)]).toEqual([true, false]);
  });
});

const dtypesIn = (variables: Variables): string[] => Object.values(variables).flatMap((collection) => Object.values(collection).flatMap((inner) => (inner === null ? [] : Object.values(inner).map((leaf) => (leaf as Tensor).dtype))));

interface Rules {
  readonly lossScale: readonly { readonly lossScale: number; readonly period: number; readonly factor: number; readonly minLossScale: number; readonly finite: readonly boolean[]; readonly scales: readonly number[] }[];
}
const rules = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/rules.json'), 'utf8')) as Rules;

describe('scaledLoss', () => {
  it.each(rules.lossScale)('follows jmp from $lossScale in periods of $period', ({ finite, scales, ...options }) => {
    const transformation = scaledLoss(sgd(1), options);
    let state = transformation.init(tensor([1, 2]));
    const found = finite.map((isFinite) => {
      [, state] = transformation.update(tensor([1, isFinite ? 2 : Number.NaN]), state);
      return Number(state.loss_scale.item());
    });
    expect(found).toEqual(scales);
  });

  it('gives the inner transformation the gradients of the loss without its factor', () => {
    const transformation = scaledLoss(sgd(1), { lossScale: 8 });
    const params = tensor([1, -2], { dtype: 'float32' });
    const gradients = grad((w: Tensor) => mul(square(w).sum(), 8))(params);
    expect(transformation.update(gradients, transformation.init(params), params)[0].toArray()).toEqual([-2, 4]);
  });

  it.each([{ lossScale: 0 }, { period: 0 }, { period: 1.5 }, { factor: 1 }, { minLossScale: 0 }])('refuses %o', (options) => {
    expect(() => scaledLoss(sgd(1), options)).toThrow(Object.keys(options)[0]);
  });
});
