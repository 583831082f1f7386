import { sgd } from '@flaxon/optim';
import { random, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { batches, Batch, LossShapeError, Trainer, type Predictions } from '../src/index.js';
import { Classifier, classifierLoss, examples, type Examples } from './models.js';

const model = new Classifier({ dropoutRate: 0, normalize: false, classes: 4 });
const predictions: Predictions<Examples, Tensor> = ({ outputs, batch }) => ({ logits: outputs, labels: batch.labels });
const trainerOn = (executor: 'eager' | 'onnx') =>
  new Trainer({
    model,
    loss: classifierLoss,
    optimizer: sgd(0.1),
    metrics: (kinds) => ({
      accuracy: kinds.accuracy(predictions),
      second: kinds.topKAccuracy(2, predictions),
      perplexity: kinds.perplexity(),
      confusion: kinds.confusionMatrix(4, predictions),
      largest: kinds.mean(({ batch }) => batch.x.mul(batch.x).sum({ axis: -1 })),
      perAxis: kinds.ratio(({ batch }) => ({ sum: batch.x.sum(), weight: batch.labels.sum() })),
    }),
    rngs: { params: random.key(0) },
    executor,
  });

const data = examples(23);
const variables = model.init(random.key(0), [data.x, { train: false }]);
const rows = (of: Tensor): number[][] => of.toArray() as number[][];

/** The same quantities from the logits, in plain loops over all examples at once. */
function expected(): Record<string, unknown> {
  const logits = rows(model.apply(variables, [data.x, { train: false }]));
  const labels = Array.from(data.labels.data(), Number);
  const ranks = logits.map((row, i) => row.filter((value) => value > row[labels[i]!]!).length);
  const losses = logits.map((row, i) => Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[labels[i]!]!);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const confusion = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  logits.forEach((row, i) => confusion[labels[i]!]![row.indexOf(Math.max(...row))]!++);
  return {
    loss: mean(losses),
    accuracy: mean(ranks.map((rank) => (rank === 0 ? 1 : 0))),
    second: mean(ranks.map((rank) => (rank < 2 ? 1 : 0))),
    perplexity: Math.exp(mean(losses)),
    confusion,
    largest: mean(rows(data.x).map((row) => row.reduce((sum, value) => sum + value * value, 0))),
    perAxis: rows(data.x).flat().reduce((sum, value) => sum + value, 0) / labels.reduce((sum, label) => sum + label, 0),
  };
}

describe.each(['eager', 'onnx'] as const)('metrics on %s', (executor) => {
  it.each([
    { size: 23, remainder: 'keep' },
    { size: 5, remainder: 'keep' },
    { size: 8, remainder: 'pad' },
  ] as const)('over batches of $size ($remainder) are those over all examples at once', async ({ size, remainder }) => {
    await using trainer = trainerOn(executor);
    trainer.start(variables);
    const { loss, metrics } = await trainer.evaluate(batches(data, { size, remainder }));
    const { perAxis, ...wanted } = expected();
    const { perAxis: found, confusion, ...values } = { loss, ...metrics };
    for (const [name, value] of Object.entries(values)) expect([name, Math.abs(value - (wanted[name] as number)) < 1e-5]).toEqual([name, true]);
    expect(confusion).toEqual(wanted['confusion']);
    // A ratio of sums of its own knows of no weights.
    if (remainder === 'keep') expect(found).toBeCloseTo(perAxis as number, 5);
    else expect(found).not.toBeCloseTo(perAxis as number, 5);
  });
});

describe('a loss', () => {
  const options = { model, optimizer: sgd(0.1), rngs: { params: random.key(0) }, executor: 'eager' as const };

  it('that is a mean already counts by the examples of its batch', async () => {
    const trainer = new Trainer({ ...options, loss: (m: Classifier, batch: Examples, context) => classifierLoss(m, batch, context)[0].mean() });
    trainer.start(variables);
    expect((await trainer.evaluate(batches(data, { size: 5 }))).loss).toBeCloseTo(expected()['loss'] as number, 5);
  });

  it('that is a mean cannot be weighted, and the error says what to return', async () => {
    const trainer = new Trainer({ ...options, loss: (m: Classifier, batch: Examples, context) => classifierLoss(m, batch, context)[0].mean() });
    await expect(trainer.run(batches(data, { size: 5, remainder: 'pad' }))).rejects.toThrow(LossShapeError);
    await expect(trainer.run(batches(data, { size: 5, remainder: 'pad' }))).rejects.toThrow(/one loss for each example/);
  });

  it('is the mean by the weights of its batch, also where examples have several losses', async () => {
    const trainer = new Trainer({ ...options, loss: (_: Classifier, { x }: Examples) => x.mul(x) });
    trainer.start(variables);
    const weights = [0.5, 2, 0];
    const three = examples(3);
    const { loss } = await trainer.evaluate([new Batch(three, tensor(weights))]);
    const squares = rows(three.x).map((row) => row.reduce((sum, value) => sum + value * value, 0) / row.length);
    expect(loss).toBeCloseTo(squares.reduce((sum, value, i) => sum + value * weights[i]!, 0) / 2.5, 5);
  });
});
