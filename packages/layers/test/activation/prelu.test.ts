import { tensor } from '@flaxon/tensor';
import { expect, it } from 'vitest';
import { PReLU } from '../../src/index.js';
import { elementsAt, expectClose, key, specsOf } from '../helpers.js';

const x = tensor([-2, -0.5, 0, 3], { dtype: 'float64' });

it('multiplies negative numbers by one learned slope', () => {
  const model = new PReLU({ negativeSlopeInit: 0.25 });
  expectClose(model.apply(model.init(key, [x]), [x]), [-0.5, -0.125, 0, 3], 1e-15);
});

it('has a slope of 0.01 before training, of float32', () => {
  const variables = new PReLU().init(key, [x]);
  expect(specsOf(variables)).toEqual({ 'params/negative_slope': 'float32[]' });
  expect(elementsAt(variables, 'params/negative_slope')).toEqual([Math.fround(0.01)]);
});

it('keeps the dtype of its input', () => {
  const model = new PReLU({ paramDtype: 'float64' });
  const half = tensor([-1, 1], { dtype: 'float16' });
  expect(model.apply(model.init(key, [half]), [half]).dtype).toBe('float16');
});
