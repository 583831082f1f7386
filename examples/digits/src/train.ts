import { adamw, cosineDecaySchedule, softmaxCrossEntropyWithIntegerLabels } from '@flaxon/optim';
import { random, type Tensor } from '@flaxon/tensor';
import { batches, Trainer, type Executor, type LossContext } from '@flaxon/train';

import type { Digits } from './data.js';
import type { DigitNetwork } from './model.js';

export interface TrainingOptions {
  readonly batchSize: number;
  readonly learningRate: number;
  readonly epochs: number;
  readonly executor?: Executor;
}

/** The cross entropy of each digit, and the logits. */
function loss(model: DigitNetwork, { images, labels }: Digits, { train }: LossContext): [Tensor, Tensor] {
  const logits = model.call(images, { train });
  return [softmaxCrossEntropyWithIntegerLabels(logits, labels), logits];
}

/**
 * A trainer of the network, and the digits in shuffled batches; the last ones that fill none are left out. All steps of an epoch are one graph; the learning rate
 * falls to 0 along a cosine.
 */
export function createTraining(model: DigitNetwork, digits: Digits, { batchSize, learningRate, epochs, executor = 'onnx' }: TrainingOptions) {
  const data = batches(digits, { size: batchSize, shuffle: random.key(2), remainder: 'drop' });
  const trainer = new Trainer({
    model,
    loss,
    optimizer: adamw(cosineDecaySchedule({ initValue: learningRate, decaySteps: epochs * data.length }), { weightDecay: 1e-4 }),
    metrics: ({ accuracy }) => ({ accuracy: accuracy(({ outputs, batch }) => ({ logits: outputs, labels: batch.labels })) }),
    mutable: ['batch_stats'],
    rngs: { params: random.key(0), dropout: random.key(1) },
    stepsPerCall: data.length,
    executor,
  });
  return { trainer, data };
}
