import type { Module } from '@flaxon/core';
import { ArgumentError, flip, max, ones, ShapeError, take, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { models } from '../../src/index.js';
import { elements, expectClose, key, sample } from '../helpers.js';

type Model = Module & { call(x: Tensor): Tensor };
type Parameters = Record<string, Tensor>;

const x = sample(1, [3, 4]);
const rows = Array.from({ length: 3 }, (_, b) => elements(x).slice(4 * b, 4 * b + 4));
const parametersOf = (model: Model, input: Tensor): { variables: ReturnType<Model['init']>; params: Record<string, Parameters & Tensor> } => {
  const variables = model.init(key, [input]);
  return { variables, params: variables.params as unknown as Record<string, Parameters & Tensor> };
};
const logCosh = (value: number): number => Math.log(Math.cosh(value));

describe('RBM', () => {
  const model = new models.RBM({ alpha: 1.5 });
  const { variables, params } = parametersOf(model, x);

  it('is the sum of log cosh over alpha times as many hidden units as sites, rounded down, and of the visible bias', () => {
    const [kernel, bias, visible] = [elements(params.Dense!.kernel!), elements(params.Dense!.bias!), elements(params.visible_bias!)];
    expect(bias.length).toBe(6);
    const wanted = rows.map((row) => bias.reduce((sum, offset, j) => sum + logCosh(row.reduce((all, value, i) => all + value * kernel[6 * i + j]!, offset)), 0) + row.reduce((all, value, i) => all + value * visible[i]!, 0));
    expectClose(model.apply(variables, [x]), wanted, 1e-13);
  });

  it('may do without biases', () => {
    expect(Object.keys(parametersOf(new models.RBM({ useHiddenBias: false, useVisibleBias: false }), x).params)).toEqual(['Dense']);
  });

  it('refuses a symbolic number of sites by its input', () => {
    expect(() => model.init(key, [tensor(1)])).toThrow(ShapeError);
  });
});

describe('RBMMultiVal', () => {
  it('sees each value of a site by itself', () => {
    const states = tensor([[0, 2], [1, 1]], { dtype: 'int8' });
    const model = new models.RBMMultiVal({ nClasses: 3 });
    const { variables, params } = parametersOf(model, states);
    const seen = tensor([[1, 0, 0, 0, 0, 1], [0, 1, 0, 0, 1, 0]], { dtype: 'float64' });
    expectClose(model.apply(variables, [states]), elements(new models.RBM({}).apply({ params: params.RBM! }, [seen])), 1e-15);
  });
});

describe('RBMSymm', () => {
  const symmetries = [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]];
  const model = new models.RBMSymm({ symmetries, alpha: 2 });
  const { variables } = parametersOf(model, x);

  it('gives one number for a state and those that symmetries make of it', () => {
    for (const symmetry of symmetries) expectClose(model.apply(variables, [take(x, tensor(symmetry, { dtype: 'int32' }), { axis: 1 })]), elements(model.apply(variables, [x])), 1e-13);
  });

  it('is an RBM of which the hidden units share their weights', () => {
    const { kernel, bias } = (variables.params as unknown as Record<string, Parameters>).Dense as { kernel: Tensor; bias: Tensor };
    const [weights, offsets] = [elements(kernel), elements(bias)];
    const visible = elements((variables.params as unknown as Parameters).visible_bias!)[0]!;
    const wanted = rows.map((row) => offsets.reduce((sum, offset, f) => sum + symmetries.reduce((all, symmetry) => all + logCosh(symmetry.reduce((total, site, r) => total + row[r]! * weights[4 * f + site]!, offset)), 0), 0) + visible * row.reduce((all, value) => all + value, 0));
    expectClose(model.apply(variables, [x]), wanted, 1e-13);
  });

  it('refuses an alpha that is too small for one feature', () => {
    expect(() => new models.RBMSymm({ symmetries: [...symmetries, ...symmetries], alpha: 1 }).init(key, [x])).toThrow(ArgumentError);
  });
});

describe('Jastrow and Gaussian', () => {
  it('Jastrow sums over pairs of sites', () => {
    const { variables, params } = parametersOf(new models.Jastrow(), x);
    const kernel = elements(params.kernel as Tensor);
    const wanted = rows.map((row) => row.reduce((sum, a, i) => row.slice(0, i).reduce((all, b, j) => all + a * b * kernel[(i * (i - 1)) / 2 + j]!, sum), 0));
    expectClose(new models.Jastrow().apply(variables, [x]), wanted, 1e-14);
  });

  it('Gaussian is minus half the square of the kernel times x', () => {
    const { variables, params } = parametersOf(new models.Gaussian(), x);
    const kernel = elements(params.kernel as Tensor);
    const wanted = rows.map((row) => -0.5 * row.reduce((sum, _, i) => sum + row.reduce((all, value, j) => all + kernel[4 * i + j]! * value, 0) ** 2, 0));
    expectClose(new models.Gaussian().apply(variables, [x]), wanted, 1e-13);
  });
});

describe('MLP and DeepSetMLP', () => {
  it('have one output, without its axis, under the names of their blocks', () => {
    const mlp = new models.MLP({ hiddenDims: [5] });
    const { variables, params } = parametersOf(mlp, x);
    expect(mlp.apply(variables, [x]).shape).toEqual([3]);
    expect(Object.entries(params.MLP_0!).map(([name, layer]) => [name, ...Object.keys(layer).toSorted()])).toEqual([['Dense_0', 'bias', 'kernel'], ['Dense_1', 'kernel']]);
  });

  it('DeepSetMLP ends with a layer of one feature and does not depend on the order', () => {
    const set = sample(2, [2, 3, 2]);
    const model = new models.DeepSetMLP({ featuresPhi: 4, featuresRho: 3, pooling: max });
    const { variables } = parametersOf(model, set);
    expect(model.apply(variables, [set]).shape).toEqual([2]);
    expectClose(model.apply(variables, [flip(set, 1)]), elements(model.apply(variables, [set])), 1e-14);
    expect(new models.DeepSetMLP({}).init(key, [ones([2, 3, 2])])).toHaveProperty('params.DeepSetMLP_0.ds_rho.Dense_0');
  });
});
