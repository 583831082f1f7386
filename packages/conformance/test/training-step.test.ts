import { Module, trainer } from '@flaxon/core';
import { BatchNorm, Dense, Dropout } from '@flaxon/layers';
import { adam } from '@flaxon/optim';
import { compile } from '@flaxon/runtime-onnx';
import { mean, random, relu, square, sub, tree, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

class Model extends Module.define({}) {
  call(x: Tensor, { train }: { readonly train: boolean }): Tensor {
    const h = new BatchNorm({ useRunningAverage: !train }).call(relu(new Dense({ features: 8 }).call(x)));
    return new Dense({ features: 2 }).call(new Dropout({ rate: 0.25, deterministic: !train }).call(h));
  }
}

describe('a training step with running statistics, dropout and Adam', () => {
  it('compiled gives what it gives step by step', async () => {
    const x = random.normal(random.key(1), [16, 3]);
    const target = random.normal(random.key(2), [16, 2]);
    const model = new Model();
    const training = trainer((m: Model, input: Tensor, wanted: Tensor) => mean(square(sub(m.call(input, { train: true }), wanted))), model, adam(1e-2), { mutable: ['batch_stats'] });
    const rngs = { dropout: random.key(3) };
    const step = compile(training.step);
    let [eager, compiled] = [0, 0].map(() => training.start(model.init(random.key(0), [x, { train: false }])));
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [next, { value }] = training.step(eager!, [x, target], rngs);
      const [onnxNext, onnx] = await step(compiled!, [x, target], rngs);
      [eager, compiled] = [next, onnxNext];
      expect(onnx.value.item() as number).toBeCloseTo(value.item() as number, 5);
      losses.push(value.item() as number);
    }
    expect(new Set(losses).size).toBe(3);
    const numbers = (of: Tensor): number[] => Array.from(of.data() as Float32Array);
    const [wanted, found] = [eager!, compiled!].map(({ variables }) => tree.leaves<Tensor>(variables).flatMap(numbers));
    expect(Math.max(...wanted!.map((n, i) => Math.abs(n - found![i]!)))).toBeLessThan(1e-4);
  });
});
