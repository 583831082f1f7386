/** Small models and data that the tests train on. */
import { Module, type Variables } from '@flaxon/core';
import { BatchNorm, Dense, Dropout } from '@flaxon/layers';
import { softmaxCrossEntropyWithIntegerLabels } from '@flaxon/optim';
import { random, relu, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { z } from 'zod';
import type { LossContext } from '../src/index.js';

export class Classifier extends Module.define({ hidden: z.int().default(8), classes: z.int().default(3), dropoutRate: z.number().default(0.25), normalize: z.boolean().default(true) }) {
  call(x: Tensor, { train }: { readonly train: boolean }): Tensor {
    let h = new Dense({ features: this.hidden, useBias: !this.normalize }).call(x);
    if (this.normalize) h = new BatchNorm({ useRunningAverage: !train, momentum: 0.9 }).call(h);
    h = new Dropout({ rate: this.dropoutRate, deterministic: !train }).call(relu(h));
    return new Dense({ features: this.classes }).call(h);
  }
}

export type Examples = { readonly x: Tensor; readonly labels: Tensor };

/** x: float32 (count, 4); labels: int32 (count), below 3. */
export const examples = (count: number, seed = 7): Examples => ({
  x: random.normal(random.key(seed), [count, 4]),
  labels: random.randint(random.key(seed + 1), [count], 0, 3),
});

export const classifierLoss = (model: Classifier, { x, labels }: Examples, { train }: LossContext): readonly [Tensor, Tensor] => {
  const logits = model.call(x, { train });
  return [softmaxCrossEntropyWithIntegerLabels(logits, labels), logits];
};

/** Every element of every leaf, in order. */
export const numbersIn = (of: Tree<Tensor> | Variables): number[] => tree.leaves<Tensor>(of as Tree<Tensor>).flatMap((leaf) => Array.from(leaf.data(), Number));

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
