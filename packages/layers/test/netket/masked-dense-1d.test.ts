import { add, initializers, jacrev, mul, ones, reshape, ShapeError, spec, stack, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { MaskedDense1D } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, mapVariables, primitivesOf, sample, specsOf } from '../helpers.js';
import { creationOrder } from './creation-order.js';

const [sites, inputs, features] = [4, 2, 3];
const modelOf = (exclusive: boolean): MaskedDense1D => new MaskedDense1D({ features, exclusive, biasInit: initializers.normal({ stddev: 1 }) });

describe.each([true, false])('MaskedDense1D, exclusive %s', (exclusive) => {
  const model = modelOf(exclusive);
  const x = sample(1, [sites, inputs]);
  const variables = model.init(key, [x]);
  const sees = (output: number, input: number): boolean => (exclusive ? input < output : input <= output);

  it('is the sum over earlier sites', () => {
    const [data, kernel, bias] = [elements(x), elementsAt(variables, 'params/kernel'), elementsAt(variables, 'params/bias')];
    const wanted = Array.from({ length: sites * features }, (_, at) => {
      const output = Math.floor(at / features);
      return data.reduce((sum, value, i) => (sees(output, Math.floor(i / inputs)) ? sum + value * kernel[i * sites * features + at]! : sum), bias[at]!);
    });
    expectClose(model.apply(variables, [x]), wanted, 1e-13);
  });

  it('depends on no other site, whatever the weights are', () => {
    const noisy = mapVariables(variables, (leaf) => add(leaf, 1));
    const jacobian = elements(jacrev((input: Tensor) => model.apply(noisy, [input]))(x) as Tensor);
    const unseen = jacobian.filter((value, at) => value !== 0 && !sees(Math.floor(at / (features * sites * inputs)), Math.floor(at / inputs) % sites));
    expect(unseen).toEqual([]);
  });

  it('begins with weights that are larger by the root of how many are hidden, and zeros there', () => {
    const plain = new MaskedDense1D({ features, exclusive, kernelInit: initializers.ones }).init(key, [x]);
    const shown = exclusive ? (sites * (sites - 1)) / 2 : (sites * (sites + 1)) / 2;
    const wanted = Array.from({ length: sites * inputs * sites * features }, (_, at) =>
      sees(Math.floor((at % (sites * features)) / features), Math.floor(at / (sites * features * inputs))) ? Math.sqrt(sites ** 2 / shown) : 0);
    expectClose(reshape((plain.params as { kernel: Tensor }).kernel, [-1]), wanted, 1e-15);
  });
});

describe('MaskedDense1D', () => {
  const model = modelOf(true);

  it('treats each sample of a batch alike', () => {
    const [a, b] = [sample(1, [sites, inputs]), sample(2, [sites, inputs])];
    const variables = model.init(key, [a]);
    const together = model.apply(variables, [stack([a, b])]);
    expect(together.shape).toEqual([2, sites, features]);
    expectClose(together, [...elements(model.apply(variables, [a])), ...elements(model.apply(variables, [b]))], 1e-15);
  });

  it('has parameters of float64 for all sites', () => {
    expect(specsOf(model.init(key, [ones([sites, inputs])]))).toEqual({ 'params/bias': 'float64[4,3]', 'params/kernel': 'float64[8,12]' });
  });

  it('makes its bias before its kernel, as NetKet does', () => {
    expect(creationOrder((attributes) => new MaskedDense1D({ features: 2, exclusive: true, ...attributes }).init(key, [ones([3, 1])]))).toEqual(['bias', 'kernel']);
  });

  it.each([['int8', 'float64', 'float64'], ['float64', 'float32', 'float64'], ['int32', 'float32', 'float32']] as const)('with inputs of %s and parameters of %s computes in %s', (dtype, paramDtype, wanted) => {
    const x = ones([sites, inputs], dtype);
    const typed = model.clone({ paramDtype });
    expect(typed.apply(typed.init(key, [x]), [x]).dtype).toBe(wanted);
  });

  it('with one site of which nothing is seen is its bias', () => {
    const x = tensor([[3, 4]], { dtype: 'float64' });
    const variables = model.init(key, [x]);
    expect(elements(model.apply(variables, [mul(x, 5)]))).toEqual(elementsAt(variables, 'params/bias'));
  });

  it('traces to one product, with a symbolic batch too', () => {
    const variables = model.init(key, [ones([1, sites, inputs])]);
    expect(primitivesOf((x) => model.apply(variables, [x]), [spec('float64', ['batch', sites, inputs])])).toEqual(['reshape', 'dot', 'add', 'reshape']);
  });

  it.each([[[2]], [[1, 2, 3, 4]]])('refuses inputs of shape %j', (shape) => {
    expect(() => model.init(key, [ones(shape)])).toThrow(ShapeError);
  });

  it('refuses a symbolic number of sites', () => {
    const variables = model.init(key, [ones([sites, inputs])]);
    expect(() => primitivesOf((x) => model.apply(variables, [x]), [spec('float64', ['batch', 'sites', inputs])])).toThrow(/axis 1 of the input gives parameters their shape/);
  });
});
