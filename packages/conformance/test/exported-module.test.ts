import { Module } from '@flaxon/core';
import { BatchNorm, Dense, Dropout } from '@flaxon/layers';
import { exportOnnx } from '@flaxon/runtime-onnx';
import { random, relu, spec, tree, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

class Net extends Module.define({}) {
  call(x: Tensor): Tensor {
    const normed = new BatchNorm({ useRunningAverage: false }).call(new Dense({ features: 4 }).call(x));
    return new Dropout({ rate: 0.5, deterministic: false }).call(relu(normed));
  }
}

const numbers = (x: Tensor): number[] => Array.from(x.data() as Float32Array);

function expectClose(found: Tensor, wanted: Tensor): void {
  expect(found.shape).toEqual(wanted.shape);
  numbers(wanted).forEach((value, i) => expect(numbers(found)[i]).toBeCloseTo(value, 5));
}

describe('a bound module with dropout and batch statistics', () => {
  const net = new Net({});
  const x = random.normal(random.key(3), [8, 3]);
  const variables = net.init({ params: random.key(0), dropout: random.key(1) }, [x]);
  const model = exportOnnx(net.bind(variables, { rngs: { dropout: random.key(5) }, mutable: ['batch_stats'] }), [spec('float32', [8, 3])]);

  it('exports with its statistics and its key as named inputs, and the new statistics as outputs', () => {
    expect(model.inputs.map(({ name }) => name)).toEqual(['batch_stats/BatchNorm_0/mean', 'batch_stats/BatchNorm_0/var', 'rngs/dropout', 'input']);
    expect(model.outputs.map(({ name }) => name)).toEqual(['next/batch_stats/BatchNorm_0/mean', 'next/batch_stats/BatchNorm_0/var', 'output']);
  });

  it('gives what apply gives, for any key', async () => {
    const session = await model.createSession();
    const state = Object.fromEntries(tree.flattenWithPath<Tensor>({ batch_stats: variables['batch_stats']! } as tree.Tree<Tensor>).map(({ path, leaf }) => [path, leaf]));
    for (const seed of [9, 10]) {
      const key = random.key(seed);
      const results = await session.run({ ...state, 'rngs/dropout': key, input: x });
      const [y, updates] = net.apply(variables, [x], { rngs: { dropout: key }, mutable: ['batch_stats'] });
      expectClose(results['output']!, y);
      expect(numbers(results['output']!).map((value) => value === 0)).toEqual(numbers(y).map((value) => value === 0));
      for (const { path, leaf } of tree.flattenWithPath<Tensor>(updates as tree.Tree<Tensor>)) expectClose(results[`next/${path}`]!, leaf);
    }
    await session.release();
  });
});
