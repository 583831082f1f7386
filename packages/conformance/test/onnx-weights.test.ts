import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeStateDict, remap, type CheckpointTree } from '@flaxon/checkpoint';
import { Module, type Variables } from '@flaxon/core';
import { Conv, Dense, Embed, LayerNorm } from '@flaxon/layers';
import { decodeModel, exportOnnx, onnxWeights, readOnnxWeights } from '@flaxon/runtime-onnx';
import { random, spec, tanh, tensor, tree, type Tensor } from '@flaxon/tensor';
import { expect, it } from 'vitest';

class Encoder extends Module.define({}) {
  call(tokens: Tensor): Tensor {
    const embedded = new Embed({ numEmbeddings: 5, features: 4 }, { name: 'tokens' }).call(tokens);
    const convolved = new Conv({ features: 3, kernelSize: [2], padding: 'VALID' }, { name: 'conv' }).call(embedded).mean({ axis: 1 });
    const hidden = new LayerNorm({ epsilon: 1e-5 }, { name: 'norm' }).call(tanh(new Dense({ features: 6 }, { name: 'up' }).call(convolved)));
    return new Dense({ features: 2 }, { name: 'down' }).call(hidden);
  }
}

class Mlp extends Module.define({}) {
  call(x: Tensor): Tensor {
    return new Dense({ features: 3 }).call(new LayerNorm({}).call(tanh(new Dense({ features: 5 }).call(x))));
  }
}

const tokens = tensor([[0, 3, 1, 4], [2, 2, 1, 0]], { dtype: 'int32' });
const file = join(import.meta.dirname, 'fixtures/torch-model.onnx');

it("a model that PyTorch exported gives its weights, and our layers compute with them what PyTorch did", async () => {
  const model = new Encoder();
  const variables = model.init(random.key(0), [tokens]) as CheckpointTree & Variables;
  const weights = await readOnnxWeights(file, { filter: (name) => !name.startsWith('val_') });
  const { tree: loaded, match } = mergeStateDict(variables, weights, { rules: [remap.torch(variables)] });
  expect(match.matched).toHaveLength(9);
  // torch.nn's Embedding(5, 4), Conv1d(4, 3, 2), mean, Linear(3, 6), tanh, LayerNorm(6), Linear(6, 2), run by PyTorch 2.13.
  const expected = [[-4.474625587463379, -4.445105075836182], [-5.617766380310059, -5.070045471191406]];
  const y = model.apply(loaded, [tokens]).toArray() as number[][];
  for (const [row, numbers] of expected.entries()) for (const [column, number] of numbers.entries()) expect(y[row]![column]).toBeCloseTo(number, 4);
});

it('without its weights left out or renamed, the report names what is left over', async () => {
  const variables = new Encoder().init(random.key(0), [tokens]) as CheckpointTree & Variables;
  const { match } = mergeStateDict(variables, onnxWeights(await readFile(file)), { rules: [remap.torch(variables)], partial: true });
  expect(match.unexpected.map(({ path }) => path)).toEqual(['val_2']);
});

it('an exported model gives its variables back, under their paths', () => {
  const model = new Mlp();
  const x = spec('float32', ['batch', 4]);
  const variables = model.init(random.key(1), [random.normal(random.key(0), [1, 4])]) as CheckpointTree & Variables;
  const bytes = exportOnnx(model.bind(variables), [x]).toBytes();
  const others = model.init(random.key(2), [random.normal(random.key(0), [1, 4])]) as CheckpointTree & Variables;
  const { tree: loaded } = mergeStateDict(others, onnxWeights(bytes, { filter: (name) => name.startsWith('params/') }));
  const numbers = (given: Variables): unknown => tree.flattenWithPath<Tensor>(given).map(({ path, leaf }) => [path, leaf.toArray()]);
  expect(numbers(loaded)).toEqual(numbers(variables));
  expect(numbers(loaded)).not.toEqual(numbers(others));
});

it('bytes, the data of a model and a model itself are alike', () => {
  const model = new Mlp();
  const exported = exportOnnx(model.bind(model.init(random.key(1), [random.normal(random.key(0), [1, 4])])), [spec('float32', ['batch', 4])]);
  const names = Object.keys(onnxWeights(exported));
  expect(names).toContain('params/Dense_0/kernel');
  expect(Object.keys(onnxWeights(exported.toBytes()))).toEqual(names);
  expect(Object.keys(onnxWeights(decodeModel(exported.toBytes())))).toEqual(names);
});
