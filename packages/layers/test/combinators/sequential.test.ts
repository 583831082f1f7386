import { InvalidAttributeError, Module } from '@flaxon/core';
import { add, mul, ones, relu, tanh, type Tensor } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Dense, Dropout, Sequential } from '../../src/index.js';
import { elements, key, sample, specsOf } from '../helpers.js';

const x = sample(1, [4, 3], 'float32');

describe('Sequential', () => {
  const model = new Sequential({ layers: [new Dense({ features: 5 }), relu, new Dense({ features: 2 })] });

  it('names its modules by their place, counting functions too', () => {
    expect(Object.keys(specsOf(model.init(key, [x])))).toEqual(['params/layers_0/bias', 'params/layers_0/kernel', 'params/layers_2/bias', 'params/layers_2/kernel']);
  });

  it('gives each layer the result of the one before', () => {
    const variables = model.init(key, [x]);
    const { layers_0, layers_2 } = variables.params as Record<string, Record<string, Tensor>>;
    const hidden = relu(new Dense({ features: 5 }).apply({ params: layers_0! }, [x]));
    expect(elements(model.apply(variables, [x]))).toEqual(elements(new Dense({ features: 2 }).apply({ params: layers_2! }, [hidden])));
  });

  it('gives the elements of an array as arguments', () => {
    const pairs = new Sequential({ layers: [(a: Tensor) => [a, mul(a, 2)], (a: Tensor, b: Tensor) => add(a, b)] });
    expect(elements(pairs.apply({}, [ones([2])]))).toEqual([3, 3]);
  });

  it('takes several arguments for its first layer', () => {
    const sum = new Sequential({ layers: [add, tanh] });
    const result = sum.apply({}, [ones([1]), ones([1])], { method: (module, a: Tensor, b: Tensor) => module.call(a, b) });
    expect(result).toMatchObject({ shape: [1] });
  });

  it('passes random streams and other collections on to its layers', () => {
    const dropping = new Sequential({ layers: [new Dropout({ rate: 0.5, deterministic: false }), new Dropout({ rate: 0.5, deterministic: false })] });
    const kept = elements(dropping.apply({}, [ones([400])], { rngs: { dropout: key } })).filter((value) => value === 4).length;
    // Two independent draws keep a quarter; 400 of them: five standard deviations are 43.
    expect(Math.abs(kept - 100)).toBeLessThan(43);
  });

  it('is of the type of a function of a tensor', () => {
    expectTypeOf(model.apply(model.init(key, [x]), [x])).toEqualTypeOf<Tensor>();
  });

  it('refuses to have no layers', () => {
    expect(() => new Sequential({ layers: [] })).toThrow(/expected at least one layer/);
  });

  it('refuses a class in place of a module', () => {
    expect(() => new Sequential({ layers: [Dense as never] })).toThrow(/expected a module with `call`, such as `new Dense/);
  });

  it('refuses a module without `call`', () => {
    class Mute extends Module.define({}) {}
    expect(() => new Sequential({ layers: [new Mute() as never] })).toThrow(InvalidAttributeError);
  });
});
