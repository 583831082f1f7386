/** Networks of convolutions and pools, with channels last as Flax has them: what is left of them in a graph. */
import { Module, type Variables } from '@flaxon/core';
import { BatchNorm, Conv, ConvTranspose, Dense } from '@flaxon/layers';
import { compile, exportOnnx } from '@flaxon/runtime-onnx';
import { avgPool, grad, maxPool, mul, random, relu, reshape, spec, sum, type Tensor, tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

const halved = { windowShape: [2, 2], strides: [2, 2] };

class Classifier extends Module.define({}) {
  call(x: Tensor): Tensor {
    const first = maxPool(relu(new Conv({ features: 4, kernelSize: [3, 3] }).call(x)), halved);
    const second = maxPool(relu(new Conv({ features: 6, kernelSize: [3, 3] }).call(first)), halved);
    return new Dense({ features: 5 }).call(reshape(second, [second.shape[0]!, -1]));
  }
}

class Normalized extends Module.define({}) {
  call(x: Tensor): Tensor {
    const y = new BatchNorm({ useRunningAverage: true }).call(new Conv({ features: 4, kernelSize: [3, 3] }).call(x));
    return avgPool(relu(new Conv({ features: 3, kernelSize: [1, 1] }).call(relu(y))), { windowShape: [4, 4] });
  }
}

class Decoder extends Module.define({}) {
  call(x: Tensor): Tensor {
    return new ConvTranspose({ features: 2, kernelSize: [3, 3], strides: [2, 2] }).call(relu(new ConvTranspose({ features: 4, kernelSize: [3, 3], strides: [2, 2] }).call(x)));
  }
}

type Operators = (string | undefined)[];
const images = (channels: number): Tensor => random.normal(random.key(1), [2, 8, 8, channels]);

function operatorsOf(model: Module, channels: number): Operators {
  const bound = model.bind(model.init(random.key(0), [images(channels)]));
  return exportOnnx(bound, [spec('float32', ['batch', 8, 8, channels])]).graph.node!.map(({ opType }) => opType);
}

async function expectAgreement(f: (...args: Tensor[]) => Tensor | readonly Tensor[], ...args: Tensor[]): Promise<void> {
  const compiled = compile(f);
  const [found, wanted] = [tree.leaves(await compiled(...args)), tree.leaves(f(...args))] as Tensor[][];
  await compiled.release();
  wanted!.forEach((one, i) => {
    const numbers = found![i]!.data();
    Array.from(one.data(), Number).forEach((value, at) => expect(Math.abs(Number(numbers[at]) - value)).toBeLessThan(2e-5 * (1 + Math.abs(value))));
  });
}

describe('exported, a network has no node for a bias and no change of layout between its layers', () => {
  it('convolutions, activations and pools', () => {
    expect(operatorsOf(new Classifier(), 3)).toEqual(['Transpose', 'Conv', 'Relu', 'MaxPool', 'Conv', 'Relu', 'MaxPool', 'Reshape', 'Gemm']);
    expect(operatorsOf(new Classifier(), 1)).toEqual(['Reshape', 'Conv', 'Relu', 'MaxPool', 'Conv', 'Relu', 'MaxPool', 'Reshape', 'Gemm']);
  });
  it('normalisation with known statistics', () => {
    const found = operatorsOf(new Normalized(), 3);
    expect(found.filter((op) => op === 'Transpose')).toEqual(['Transpose', 'Transpose']);
    expect([found[0], found.at(-1), found.at(-2)]).toEqual(['Transpose', 'Transpose', 'AveragePool']);
  });
  it('transposed convolutions', () => {
    expect(operatorsOf(new Decoder(), 3)).toEqual(['Transpose', 'ConvTranspose', 'Relu', 'ConvTranspose', 'Transpose']);
  });
});

describe('on both executors', () => {
  it.each([['Classifier', new Classifier()], ['Normalized', new Normalized()], ['Decoder', new Decoder()]] as const)('%s and its gradient agree', async (_, model) => {
    const x = images(2);
    const variables = model.init(random.key(0), [x]);
    await expectAgreement((input) => model.apply(variables, [input]) as Tensor, x);
    const { params } = variables as { params: object };
    const { leaves, structure } = tree.flatten(params);
    const loss = (...values: Tensor[]): Tensor => {
      const y = model.apply({ ...variables, params: tree.unflatten(structure, values) as Variables[string] }, [x]) as Tensor;
      return sum(mul(y, y));
    };
    const argnums = leaves.map((_leaf, i) => i);
    await expectAgreement((...values) => grad(loss, { argnums })(...values) as Tensor[], ...(leaves as Tensor[]));
  });
});
