import { ArgumentError, exp, initializers, mul, neg, ShapeError, sum, take, tensor, where, equal, arange, type Tensor } from '@flaxon/tensor';
import type { Variables } from '@flaxon/core';
import { describe, expect, it } from 'vitest';
import { models } from '../../src/index.js';
import { basisOf, elements, expectClose, key } from '../helpers.js';

const biasInit = initializers.normal({ stddev: 0.5 });
const spins = { sites: 4, localStates: [1, -1], layers: 2, features: 3, biasInit };

const pairs: readonly [string, models.AutoregressiveModel, models.AutoregressiveModel][] = [
  ['ARNNDense', new models.ARNNDense(spins), new models.FastARNNDense(spins)],
  ['ARNNConv1D', new models.ARNNConv1D({ ...spins, kernelSize: 2, kernelDilation: 2 }), new models.FastARNNConv1D({ ...spins, kernelSize: 2, kernelDilation: 2 })],
  ['ARNNConv2D', new models.ARNNConv2D({ ...spins, kernelSize: [2, 3] }), new models.FastARNNConv2D({ ...spins, kernelSize: [2, 3] })],
  ['ARNNDense of three states', new models.ARNNDense({ ...spins, sites: 3, localStates: [0, 1, 2], machinePow: 1 }), new models.FastARNNDense({ ...spins, sites: 3, localStates: [0, 1, 2], machinePow: 1 })],
];

describe.each(pairs)('%s', (_, model, fast) => {
  const states = basisOf(model.sites, model.localStates);
  const variables = model.init(key, [states]);

  it('is normalised', () => {
    expectClose(sum(exp(mul(model.apply(variables, [states]) as Tensor, model.machinePow))), [1], 1e-13);
  });

  it('is the product of its conditional probabilities', () => {
    const p = model.apply(variables, [states], { method: 'conditionals' }) as Tensor;
    const [probabilities, values, count] = [elements(p), elements(states), model.localStates.length];
    const wanted = Array.from({ length: states.shape[0] as number }, (__, b) =>
      Array.from({ length: model.sites }, (___, site) => Math.log(probabilities[(b * model.sites + site) * count + model.localStates.indexOf(values[b * model.sites + site]!)]!)).reduce((all, value) => all + value) / model.machinePow);
    expectClose(model.apply(variables, [states]) as Tensor, wanted, 1e-13);
  });

  it('gives probabilities of a site that do not depend on it nor on later ones', () => {
    const p = elements(model.apply(variables, [states], { method: 'conditionals' }) as Tensor);
    const size = model.sites * model.localStates.length;
    for (let site = 0; site < model.sites; site++) {
      const other = where(equal(arange(model.sites), site), neg(states), states);
      const changed = elements(model.apply(variables, [other], { method: 'conditionals' }) as Tensor);
      const apart = p.filter((value, i) => Math.floor((i % size) / model.localStates.length) <= site && Math.abs(value - changed[i]!) > 1e-14);
      expect(apart).toEqual([]);
    }
  });

  it('gives the probabilities of one site as of all', () => {
    const p = model.apply(variables, [states], { method: 'conditionals' }) as Tensor;
    expect(elements(model.apply(variables, [states, 1], { method: 'conditional' }) as Tensor)).toEqual(elements(take(p, 1, { axis: 1 })));
  });

  it('is the same as a fast model, called site by site with a cache too', () => {
    expect(elements(fast.apply(variables, [states]) as Tensor)).toEqual(elements(model.apply(variables, [states]) as Tensor));
    let { cache } = fast.init(key, [states, 0], { method: 'conditional' });
    const p = model.apply(variables, [states], { method: 'conditionals' }) as Tensor;
    for (let site = 0; site < model.sites; site++) {
      const [found, updates] = fast.apply({ params: variables.params!, cache: cache! }, [states, site], { method: 'conditional', mutable: ['cache'] }) as [Tensor, Variables];
      expectClose(found, elements(take(p, site, { axis: 1 })), 1e-14);
      cache = updates.cache;
    }
  });

  it('takes one state as a batch of one', () => {
    const y = model.apply(variables, [take(states, 1, { axis: 0 })]) as Tensor;
    expect(y.shape).toEqual([1]);
    expectClose(y, [elements(model.apply(variables, [states]) as Tensor)[1]!], 1e-14);
  });
});

describe('autoregressive models', () => {
  const init = (model: models.AutoregressiveModel, sites = 4): unknown => model.init(key, [tensor([Array.from({ length: sites }, () => 1)])]);

  it('name their layers as NetKet does', () => {
    expect(Object.keys((init(new models.ARNNDense(spins)) as Variables).params!)).toEqual(['_layers_0', '_layers_1']);
  });

  it('refuse features that do not fit the layers or the local states', () => {
    expect(() => init(new models.ARNNDense({ ...spins, features: [3, 3, 2] }))).toThrow(/must be one for each of the 2 layers, found 3/);
    expect(() => init(new models.ARNNDense({ ...spins, features: [3, 3] }))).toThrow(/must end with the count of local states, 2, found 3/);
  });

  it('refuse states of other sites', () => {
    expect(() => init(new models.ARNNDense(spins), 5)).toThrow(ShapeError);
  });

  it('refuse a lattice that is no square', () => {
    expect(() => init(new models.ARNNConv2D({ ...spins, sites: 5, kernelSize: [2, 3] }), 5)).toThrow(ArgumentError);
  });
});
