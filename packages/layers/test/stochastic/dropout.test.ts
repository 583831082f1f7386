import { InvalidAttributeError, InvalidRngError, MergeParamError } from '@flaxon/core';
import { ArgumentError, grad, mul, ones, random, spec, sum, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Dropout, type DropoutOptions } from '../../src/index.js';
import { elements, key, primitivesOf, sample } from '../helpers.js';

const drop = (model: Dropout, x: Tensor, options: DropoutOptions = {}): Tensor => model.apply({}, [x, options], { rngs: { dropout: key } });

describe('Dropout', () => {
  const x = sample(1, [40, 50], 'float32');

  it('divides what it keeps by the probability to keep it', () => {
    const y = elements(drop(new Dropout({ rate: 0.5, deterministic: false }), x));
    const strange = elements(x).filter((value, i) => y[i] !== 0 && y[i] !== 2 * value);
    expect(strange).toEqual([]);
  });

  it('sets about `rate` of the elements to 0', () => {
    const zeros = elements(drop(new Dropout({ rate: 0.3, deterministic: false }), x)).filter((value) => value === 0).length;
    // 2000 draws: five standard deviations are 102.
    expect(Math.abs(zeros - 600)).toBeLessThan(102);
  });

  it('draws as Flax does: by a key of the stream, with the counter 1', () => {
    const [model, small] = [new Dropout({ rate: 0.25, deterministic: false }), ones([4, 3])];
    // Flax derives the first key of the root from the words 1428664606, 3351135085 (jax.random.key(0) as base).
    const first = random.wrapKeyData(Uint32Array.of(1428664606, 3351135085));
    const kept = elements(random.bernoulli(first, 0.75, [4, 3]));
    expect(elements(drop(model, small)).map((value) => (value === 0 ? 0 : 1))).toEqual(kept);
  });

  it('takes a key of the call in place of the stream', () => {
    const model = new Dropout({ rate: 0.5, deterministic: false });
    const rng = random.key(7);
    const y = model.apply({}, [x, { rng }]);
    expect(elements(y).map((value) => (value === 0 ? 0 : 1))).toEqual(elements(random.bernoulli(rng, 0.5, [40, 50])));
  });

  it('takes keys of another stream where it is told to', () => {
    const model = new Dropout({ rate: 0.5, deterministic: false, rngCollection: 'noise' });
    expect(elements(model.apply({}, [x], { rngs: { noise: key } }))).toEqual(elements(drop(new Dropout({ rate: 0.5, deterministic: false }), x)));
  });

  it.each([[[0]], [[1]], [[-1]]])('shares one draw along the axes %j', (broadcastDims) => {
    const y = elements(drop(new Dropout({ rate: 0.5, deterministic: false, broadcastDims }), ones([20, 30])));
    const line = (at: number): string => (broadcastDims[0] === 0 ? y.filter((_, i) => i % 30 === at) : y.slice(at * 30, at * 30 + 30)).join();
    const lines = Array.from({ length: broadcastDims[0] === 0 ? 30 : 20 }, (_, at) => line(at));
    expect(lines.filter((found) => new Set(found.split(',')).size !== 1)).toEqual([]);
    expect(new Set(lines).size).toBe(2);
  });

  it.each([{ rate: 0.5, deterministic: true }, { rate: 0, deterministic: false }])('passes inputs on without a key with %j', (attributes) => {
    expect(new Dropout(attributes).apply({}, [x])).toBe(x);
  });

  it('with a rate of 1 gives zeros, whose gradient is 0', () => {
    const model = new Dropout({ rate: 1, deterministic: false });
    expect(elements(grad((input: Tensor) => sum(mul(model.apply({}, [input]), 3)))(ones([3])))).toEqual([0, 0, 0]);
  });

  it('keeps half precision', () => {
    expect(drop(new Dropout({ rate: 0.5, deterministic: false }), ones([4], 'float16')).dtype).toBe('float16');
  });

  it('has no variables', () => {
    expect(new Dropout({ rate: 0.5, deterministic: true }).init(key, [x])).toEqual({});
  });

  it('traces after its mask to a division and a choice', () => {
    const primitives = primitivesOf((input) => drop(new Dropout({ rate: 0.5, deterministic: false }), input), [spec('float32', [2, 3])]);
    expect(primitives).toEqual(['div', 'where']);
  });

  it('is told whether it is deterministic in exactly one place', () => {
    expect(() => drop(new Dropout({ rate: 0.5 }), x)).toThrow(MergeParamError);
    expect(() => drop(new Dropout({ rate: 0.5, deterministic: true }), x, { deterministic: true })).toThrow(MergeParamError);
    expect(drop(new Dropout({ rate: 0.5 }), x, { deterministic: true })).toBe(x);
  });

  it('needs a key', () => {
    expect(() => new Dropout({ rate: 0.5, deterministic: false }).apply({}, [x])).toThrow(InvalidRngError);
  });

  it('refuses axes that the input does not have', () => {
    expect(() => drop(new Dropout({ rate: 0.5, deterministic: false, broadcastDims: [2] }), x)).toThrow(ArgumentError);
  });

  it('refuses a rate that is no probability', () => {
    expect(() => new Dropout({ rate: 1.5 })).toThrow(InvalidAttributeError);
  });
});
