import { add, ArgumentError, flip, gelu, initializers, matmul, max, mean, ones, relu, ShapeError, spec, tanh, tensor, type Tensor } from '@flaxon/tensor';
import type { Variables } from '@flaxon/core';
import { describe, expect, it } from 'vitest';
import { netket } from '../../../src/index.js';
import { elements, expectClose, key, primitivesOf, sample, specsOf } from '../../helpers.js';

const { MLP, DeepSetMLP } = netket.blocks;
const x = sample(1, [2, 3]);
type Layers = Record<string, { kernel: Tensor; bias: Tensor }>;
const layersOf = (variables: Variables): Layers => variables.params as Layers;
const linear = (input: Tensor, { kernel, bias }: Layers[string]): Tensor => add(matmul(input, kernel), bias);
const biasInit = initializers.normal({ stddev: 1 });

describe('blocks.MLP', () => {
  it('is linear maps with gelu between them', () => {
    const model = new MLP({ outputDim: 2, hiddenDims: [5, 4], biasInit });
    const variables = model.init(key, [x]);
    expect(specsOf(variables)).toEqual({
      'params/Dense_0/kernel': 'float64[3,5]', 'params/Dense_0/bias': 'float64[5]', 'params/Dense_1/kernel': 'float64[5,4]',
      'params/Dense_1/bias': 'float64[4]', 'params/Dense_2/kernel': 'float64[4,2]', 'params/Dense_2/bias': 'float64[2]',
    });
    const { Dense_0, Dense_1, Dense_2 } = layersOf(variables);
    expectClose(model.apply(variables, [x]), elements(linear(gelu(linear(gelu(linear(x, Dense_0!)), Dense_1!)), Dense_2!)), 1e-14);
  });

  it('takes an activation for each hidden layer, and one for the last', () => {
    const model = new MLP({ hiddenDims: [5, 4], hiddenActivations: [tanh, null], outputActivation: relu, biasInit });
    const variables = model.init(key, [x]);
    const { Dense_0, Dense_1, Dense_2 } = layersOf(variables);
    expectClose(model.apply(variables, [x]), elements(relu(linear(linear(tanh(linear(x, Dense_0!)), Dense_1!), Dense_2!))), 1e-14);
  });

  it('without hidden layers is one linear map, and without activations all are', () => {
    const primitives = (model: InstanceType<typeof MLP>): unknown[] => {
      const variables = model.init(key, [x]);
      return primitivesOf((input) => model.apply(variables, [input]), [spec('float64', ['batch', 3])]);
    };
    expect(primitives(new MLP({}))).toEqual(['dot', 'add']);
    expect(primitives(new MLP({ hiddenDims: [2], hiddenActivations: null }))).toEqual(['dot', 'add', 'dot', 'add']);
  });

  it('takes sizes as multiples of the input, rounded down', () => {
    const variables = new MLP({ hiddenDimsAlpha: [2, 0.7] }).init(key, [x]);
    expect(Object.values(layersOf(variables)).map(({ kernel }) => kernel.shape)).toEqual([[3, 6], [6, 2], [2, 1]]);
  });

  it('leaves out biases of hidden layers and of the last apart', () => {
    expect(Object.keys(specsOf(new MLP({ hiddenDims: [2], useHiddenBias: false }).init(key, [x])))).toEqual(['params/Dense_0/kernel', 'params/Dense_1/bias', 'params/Dense_1/kernel']);
    expect(Object.keys(specsOf(new MLP({ hiddenDims: [2], useOutputBias: false }).init(key, [x])))).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel', 'params/Dense_1/kernel']);
  });

  it('refuses sizes given twice, and activations that are not as many as hidden layers', () => {
    expect(() => new MLP({ hiddenDims: [3], hiddenDimsAlpha: [1] }).init(key, [x])).toThrow(ArgumentError);
    expect(() => new MLP({ hiddenDims: [3, 2], hiddenActivations: [tanh] }).init(key, [x])).toThrow(/must be as many as hidden layers, 2; found 1/);
  });
});

describe('blocks.DeepSetMLP', () => {
  const set = sample(2, [2, 4, 3]);

  it('is rho of the sum of phi, with the hidden activation after phi', () => {
    const model = new DeepSetMLP({ featuresPhi: [5, 4], featuresRho: [3, 1], hiddenActivation: tanh, outputActivation: relu });
    const variables = model.init(key, [set]);
    const { ds_phi: phi, ds_rho: rho } = variables.params as unknown as Record<string, Layers>;
    const each = tanh(linear(tanh(linear(set, phi!.Dense_0!)), phi!.Dense_1!));
    const pooled = matmul(ones([1, 4], 'float64'), each);
    const wanted = relu(linear(tanh(linear(pooled, rho!.Dense_0!)), rho!.Dense_1!));
    expectClose(model.apply(variables, [set]), elements(wanted), 1e-13);
  });

  it('does not depend on the order of the set', () => {
    const model = new DeepSetMLP({ featuresPhi: [4], featuresRho: 2 });
    const variables = model.init(key, [set]);
    expectClose(model.apply(variables, [flip(set, 1)]), elements(model.apply(variables, [set])), 1e-13);
  });

  it('pools as it is told, with neither network too', () => {
    expect(elements(new DeepSetMLP({ pooling: max }).apply({}, [set]))).toEqual(elements(max(set, { axis: -2 })));
    expect(elements(new DeepSetMLP({ featuresPhi: [], pooling: mean }).apply({}, [set]))).toEqual(elements(mean(set, { axis: -2 })));
  });

  it('begins with biases of zero, as in NetKet, whatever biasInit is', () => {
    const variables = new DeepSetMLP({ featuresRho: 2, biasInit: initializers.ones }).init(key, [set]);
    expect(elements((variables.params as unknown as Record<string, Layers>).ds_rho!.Dense_0!.bias)).toEqual([0, 0]);
  });

  it('refuses inputs that are no sets', () => {
    expect(() => new DeepSetMLP({ featuresPhi: 2 }).init(key, [tensor([1, 2])])).toThrow(ShapeError);
  });
});
