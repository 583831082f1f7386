import { MergeParamError, ScopeParamShapeError } from '@flaxon/core';
import { ArgumentError, initializers, ones } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Dense, DenseGeneral, Einsum } from '../../src/index.js';
import { elements, expectClose, key, sample, specsOf } from '../helpers.js';

const paramDtype = 'float64';
const biasInit = initializers.normal({ stddev: 1 });
const x = sample(1, [2, 3, 4]);

describe('Einsum', () => {
  it.each(['bti,io->bto', '...i,io->...o', ' b t i , i o -> b t o '])('with %s is Dense', (einsumStr) => {
    const model = new Einsum({ shape: [4, 5], einsumStr, paramDtype, biasInit });
    const variables = model.init(key, [x]);
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[4,5]', 'params/bias': 'float64[5]' });
    expectClose(model.apply(variables, [x]), elements(new Dense({ features: 5, paramDtype }).apply(variables, [x])), 1e-14);
  });

  it('has a bias with the axes of the kernel that the result has, in its order', () => {
    const model = new Einsum({ shape: [4, 5, 6], einsumStr: 'bti,iof->bfto' });
    expect(specsOf(model.init(key, [x]))['params/bias']).toBe('float32[6,5]');
  });

  it('shares the bias among the axes of the result that the kernel does not have', () => {
    const model = new Einsum({ shape: [3, 4, 5], einsumStr: 'bti,tio->bo', paramDtype, biasInit });
    const variables = model.init(key, [x]);
    expectClose(model.apply(variables, [x]), elements(new DenseGeneral({ features: 5, axis: [1, 2], paramDtype }).apply(variables, [x])), 1e-14);
  });

  it('takes its equation from the call', () => {
    const model = new Einsum({ shape: [4, 5] });
    const variables = model.init(key, [x, { einsumStr: 'bti,io->bto' }]);
    expect(model.apply(variables, [x, { einsumStr: 'bti,io->bot' }]).shape).toEqual([2, 5, 3]);
  });

  it('is told its equation in exactly one place', () => {
    expect(() => new Einsum({ shape: [4, 5] }).init(key, [x])).toThrow(MergeParamError);
    expect(() => new Einsum({ shape: [4, 5], einsumStr: 'bti,io->bto' }).init(key, [x, { einsumStr: 'bti,io->bto' }])).toThrow(MergeParamError);
  });

  it.each(['bti,io', 'bti->bti', 'a,b,c->abc', 'bti,io->bto->b'])('refuses %s', (einsumStr) => {
    expect(() => new Einsum({ shape: [4, 5], einsumStr }).init(key, [x])).toThrow(ArgumentError);
  });

  it('refuses an equation that does not name every axis of the kernel once', () => {
    expect(() => new Einsum({ shape: [4, 5], einsumStr: 'bti,i->bt' }).init(key, [x])).toThrow(/must name each of the 2 axes of the kernel once/);
  });

  it('refuses a kernel of another shape', () => {
    const model = new Einsum({ shape: [4, 5], einsumStr: 'bti,io->bto' });
    expect(() => model.apply({ params: { kernel: ones([4, 6]), bias: ones([5]) } }, [x])).toThrow(ScopeParamShapeError);
  });
});
