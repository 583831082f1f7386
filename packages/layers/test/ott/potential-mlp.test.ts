import { InvalidAttributeError } from '@flaxon/core';
import { ArgumentError, elu, grad, leakyRelu, mul, ones, ShapeError, sin, softplus, spec, square, sum, tanh, tensor, zerosLike, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { PotentialMLP } from '../../src/index.js';
import { differences, elements, expectClose, key, mapVariables, primitivesOf, sample, specsOf } from '../helpers.js';

const x = sample(3, [5, 2]);
const halfSquaredNorms = [0, 1, 2, 3, 4].map((i) => 0.5 * (elements(x)[2 * i]! ** 2 + elements(x)[2 * i + 1]! ** 2));

describe('PotentialMLP', () => {
  const model = new PotentialMLP({ dimHidden: [6, 5], actFn: softplus });
  const variables = model.init(key, [x]);

  it('has a layer for each width, and one of one feature', () => {
    expect(specsOf(variables)).toEqual({
      'params/Dense_0/kernel': 'float32[2,6]', 'params/Dense_0/bias': 'float32[6]',
      'params/Dense_1/kernel': 'float32[6,5]', 'params/Dense_1/bias': 'float32[5]',
      'params/Dense_2/kernel': 'float32[5,1]', 'params/Dense_2/bias': 'float32[1]',
    });
  });

  it('with parameters of zeros is half the squared norm', () => {
    expectClose(model.apply(mapVariables(variables, zerosLike), [x]), halfSquaredNorms, 1e-14);
  });

  it('with parameters of zeros has the identity as its gradient', () => {
    expectClose(model.apply(mapVariables(variables, zerosLike), [x], { method: 'potentialGradient' }), elements(x), 1e-14);
  });

  it.each([['softplus', softplus], ['tanh', tanh], ['elu', elu], ['leakyRelu', leakyRelu]] as const)('has the gradient of its value, by central differences, with %s', (_, actFn) => {
    const wide = new PotentialMLP({ dimHidden: [6, 5], actFn, paramDtype: 'float64' });
    const wideVariables = wide.init(key, [x]);
    const value = (points: Float64Array<ArrayBuffer>): number => sum(wide.apply(wideVariables, [tensor(points, { shape: [5, 2] })])).item() as number;
    expectClose(wide.apply(wideVariables, [x], { method: 'potentialGradient' }), differences(value, x), 1e-8);
  });

  it('gives a scalar for a single point', () => {
    const single = model.apply(variables, [tensor(elements(x).slice(0, 2), { dtype: 'float64' })]);
    expect(single.shape).toEqual([]);
    expectClose(single, elements(model.apply(variables, [x])).slice(0, 1), 1e-14);
  });

  it('keeps float32 parameters with float64 points and computes in float64', () => {
    expect(model.apply(variables, [x]).dtype).toBe('float64');
    expect(model.apply(variables, [ones([1, 2], 'float32')]).dtype).toBe('float32');
  });

  it('is made with the same parameters through each of its methods', () => {
    for (const method of ['potentialGradient', 'potentialValue'] as const) {
      const made = model.init(key, [x], { method });
      expect(elements((made.params as { Dense_1: { kernel: Tensor } }).Dense_1.kernel)).toEqual(elements((variables.params as { Dense_1: { kernel: Tensor } }).Dense_1.kernel));
    }
  });

  it('the gradient of a loss on the gradient map reaches the parameters', () => {
    const loss = (params: typeof variables): Tensor => sum(square(model.apply(params, [x], { method: 'potentialGradient' })));
    const { Dense_0 } = grad(loss)(variables).params as { Dense_0: { kernel: Tensor } };
    expect(elements(Dense_0.kernel).some((value) => value !== 0)).toBe(true);
  });

  it('traces to a product, a sum and an activation for each layer, and four operations for the norm', () => {
    const primitives = primitivesOf((points) => model.apply(variables, [points]), [spec('float32', ['n', 2])]);
    expect(primitives).toEqual(['dot', 'add', 'softplus', 'dot', 'add', 'softplus', 'dot', 'add', 'reshape', 'mul', 'reduceSum', 'mul', 'add']);
  });

  it('works without hidden layers', () => {
    const linear = new PotentialMLP({ dimHidden: [] });
    expect(specsOf(linear.init(key, [x]))).toEqual({ 'params/Dense_0/kernel': 'float32[2,1]', 'params/Dense_0/bias': 'float32[1]' });
  });

  it('refuses points of rank 3', () => {
    expect(() => model.init(key, [ones([1, 5, 2])])).toThrow(ShapeError);
  });

  it('refuses the gradient map of a single point', () => {
    expect(() => model.apply(variables, [ones([2])], { method: 'potentialGradient' })).toThrow(/give a single point as \(1, d\)/);
  });

  it('refuses a width that is none', () => {
    expect(() => new PotentialMLP({ dimHidden: [6, 0.5] })).toThrow(InvalidAttributeError);
  });
});

describe('PotentialMLP with isPotential false', () => {
  const model = new PotentialMLP({ dimHidden: [6], isPotential: false, actFn: softplus });
  const variables = model.init(key, [x]);
  const map = model.apply(variables, [x]);

  it('is a map of points, whose last layer has their dimension', () => {
    expect(map.shape).toEqual([5, 2]);
    expect(specsOf(variables)['params/Dense_1/kernel']).toBe('float32[6,2]');
  });

  it('with parameters of zeros is the identity', () => {
    expect(elements(model.apply(mapVariables(variables, zerosLike), [x]))).toEqual(elements(x));
  });

  it('is its own gradient map', () => {
    expect(elements(model.apply(variables, [x], { method: 'potentialGradient' }))).toEqual(elements(map));
  });

  const other = (points: Tensor): Tensor => sum(sin(points), { axis: -1 });
  const value = (points: Tensor, args = variables): Tensor => model.apply(args, [points, other], { method: 'potentialValue' });

  it('has the value <t, x> - other(t), where t is the map', () => {
    const [t, points] = [elements(map), elements(x)];
    const want = [0, 1, 2, 3, 4].map((i) => t[2 * i]! * points[2 * i]! + t[2 * i + 1]! * points[2 * i + 1]! - Math.sin(t[2 * i]!) - Math.sin(t[2 * i + 1]!));
    expectClose(value(x), want, 1e-13);
  });

  it('holds the map constant in that value, so that its gradient is the map', () => {
    expectClose(grad((points: Tensor) => sum(value(points)))(x), elements(map), 1e-13);
  });

  it('has no value of its own', () => {
    const missing = (): unknown => model.apply(variables, [x], { method: 'potentialValue' });
    expect(missing).toThrow(ArgumentError);
    expect(missing).toThrow(/`other` must be given with `isPotential: false`/);
  });

  it('gives a scalar value for a single point', () => {
    expect(value(mul(ones([2], 'float64'), 0.5)).shape).toEqual([]);
  });
});
