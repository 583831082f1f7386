import { ArgumentError, initializers, ones, reshape, stack, transpose, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Dense, DenseGeneral } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, sample, specsOf } from '../helpers.js';

const paramDtype = 'float64';
const biasInit = initializers.normal({ stddev: 1 });
const x = sample(1, [2, 3, 4]);

describe('DenseGeneral', () => {
  it('over the last axis is Dense, with the same first parameters', () => {
    const [general, plain] = [new DenseGeneral({ features: 5, paramDtype, biasInit }), new Dense({ features: 5, paramDtype, biasInit })];
    const variables = general.init(key, [x]);
    expect(elementsAt(variables, 'params/kernel')).toEqual(elementsAt(plain.init(key, [x]), 'params/kernel'));
    expectClose(general.apply(variables, [x]), elements(plain.apply(variables, [x])), 1e-14);
  });

  it('over several axes is Dense on the flattened input, whose fans it has', () => {
    const [general, plain] = [new DenseGeneral({ features: [2, 3], axis: [-2, -1], paramDtype }), new Dense({ features: 6, paramDtype })];
    const flat = reshape(x, [2, 12]);
    const variables = general.init(key, [x]);
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[3,4,2,3]', 'params/bias': 'float64[2,3]' });
    expect(elementsAt(variables, 'params/kernel')).toEqual(elementsAt(plain.init(key, [flat]), 'params/kernel'));
    const y = general.apply(variables, [x]);
    expect(y.shape).toEqual([2, 2, 3]);
    expectClose(y, elements(plain.apply(plain.init(key, [flat]), [flat])), 1e-14);
  });

  it('puts features last, also where it contracts an axis in the middle', () => {
    const general = new DenseGeneral({ features: 5, axis: 1, paramDtype, biasInit });
    const variables = general.init(key, [x]);
    const y = general.apply(variables, [x]);
    expect(y.shape).toEqual([2, 4, 5]);
    expectClose(y, elements(new Dense({ features: 5, paramDtype }).apply(variables, [transpose(x, [0, 2, 1])])), 1e-14);
  });

  it('has a kernel and a bias for each place along its batch axes', () => {
    const general = new DenseGeneral({ features: 5, batchDims: 0, paramDtype, biasInit });
    const variables = general.init(key, [x]);
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[2,4,5]', 'params/bias': 'float64[2,5]' });
    const { kernel, bias } = variables.params as Record<string, Tensor>;
    const each = [...x].map((rows, i) => new Dense({ features: 5, paramDtype }).apply({ params: { kernel: [...kernel!][i]!, bias: [...bias!][i]! } }, [rows]));
    expectClose(general.apply(variables, [x]), elements(stack(each)), 1e-14);
  });

  it('has no bias with useBias false', () => {
    expect(Object.keys(specsOf(new DenseGeneral({ features: 5, useBias: false }).init(key, [x])))).toEqual(['params/kernel']);
  });

  it('refuses batch axes that are not the first ones', () => {
    expect(() => new DenseGeneral({ features: 2, batchDims: [1] }).init(key, [x])).toThrow(/must be consecutive axes from 0 on, found 1/);
  });

  it('refuses to contract a batch axis', () => {
    expect(() => new DenseGeneral({ features: 2, batchDims: [0], axis: [0, 2] }).init(key, [x])).toThrow(/names axis 0, which is a batch axis/);
  });

  it('refuses an axis that the input does not have', () => {
    expect(() => new DenseGeneral({ features: 2, axis: 2 }).init(key, [ones([2, 3])])).toThrow(ArgumentError);
  });
});
