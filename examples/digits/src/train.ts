import type { Collection, Variables } from '@flaxon/core';
import { adamw, applyUpdates, cosineDecaySchedule } from '@flaxon/optim';
import type { OptimizerState } from '@flaxon/optim';
import { logSoftmax, mean, mul, neg, oneHot, random, reshape, scan, slice, sum, take, valueAndGrad, zeros } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { classes, countOf, edge } from './data.js';
import type { Digits } from './data.js';
import type { DigitNetwork } from './model.js';

/** All that a step takes and gives. */
export type TrainingState = {
  readonly params: Collection;
  /** The running statistics of the batch normalisations. */
  readonly statistics: Collection;
  readonly optimizer: OptimizerState;
};

export interface TrainingOptions {
  readonly batchSize: number;
  readonly learningRate: number;
  /** Steps over which the learning rate falls to 0 along a cosine. */
  readonly steps: number;
}

/** Training of a network as pure functions of tensors: each can be traced, so `epoch` becomes one graph. */
export function createTraining(model: DigitNetwork, { batchSize, learningRate, steps }: TrainingOptions) {
  const optimizer = adamw(cosineDecaySchedule({ initValue: learningRate, decaySteps: steps }), { weightDecay: 1e-4 });

  /** The mean cross entropy of a batch, and the statistics that it moves. */
  function loss(params: Collection, statistics: Collection, batch: Digits, key: Tensor): readonly [Tensor, Collection] {
    const [logits, changed] = model.apply({ params, batch_stats: statistics }, [batch.images, { train: true }], { mutable: ['batch_stats'], rngs: { dropout: key } });
    const logLikelihood = sum(mul(logSoftmax(logits), oneHot(batch.labels, classes)), { axis: -1 });
    return [neg(mean(logLikelihood)), changed.batch_stats!];
  }

  function step(state: TrainingState, batch: Digits, key: Tensor): [TrainingState, Tensor] {
    const [[value, statistics], gradient] = valueAndGrad(loss, { hasAux: true })(state.params, state.statistics, batch, key);
    const [updates, next] = optimizer.update(gradient, state.optimizer, state.params);
    return [{ params: applyUpdates(state.params, updates), statistics, optimizer: next }, value];
  }

  return {
    init(key: Tensor): TrainingState {
      const { params, batch_stats: statistics } = model.init(key, [zeros([1, edge, edge, 1]), { train: false }]);
      return { params: params!, statistics: statistics!, optimizer: optimizer.init(params!) };
    },

    /**
     * A pass over the digits in an order drawn with `key`, in batches; the last ones that fill none are left out. Gives the mean loss.
     */
    epoch(state: TrainingState, digits: Digits, key: Tensor): [TrainingState, Tensor] {
      const count = countOf(digits);
      const batches = Math.floor(count / batchSize);
      const order = slice(random.permutation(random.foldIn(key, 0), count), [0], [batches * batchSize]);
      const drawn = { images: reshape(take(digits.images, order, { axis: 0 }), [batches, batchSize, edge, edge, 1]), labels: reshape(take(digits.labels, order), [batches, batchSize]) };
      const keys = random.split(random.foldIn(key, 1), batches);
      const [last, losses] = scan((carry: TrainingState, [batch, dropout]: readonly [Digits, Tensor]) => step(carry, batch, dropout), state, [drawn, keys] as const);
      return [last, mean(losses)];
    },

    variables: ({ params, statistics }: TrainingState): Variables => ({ params, batch_stats: statistics }),
  };
}

export type Training = ReturnType<typeof createTraining>;
