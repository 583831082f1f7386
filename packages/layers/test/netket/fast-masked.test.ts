import { ModifyScopeVariableError, type Module, type Variables } from '@flaxon/core';
import { add, ArgumentError, DtypeError, initializers, ones, reshape, scalar, ShapeError, sliceAxis, squeeze, trace, spec, zerosLike, evaluateProgram, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { FastMaskedConv1D, FastMaskedConv2D, FastMaskedDense1D, MaskedConv1D, MaskedConv2D, MaskedDense1D, type SiteIndex } from '../../src/index.js';
import { elements, expectClose, key, mapVariables, sample, specsOf } from '../helpers.js';
import { creationOrder } from './creation-order.js';

type FastLayer = Module & { call(x: Tensor): Tensor; updateSite(inputs: Tensor, index: SiteIndex): Tensor };

interface Case {
  readonly title: string;
  readonly exclusive: boolean;
  readonly sites: number;
  /** The shape of all sites. */
  readonly lattice: readonly number[];
  readonly fast: FastLayer;
  readonly plain: Module & { call(x: Tensor): Tensor };
}

const biasInit = initializers.normal({ stddev: 1 });
const chain = [1, 2, 3].flatMap((kernelDilation) => [2, 3].flatMap((kernelSize) => [{ kernelSize, kernelDilation }]));
const windows: [number, number][] = [[2, 3], [3, 2], [2, 1]];

const cases: readonly Case[] = [true, false].flatMap((exclusive): Case[] => [
  {
    title: 'FastMaskedDense1D', exclusive, sites: 5, lattice: [5],
    fast: new FastMaskedDense1D({ size: 5, features: 3, exclusive, biasInit }),
    plain: new MaskedDense1D({ features: 3, exclusive, biasInit }),
  },
  ...chain.map((window): Case => ({
    title: `FastMaskedConv1D ${JSON.stringify(window)}`, exclusive, sites: 7, lattice: [7],
    fast: new FastMaskedConv1D({ features: 4, featureGroupCount: 2, exclusive, biasInit, ...window }),
    plain: new MaskedConv1D({ features: 4, featureGroupCount: 2, exclusive, biasInit, ...window }),
  })),
  ...windows.flatMap((kernelSize) => [1, 2].map((dilation): Case => {
    const window = { kernelSize, kernelDilation: [dilation, dilation] as [number, number] };
    return {
      title: `FastMaskedConv2D ${JSON.stringify(window)}`, exclusive, sites: 9, lattice: [3, 3],
      fast: new FastMaskedConv2D({ L: 3, features: 2, exclusive, biasInit, ...window }),
      plain: new MaskedConv2D({ features: 2, exclusive, biasInit, ...window }),
    };
  })),
]);

const inputs = 2;

/** The outputs site by site, as a sampler asks for them, with the cache handed on. */
function siteBySite({ exclusive, sites, fast }: Case, variables: Variables, x: Tensor, indexOf: (site: number) => SiteIndex): number[] {
  let cache = variables.cache!;
  const outputs: number[] = [];
  for (let site = 0; site < sites; site++) {
    const from = exclusive ? site - 1 : site;
    const input = from < 0 ? zerosLike(squeeze(sliceAxis(x, 1, 0, 1), 1)) : squeeze(sliceAxis(x, 1, from, from + 1), 1);
    const [y, updates] = fast.apply({ params: variables.params!, cache }, [input, indexOf(site)], { method: 'updateSite', mutable: ['cache'] }) as [Tensor, Variables];
    cache = updates.cache!;
    outputs.push(...elements(y));
  }
  return outputs;
}

describe.each(cases)('$title, exclusive $exclusive', (the) => {
  const x = sample(2, [1, the.sites, inputs]);
  const first = squeeze(sliceAxis(x, 1, 0, 1), 1);
  const variables = the.fast.init(key, [first, 0], { method: 'updateSite' });
  // Weights where the mask hides them too.
  const params = mapVariables({ params: variables.params! }, (leaf) => add(leaf, 0.25)).params!;
  const whole = reshape(x, [1, ...the.lattice, inputs]);
  const wanted = elements(the.plain.apply({ params }, [whole]));

  it('called as a whole is the plain layer, with the same initial values', () => {
    expect(elements(the.fast.apply({ params }, [whole]) as Tensor)).toEqual(wanted);
    const [fast, plain] = [the.fast.init(key, [whole]), the.plain.init(key, [whole])];
    expect(specsOf(fast)).toEqual(specsOf(plain));
    expect(elements((fast.params as { kernel: Tensor }).kernel)).toEqual(elements((plain.params as { kernel: Tensor }).kernel));
  });

  it('called site by site gives what it gives as a whole', () => {
    const outputs = siteBySite(the, { params, cache: variables.cache! }, x, (site) => site);
    expectClose(reshape(the.plain.apply({ params }, [whole]) as Tensor, [-1]), outputs, 1e-13);
  });

  it('does the same for sites that are tensors', () => {
    expectClose(reshape(the.plain.apply({ params }, [whole]) as Tensor, [-1]), siteBySite(the, { params, cache: variables.cache! }, x, (site) => scalar(site, 'int32')), 1e-13);
  });

  it('is one program for all sites', () => {
    const { program } = trace((cache: Tensor, input: Tensor, site: Tensor) => {
      const [y, updates] = the.fast.apply({ params, cache: { inputs: cache } }, [input, site], { method: 'updateSite', mutable: ['cache'] }) as [Tensor, { cache: { inputs: Tensor } }];
      return [y, updates.cache.inputs];
    }, [spec('float64', (variables.cache as { inputs: Tensor }).inputs.shape), spec('float64', first.shape), spec('int32', [])]);
    let cache = (variables.cache as { inputs: Tensor }).inputs;
    const outputs = Array.from({ length: the.sites }, (_, site) => {
      const from = Math.max(0, the.exclusive ? site - 1 : site);
      const [y, next] = evaluateProgram(program, [cache, squeeze(sliceAxis(x, 1, from, from + 1), 1), scalar(site, 'int32')]);
      cache = next!;
      return elements(y!);
    });
    expectClose(reshape(the.plain.apply({ params }, [whole]) as Tensor, [-1]), outputs.flat(), 1e-13);
  });

  it('keeps zeros in its cache while initializing', () => {
    expect(elements((variables.cache as { inputs: Tensor }).inputs).every((value) => value === 0)).toBe(true);
  });

  it('takes a single sample', () => {
    const [y, updates] = the.fast.apply({ params, cache: variables.cache! }, [squeeze(first, 0), 1], { method: 'updateSite', mutable: ['cache'] }) as [Tensor, { cache: { inputs: Tensor } }];
    const [batched] = the.fast.apply({ params, cache: variables.cache! }, [first, 1], { method: 'updateSite', mutable: ['cache'] }) as [Tensor, Variables];
    expect(y.rank).toBe(1);
    expect(elements(y)).toEqual(elements(batched));
    expect(updates.cache.inputs.shape).toEqual((variables.cache as { inputs: Tensor }).inputs.shape);
  });
});

describe('layers with a cache of sites', () => {
  const x = ones([2, inputs], 'float64');
  const dense = new FastMaskedDense1D({ size: 3, features: 2, exclusive: true });
  const conv = new FastMaskedConv1D({ features: 2, kernelSize: 2, kernelDilation: 1, exclusive: true });
  const lattice = new FastMaskedConv2D({ L: 2, features: 2, kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: true });
  const update = (layer: FastLayer, index: SiteIndex, mutable: string[] = ['cache']): unknown =>
    layer.apply(layer.init(key, [x, 0], { method: 'updateSite' }), [x, index], { method: 'updateSite', mutable });

  it.each([
    ['FastMaskedDense1D', dense, ['bias', 'kernel']], ['FastMaskedConv1D', conv, ['kernel', 'bias']], ['FastMaskedConv2D', lattice, ['bias', 'kernel']],
  ] as const)('%s makes its parameters in the order %j', (_, layer: FastLayer & { clone(attributes: object): FastLayer }, order) => {
    expect(creationOrder((attributes) => layer.clone(attributes).init(key, [x, 0], { method: 'updateSite' }))).toEqual(order);
  });

  it('keep a cache of the dtype that they compute in', () => {
    const variables = dense.clone({ paramDtype: 'float32' }).init(key, [ones([2, inputs], 'int8'), 0], { method: 'updateSite' });
    expect(specsOf(variables)['cache/inputs']).toBe('float32[2,3,2]');
  });

  it('write nothing where there is no input yet', () => {
    const [, updates] = update(dense, 0) as [Tensor, { cache: { inputs: Tensor } }];
    expect(elements(updates.cache.inputs).every((value) => value === 0)).toBe(true);
  });

  it('refuse to forget: the cache must be mutable', () => {
    expect(() => update(dense, 1, [])).toThrow(ModifyScopeVariableError);
  });

  it.each([[dense, 3], [dense, -1], [conv, -1], [conv, 0.5], [lattice, 4]])('refuse a site that does not exist (%#)', (layer: FastLayer, index) => {
    expect(() => update(layer, index)).toThrow(ArgumentError);
  });

  it('refuse sites that are no integers, or several', () => {
    expect(() => update(conv, scalar(1, 'float32'))).toThrow(DtypeError);
    expect(() => update(conv, ones([1], 'int32'))).toThrow(ShapeError);
  });

  it('refuse inputs of all sites', () => {
    expect(() => dense.init(key, [ones([1, 3, inputs]), 0], { method: 'updateSite' })).toThrow(/must be \(batch, in\) or \(in\)/);
  });
});
