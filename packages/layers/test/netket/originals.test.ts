import { initializers, ones, reshape, spec, type Dtype, type Tensor } from '@flaxon/tensor';
import type { Module } from '@flaxon/core';
import { describe, expect, it } from 'vitest';
import { Conv, ConvTranspose, DenseGeneral, netket } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

type Layer = Module & { call(x: Tensor): Tensor };

const image = sample(1, [2, 5, 4, 2]);
const window = { features: 4, kernelSize: [3, 2], strides: [2, 1], padding: 'VALID' as const, kernelDilation: [1, 2], biasInit: initializers.normal({ stddev: 1 }) };
const pairs: readonly [string, (dtype?: Dtype) => Layer, Layer][] = [
  ['Conv', (dtype) => new netket.Conv({ ...window, featureGroupCount: 2, ...(dtype && { dtype }) }), new Conv({ ...window, featureGroupCount: 2, paramDtype: 'float64' })],
  ['ConvTranspose', (dtype) => new netket.ConvTranspose({ ...window, ...(dtype && { dtype }) }), new ConvTranspose({ ...window, paramDtype: 'float64' })],
  ['DenseGeneral', (dtype) => new netket.DenseGeneral({ features: [2, 3], axis: [-2, -1], ...(dtype && { dtype }) }), new DenseGeneral({ features: [2, 3], axis: [-2, -1], paramDtype: 'float64' })],
];

describe.each(pairs)('netket.%s', (_, original, flax) => {
  it('is the layer of Flax with parameters of float64, under its own name', () => {
    const [ours, theirs] = [original(), flax];
    const [made, wanted] = [ours.init(key, [image]), theirs.init(key, [image])];
    expect(specsOf(made)).toEqual(specsOf(wanted));
    expect(elementsAt(made, 'params/kernel')).toEqual(elementsAt(wanted, 'params/kernel'));
    expect(elements(ours.apply(made, [image]) as Tensor)).toEqual(elements(theirs.apply(made, [image]) as Tensor));
  });

  it.each([[undefined, 'int8', 'float64'], [undefined, 'float32', 'float64'], ['float32', 'int8', 'float32'], ['float32', 'float64', 'float64']] as const)('with dtype %s and inputs of %s computes in %s', (dtype, input, wanted) => {
    const x = ones(image.shape, input);
    const layer = original(dtype);
    expect((layer.apply(layer.init(key, [x]), [x]) as Tensor).dtype).toBe(wanted);
  });

  it('traces to what the layer of Flax traces to, with a symbolic batch too', () => {
    const primitives = (layer: Layer): unknown[] => {
      const variables = layer.init(key, [image]);
      return primitivesOf((x) => layer.apply(variables, [x]) as Tensor, [spec('float64', ['batch', 5, 4, 2])]);
    };
    expect(primitives(original())).toEqual(primitives(flax));
  });
});

describe('netket.Conv', () => {
  it('takes a single sample', () => {
    const layer = new netket.Conv({ ...window });
    const one = reshape(sample(2, [1, 5, 4, 2]), [5, 4, 2]);
    const variables = layer.init(key, [one]);
    expectClose(layer.apply(variables, [one]), elements(layer.apply(variables, [reshape(one, [1, 5, 4, 2])])), 0);
  });
});

describe('netket.DenseGeneral', () => {
  const x = sample(3, [2, 3, 4]);
  const layer = new netket.DenseGeneral({ features: 5, batchDims: [0], axis: -1, biasInit: initializers.normal({ stddev: 1 }) });
  const variables = layer.init(key, [x]);

  it('begins with the same kernel and bias at each place along the batch axes', () => {
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[2,4,5]', 'params/bias': 'float64[2,5]' });
    const [kernel, bias] = [elementsAt(variables, 'params/kernel'), elementsAt(variables, 'params/bias')];
    expect(kernel.slice(20)).toEqual(kernel.slice(0, 20));
    expect(bias.slice(5)).toEqual(bias.slice(0, 5));
  });

  it('begins with that of a map of one place', () => {
    const single = new netket.DenseGeneral({ features: 5, axis: -1 }).init(key, [x]);
    expect(elementsAt(variables, 'params/kernel').slice(0, 20)).toEqual(elementsAt(single, 'params/kernel'));
  });

  it('refuses batch axes that do not come first', () => {
    expect(() => layer.clone({ batchDims: [1] }).init(key, [x])).toThrow(/must be consecutive axes from 0 on/);
  });
});
