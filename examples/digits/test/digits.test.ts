import { random, slice, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { accuracy, exportClassifier } from '../src/classify.js';
import { countOf, loadDigits, type Digits } from '../src/data.js';
import { DigitNetwork } from '../src/model.js';
import { createTraining } from '../src/train.js';

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

  it('takes an epoch as one graph to the state that the eager executor leads to', { timeout: 60_000 }, async () => {
    const few = first(train, 130);
    const [onnx, eager] = (['onnx', 'eager'] as const).map((executor) => createTraining(model, few, { batchSize: 64, learningRate: 1e-2, epochs: 1, executor }));
    const losses = await Promise.all([onnx!, eager!].map(async ({ trainer, data }) => {
      const found: number[] = [];
      for await (const event of trainer.fit(data)) if (event.kind === 'step') found.push(event.loss);
      return found;
    }));
    await onnx!.trainer.dispose();
    expect(losses[0]!.length).toBe(2);
    losses[0]!.forEach((loss, i) => expect(loss).toBeCloseTo(losses[1]![i]!, 5));
    const [a, b] = [onnx!, eager!].map(({ trainer }) => tree.leaves<Tensor>(trainer.variables as Tree<Tensor>)) as [Tensor[], Tensor[]];
    expect(Math.max(...a.map((leaf, i) => largestDifference(leaf, b[i]!)))).toBeLessThan(1e-3);
  });

  it('learns to read digits that it has not seen, and the exported graph reads them too', { timeout: 120_000 }, async () => {
    const { trainer, data } = createTraining(model, train, { batchSize: 64, learningRate: 1e-2, epochs: 5 });
    const losses: number[] = [];
    for await (const event of trainer.fit(data, { epochs: 5 })) if (event.kind === 'epoch') losses.push(event.loss);
    await trainer.dispose();
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 5);

    const session = await exportClassifier(model, trainer.variables).createSession();
    const { output } = await session.run({ images: held.images });
    await session.release();
    expect(accuracy(output!, held)).toBeGreaterThan(0.95);
    const eager = model.apply(trainer.variables, [held.images, { train: false }]);
    expect(largestDifference(output!, eager)).toBeLessThan(1e-3);
  });

  it('folds the statistics of the trained network into its convolutions', () => {
    const graph = exportClassifier(model, model.init(random.key(0), [held.images, { train: false }]));
    const operators = graph.data.graph!.node!.map(({ opType }) => opType);
    expect(operators.filter((operator) => operator === 'Conv').length).toBe(2);
    expect(operators).not.toContain('Sqrt');
  });
});

function largestDifference(a: Tensor, b: Tensor): number {
  const [x, y] = [a, b].map((tensor) => Array.from(tensor.data(), Number)) as [number[], number[]];
  return Math.max(...x.map((value, i) => Math.abs(value - y[i]!)));
}
