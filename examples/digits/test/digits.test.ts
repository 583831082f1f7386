import { compile } from '@flaxon/runtime-onnx';
import { random, slice, tree, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { accuracy, exportClassifier } from '../src/classify.js';
import { countOf, loadDigits, type Digits } from '../src/data.js';
import { DigitNetwork } from '../src/model.js';
import { createTraining, type TrainingState } from '../src/train.js';

const { train, held } = await loadDigits();

const first = (digits: Digits, count: number): Digits => ({ images: slice(digits.images, [0, 0, 0, 0], [count, 8, 8, 1]), labels: slice(digits.labels, [0], [count]) });

describe('the digits', () => {
  it('are 1797, a fifth of them held back, with pixels from 0 to 1', () => {
    expect([countOf(train), countOf(held)]).toEqual([1437, 360]);
    const pixels = Array.from(held.images.data(), Number);
    expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 1]);
  });

  it('have every label in both parts, none more than twice as often as another', () => {
    for (const { labels } of [train, held]) {
      const counts = Array.from({ length: 10 }, (_, digit) => Array.from(labels.data(), Number).filter((label) => label === digit).length);
      expect(Math.min(...counts) / Math.max(...counts)).toBeGreaterThan(0.5);
    }
  });
});

describe('training', () => {
  const model = new DigitNetwork({ features: [8, 16] });
  const batchSize = 64;
  const training = createTraining(model, { batchSize, learningRate: 1e-2, steps: 5 * Math.floor(countOf(train) / batchSize) });

  it('takes an epoch as one graph to the state that the same steps lead to one by one', { timeout: 60_000 }, async () => {
    const few = first(train, 130);
    const start = training.init(random.key(0));
    const compiled = compile(training.epoch);
    const [graph, loss] = await compiled(start, few, random.key(1));
    await compiled.release();
    const [eager, eagerLoss] = training.epoch(start, few, random.key(1));
    expect(Number(loss.item())).toBeCloseTo(Number(eagerLoss.item()), 5);
    const differences = tree.leaves<number>(tree.map((a: Tensor, b: Tensor) => largestDifference(a, b), [graph.params, graph.statistics], [eager.params, eager.statistics]));
    expect(Math.max(...differences)).toBeLessThan(1e-3);
  });

  it('learns to read digits that it has not seen, and the exported graph reads them too', { timeout: 120_000 }, async () => {
    const compiled = compile(training.epoch);
    let state: TrainingState = training.init(random.key(0));
    const losses: number[] = [];
    for (let epoch = 0; epoch < 5; epoch++) {
      const [next, loss] = await compiled(state, train, random.key(epoch));
      state = next;
      losses.push(Number(loss.item()));
    }
    await compiled.release();
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 5);

    const session = await exportClassifier(model, training.variables(state)).createSession();
    const { output } = await session.run({ images: held.images });
    await session.release();
    expect(accuracy(output!, held)).toBeGreaterThan(0.95);
    const eager = model.apply(training.variables(state), [held.images, { train: false }]);
    expect(largestDifference(output!, eager)).toBeLessThan(1e-3);
  });

  it('folds the statistics of the trained network into its convolutions', () => {
    const graph = exportClassifier(model, training.variables(training.init(random.key(0))));
    const operators = graph.data.graph!.node!.map(({ opType }) => opType);
    expect(operators.filter((operator) => operator === 'Conv').length).toBe(2);
    expect(operators).not.toContain('Sqrt');
  });
});

function largestDifference(a: Tensor, b: Tensor): number {
  const [x, y] = [a, b].map((tensor) => Array.from(tensor.data(), Number)) as [number[], number[]];
  return Math.max(...x.map((value, i) => Math.abs(value - y[i]!)));
}
