import { InvalidAttributeError } from '@flaxon/core';
import { ArgumentError, concatenate, ones, random, ShapeError, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { cyclicalTimeEncoder, encodeTime, ott, VelocityField } from '../../src/index.js';
import { elements, expectClose, key, sample, specsOf } from '../helpers.js';

describe('ott.MLP', () => {
  it('has a layer for each width, the last that of the result', () => {
    const model = new ott.MLP({ dimHidden: [4, 3] });
    const variables = model.init(key, [ones([5, 2])]);
    expect(specsOf(variables)).toEqual({ 'params/Dense_0/kernel': 'float32[2,4]', 'params/Dense_0/bias': 'float32[4]', 'params/Dense_1/kernel': 'float32[4,3]', 'params/Dense_1/bias': 'float32[3]' });
    expect(model.apply(variables, [ones([5, 2])]).shape).toEqual([5, 3]);
  });

  it('has no activation after the last layer', () => {
    const x = sample(1, [5, 2]);
    const never = (): never => {
      throw new Error('the activation was called');
    };
    expect(() => new ott.MLP({ dimHidden: [3], actFn: never }).init(key, [x])).not.toThrow();
    expect(() => new ott.MLP({ dimHidden: [3, 3], actFn: never }).init(key, [x])).toThrow(/was called/);
  });

  it('refuses no widths', () => {
    expect(() => new ott.MLP({ dimHidden: [] })).toThrow(InvalidAttributeError);
  });
});

describe('encodeTime', () => {
  it('is cos and then sin of the first whole frequencies', () => {
    const angles = [1, 2, 3].map((k) => 2 * Math.PI * k * 0.3);
    expectClose(encodeTime(tensor([0.3], { dtype: 'float64' }), { numFreqs: 3 }), [...angles.map(Math.cos), ...angles.map(Math.sin)], 1e-14);
  });

  it('refuses times that are no vector, and frequencies that are none', () => {
    expect(() => encodeTime(ones([3, 1]), { numFreqs: 2 })).toThrow(ShapeError);
    expect(() => encodeTime(ones([3]), { numFreqs: 0 })).toThrow(ArgumentError);
  });
});

describe('cyclicalTimeEncoder', () => {
  it('counts its frequencies from 0', () => {
    const angles = [0, 1, 2].map((k) => 2 * Math.PI * k * 0.3);
    expectClose(cyclicalTimeEncoder(tensor([[0.3]], { dtype: 'float64' }), { numFreqs: 3 }), [...angles.map(Math.cos), ...angles.map(Math.sin)], 1e-14);
  });

  it('has 128 of them by default', () => {
    expect(cyclicalTimeEncoder(ones([3, 1])).shape).toEqual([3, 256]);
  });

  it('refuses times without a last axis of 1', () => {
    expect(() => cyclicalTimeEncoder(ones([3]))).toThrow(ShapeError);
  });
});

describe('VelocityField', () => {
  const [t, x, condition] = [sample(1, [5, 1], 'float32'), sample(2, [5, 2], 'float32'), sample(3, [5, 4], 'float32')];
  const encoder = (times: Tensor): Tensor => concatenate([times, times], -1);

  it('has layers of time, point, condition and output, in this order', () => {
    const field = new VelocityField({ hiddenDims: [8, 7], outputDims: [6, 2], conditionDims: [5], timeDims: [3], timeEncoder: encoder });
    const variables = field.init(key, [t, x, condition]);
    const kernels = Object.entries(specsOf(variables)).filter(([path]) => path.endsWith('kernel')).map(([, kernel]) => kernel);
    expect(kernels).toEqual(['float32[2,3]', 'float32[2,8]', 'float32[8,7]', 'float32[4,5]', 'float32[15,6]', 'float32[6,2]']);
    expect(field.apply(variables, [t, x, condition]).shape).toEqual([5, 2]);
  });

  it('has the values of OTT 0.5.0', () => {
    const field = new VelocityField({ hiddenDims: [4, 3], outputDims: [5, 2], conditionDims: [3], timeDims: [4], timeEncoder: (times) => cyclicalTimeEncoder(times, { numFreqs: 3 }) });
    const args = [tensor([[0], [0.3], [1.1]], { dtype: 'float32' }), tensor([[1, -2], [0.5, 0.25], [-1, 3]]), tensor([[1], [0], [-1]], { dtype: 'float32' })] as const;
    const wanted = [-0.6042131781578064, 0.370054692029953, 0.04881416633725166, -0.019476450979709625, -0.3180921971797943, 0.10253944247961044];
    expectClose(field.apply(field.init(random.key(7), args), args), wanted, 2e-6);
  });

  it('has as many layers of time as of the point, behind 128 frequencies', () => {
    const variables = new VelocityField({ hiddenDims: [8], outputDims: [2] }).init(key, [t, x]);
    expect(specsOf(variables)['params/Dense_0/kernel']).toBe('float32[256,8]');
    expect(specsOf(variables)['params/Dense_2/kernel']).toBe('float32[16,2]');
  });

  it('drops between its layers in training alone', () => {
    const field = new VelocityField({ hiddenDims: [8], outputDims: [2], dropoutRate: 0.5 });
    const variables = field.init(key, [t, x, null, { deterministic: true }]);
    const plain = new VelocityField({ hiddenDims: [8], outputDims: [2] }).apply(variables, [t, x]);
    expect(elements(field.apply(variables, [t, x, null, { deterministic: true }]))).toEqual(elements(plain));
    expect(elements(field.apply(variables, [t, x], { rngs: { dropout: random.key(1) } }))).not.toEqual(elements(plain));
  });

  it('refuses a missing condition, and one that it does not expect', () => {
    expect(() => new VelocityField({ hiddenDims: [8], outputDims: [2], conditionDims: [3] }).init(key, [t, x])).toThrow(/must be given to a field with `conditionDims`/);
    expect(() => new VelocityField({ hiddenDims: [8], outputDims: [2] }).init(key, [t, x, condition])).toThrow(ArgumentError);
  });
});
