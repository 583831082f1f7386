import { InvalidAttributeError, ScopeParamShapeError } from '@flaxon/core';
import { DtypeError, initializers, ones, ShapeError, spec, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Dense, netket } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

/** y[b][f] = sum_i x[b][i] k[i][f] + c[f]. */
function affine(x: Tensor, kernel: readonly number[], bias: readonly number[]): number[] {
  const inputs = x.shape.at(-1) as number;
  const rows = elements(x).length / inputs;
  const data = elements(x);
  return Array.from({ length: rows * bias.length }, (_, at) => {
    const [row, feature] = [Math.floor(at / bias.length), at % bias.length];
    return Array.from({ length: inputs }, (__, i) => data[row * inputs + i]! * kernel[i * bias.length + feature]!).reduce((a, b) => a + b, bias[feature]!);
  });
}

describe('Dense', () => {
  it('makes the kernel of Flax, bit for bit', () => {
    // flax 0.12.8: nn.Dense(3).init(jax.random.key(0), jnp.ones((1, 2)))['params']['kernel'], as float32 bits.
    const kernel = elementsAt(new Dense({ features: 3 }).init(key, [ones([1, 2])]), 'params/kernel');
    const bits = [...new Uint32Array(Float32Array.from(kernel).buffer)].map((word) => word.toString(16));
    expect(bits).toEqual(['3d6f4881', 'bf954973', 'bf9a8617', '3f0ad7eb', '3f5c2bd6', '3f263b5b']);
  });

  it.each([[[4]], [[2, 4]], [[2, 3, 4]], [[2, 1, 3, 4]]])('multiplies the last axis of shape %j', (shape) => {
    const model = new Dense({ features: 3, paramDtype: 'float64', biasInit: initializers.normal({ stddev: 1 }) });
    const x = sample(1, shape);
    const variables = model.init(key, [x]);
    const y = model.apply(variables, [x]);
    expect(y.shape).toEqual([...shape.slice(0, -1), 3]);
    expectClose(y, affine(x, elementsAt(variables, 'params/kernel'), elementsAt(variables, 'params/bias')), 1e-14);
  });

  it('has no bias with useBias false', () => {
    expect(specsOf(new Dense({ features: 3, useBias: false }).init(key, [ones([1, 2])]))).toEqual({ 'params/kernel': 'float32[2,3]' });
  });

  it.each([['int32', 'float32'], ['bool', 'float32'], ['float16', 'float32'], ['float64', 'float64']] as const)('computes %s with float32 parameters in %s', (dtype, computed) => {
    const model = new Dense({ features: 2 });
    const x = ones([1, 3], dtype);
    expect(model.apply(model.init(key, [x]), [x]).dtype).toBe(computed);
  });

  it('computes in `dtype`, while parameters keep theirs', () => {
    const model = new Dense({ features: 2, dtype: 'float32', paramDtype: 'float64' });
    const variables = model.init(key, [ones([1, 3])]);
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[3,2]', 'params/bias': 'float64[2]' });
    expect(model.apply(variables, [ones([1, 3])]).dtype).toBe('float32');
  });

  it('traces to one product and one sum, with a symbolic batch too', () => {
    const model = new Dense({ features: 2 });
    const variables = model.init(key, [ones([1, 3])]);
    expect(primitivesOf((x) => model.apply(variables, [x]), [spec('float32', ['batch', 3])])).toEqual(['dot', 'add']);
  });

  it('refuses an input of other features than its kernel has', () => {
    const model = new Dense({ features: 2 });
    const variables = model.init(key, [ones([1, 3])]);
    expect(() => model.apply(variables, [ones([1, 4])])).toThrow(ScopeParamShapeError);
  });

  it('refuses a scalar', () => {
    expect(() => new Dense({ features: 2 }).init(key, [ones([])])).toThrow(ShapeError);
  });

  it('refuses features of a symbolic size, which would give the kernel no shape', () => {
    const model = new Dense({ features: 2 });
    expect(() => primitivesOf((x) => model.apply({ params: {} }, [x]), [spec('float32', [1, 'features'])])).toThrow(/axis -1 of the input gives parameters their shape/);
  });

  it('refuses a dtype of integers', () => {
    expect(() => new Dense({ features: 2, dtype: 'int32' }).init(key, [ones([1, 2])])).toThrow(DtypeError);
  });

  it('refuses a number of features that is none', () => {
    expect(() => new Dense({ features: 2.5 })).toThrow(InvalidAttributeError);
    expect(() => new Dense({ features: -1 })).toThrow(InvalidAttributeError);
  });
});

describe('netket.Dense', () => {
  it('has float64 parameters and computes in float64', () => {
    const model = new netket.Dense({ features: 2 });
    const variables = model.init(key, [tensor([[1, -1, 1]], { dtype: 'int8' })]);
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[3,2]', 'params/bias': 'float64[2]' });
    expect(model.apply(variables, [tensor([[1, -1, 1]], { dtype: 'int8' })]).dtype).toBe('float64');
  });

  it('computes float64 inputs in float64 also with float32 parameters', () => {
    const model = new netket.Dense({ features: 2, dtype: 'float32' });
    const variables = model.init(key, [ones([1, 3])]);
    expect(specsOf(variables)['params/kernel']).toBe('float32[3,2]');
    expect(model.apply(variables, [ones([1, 3], 'float64')]).dtype).toBe('float64');
  });
});
