/** The same network, trained by Flax and Optax: see cases/README.md. */
import { adam, sgd, type GradientTransformation } from '@flaxon/optim';
import { random, tensor, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batches, Trainer, type TrainEvent } from '../src/index.js';
import { Classifier, classifierLoss, collect, numbersIn, type Examples } from './models.js';

type Nested = number | readonly Nested[] | { readonly [key: string]: Nested };
interface Case {
  readonly losses: readonly number[];
  readonly epochs: readonly { readonly loss: number; readonly accuracy: number; readonly evaluation: number }[];
  readonly params: Nested;
  readonly batch_stats: Nested;
  readonly averaged: Nested;
}
interface Cases {
  readonly size: number;
  readonly epochs: number;
  readonly x: number[][];
  readonly labels: number[];
  readonly initial: Nested;
  readonly adam: Case & { readonly learningRate: number; readonly decay: number };
  readonly accumulated: Case & { readonly learningRate: number; readonly momentum: number; readonly everyK: number; readonly decay: number };
}
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/training.json'), 'utf8')) as Cases;

/** Nested lists of numbers as tensors, at the leaves of a tree of objects. */
function tensorsOf(nested: Nested): Tree<Tensor> {
  if (typeof nested === 'number' || Array.isArray(nested)) return tensor(nested as number[], { dtype: 'float32' });
  return Object.fromEntries(Object.entries(nested).map(([name, inner]) => [name, tensorsOf(inner)]));
}
const data: Examples = { x: tensor(cases.x, { dtype: 'float32' }), labels: tensor(cases.labels, { dtype: 'int32' }) };

function trainerOf(executor: 'eager' | 'onnx', optimizer: GradientTransformation, decay: number, accumulate: number, stepsPerCall = 1) {
  const trainer = new Trainer({
    model: new Classifier(),
    loss: classifierLoss,
    optimizer,
    metrics: ({ accuracy }) => ({ accuracy: accuracy(({ outputs, batch }) => ({ logits: outputs, labels: batch.labels })) }),
    mutable: ['batch_stats'],
    rngs: { dropout: random.key(1) },
    ema: { decay, evaluate: false },
    accumulate,
    stepsPerCall,
    executor,
  });
  trainer.start(tensorsOf(cases.initial) as Parameters<typeof trainer.start>[0]);
  return trainer;
}

const largestDifference = (found: readonly number[], expected: readonly number[]): number => {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!) / Math.max(1, Math.abs(value))));
};

async function checkCase(trainer: ReturnType<typeof trainerOf>, expected: Case): Promise<void> {
  const training = batches(data, { size: cases.size, shuffle: random.key(2) });
  const events: TrainEvent<{ readonly accuracy: number }>[] = await collect(trainer.fit(training, { epochs: cases.epochs, evaluation: batches(data, { size: 5 }) }));
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
  expect(largestDifference(losses, expected.losses)).toBeLessThan(2e-5);
  const measured = events.flatMap((event) => (event.kind === 'epoch' ? [event.loss, event.metrics.accuracy] : event.kind === 'eval' ? [event.loss] : []));
  expect(largestDifference(measured, expected.epochs.flatMap((epoch) => [epoch.loss, epoch.accuracy, epoch.evaluation]))).toBeLessThan(2e-5);
  const { params, batch_stats } = trainer.variables;
  expect(largestDifference(numbersIn(params!), numbersIn(tensorsOf(expected.params)))).toBeLessThan(5e-5);
  expect(largestDifference(numbersIn(batch_stats!), numbersIn(tensorsOf(expected.batch_stats)))).toBeLessThan(5e-5);
  expect(largestDifference(numbersIn(trainer.averagedVariables['params']!), numbersIn(tensorsOf(expected.averaged)))).toBeLessThan(5e-5);
  expect(tree.structureKey(tree.structure(params! as Tree<Tensor>))).toBe(tree.structureKey(tree.structure(tensorsOf(expected.params))));
}

describe.each(['eager', 'onnx'] as const)('a network with dropout and running statistics, on %s', (executor) => {
  it('has the losses, metrics, parameters, statistics and averages of Flax and Optax under Adam', async () => {
    await using trainer = trainerOf(executor, adam(cases.adam.learningRate), cases.adam.decay, 1);
    await checkCase(trainer, cases.adam);
  });

  it('has those of MultiSteps where gradients of two batches make an update', async () => {
    const { learningRate, momentum, everyK, decay } = cases.accumulated;
    await using trainer = trainerOf(executor, sgd(learningRate, { momentum }), decay, everyK);
    await checkCase(trainer, cases.accumulated);
  });

  it('has them with two steps a call', async () => {
    await using trainer = trainerOf(executor, adam(cases.adam.learningRate), cases.adam.decay, 1, 2);
    await checkCase(trainer, cases.adam);
  });
});
