/** Layers that are called site by site, as a graph that a server steps: the cache goes in and comes out. */
import type { Module } from '@flaxon/core';
import { netket } from '@flaxon/layers';
import { exportOnnx } from '@flaxon/runtime-onnx';
import { initializers, random, scalar, sliceAxis, spec, squeeze, type Dtype, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

interface Stepped {
  readonly layer: Module & { call(x: Tensor): Tensor; updateSite(inputs: Tensor, index: netket.SiteIndex): Tensor };
  readonly lattice: readonly number[];
}

type Updates = { readonly cache: { readonly inputs: Tensor } };

const biasInit = initializers.normal({ stddev: 1 });
const shared = { features: 3, exclusive: true, biasInit };

const layers: readonly [string, (paramDtype: Dtype) => Stepped][] = [
  ['FastMaskedDense1D', (paramDtype) => ({ layer: new netket.FastMaskedDense1D({ size: 4, paramDtype, ...shared }), lattice: [4] })],
  ['FastMaskedConv1D', (paramDtype) => ({ layer: new netket.FastMaskedConv1D({ kernelSize: 3, kernelDilation: 2, paramDtype, ...shared }), lattice: [6] })],
  ['FastMaskedConv2D', (paramDtype) => ({ layer: new netket.FastMaskedConv2D({ L: 3, kernelSize: [2, 3], kernelDilation: [1, 1], paramDtype, ...shared }), lattice: [3, 3] })],
];

describe.each(layers)('%s as a graph of one step', (_, make) => {
  it.each([['float32', 1e-6], ['float64', 1e-13]] as const)('gives in %s, for any batch, what the layer gives as a whole', async (dtype, tolerance) => {
    const { layer, lattice } = make(dtype);
    const sites = lattice.reduce((product, size) => product * size);
    const x = random.normal(random.key(1), [2, ...lattice, 2], { dtype });
    const variables = layer.init(random.key(0), [random.normal(random.key(1), [2, 2], { dtype }), 0], { method: 'updateSite' }) as { readonly params: Record<string, Tensor> } & Updates;
    const step = (cache: Updates['cache'], input: Tensor, site: Tensor): { output: Tensor; next: Tensor } => {
      const [output, updates] = layer.apply({ params: variables.params, cache }, [input, site], { method: 'updateSite', mutable: ['cache'] }) as [Tensor, Updates];
      return { output, next: updates.cache.inputs };
    };
    const held = variables.cache.inputs;
    const model = exportOnnx(step, [{ inputs: spec(dtype, ['batch', ...held.shape.slice(1)]) }, spec(dtype, ['batch', 2]), spec('int32', [])], { argumentNames: ['cache', 'input', 'site'] });
    expect(model.inputs.map(({ name }) => name)).toEqual(['cache/inputs', 'input', 'site']);
    expect(model.outputs.map(({ name }) => name).toSorted()).toEqual(['next', 'output']);

    const session = await model.createSession();
    const flat = layer.apply({ params: variables.params }, [x]) as Tensor;
    const wanted = Array.from(flat.data(), Number);
    let cache = held;
    for (let site = 0; site < sites; site++) {
      const from = Math.max(0, site - 1);
      const rows = [Math.floor(from / lattice.at(-1)!), from % lattice.at(-1)!];
      const places = lattice.length === 1 ? [from] : rows;
      const input = places.reduce((rest, place) => squeeze(sliceAxis(rest, 1, place, place + 1), 1), x);
      const { output, next } = await session.run({ 'cache/inputs': cache, input, site: scalar(site, 'int32') });
      cache = next!;
      Array.from(output!.data(), Number).forEach((value, i) => expect(Math.abs(value - wanted[(Math.floor(i / 3) * sites + site) * 3 + (i % 3)]!)).toBeLessThan(tolerance * 10));
    }
    await session.release();
  });

  it('has no mask in it: it is folded into the kernel', () => {
    const { layer } = make('float32');
    const variables = layer.init(random.key(0), [random.normal(random.key(1), [2, 2]), 0], { method: 'updateSite' }) as { readonly params: Record<string, Tensor> } & Updates;
    const first = (cache: Updates['cache'], input: Tensor): Tensor =>
      (layer.apply({ params: variables.params, cache }, [input, 1], { method: 'updateSite', mutable: ['cache'] }) as [Tensor, Updates])[0];
    const model = exportOnnx(first, [{ inputs: spec('float32', variables.cache.inputs.shape) }, spec('float32', [2, 2])]);
    const operators = model.graph.node?.map(({ opType }) => opType) ?? [];
    expect(operators.filter((operator) => ['Gemm', 'Conv'].includes(operator!))).toHaveLength(1);
    expect(operators).not.toContain('Mul');
  });
});
