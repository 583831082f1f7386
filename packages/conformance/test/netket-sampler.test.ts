/** A direct sampler as a graph: parameters and a key go in, samples and the next key come out. */
import { models, sampleDirectly } from '@flaxon/quantum';
import { exportOnnx, type OnnxModel } from '@flaxon/runtime-onnx';
import { initializers, random, spec, tree, zeros, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

const shared = { localStates: [1, -1], layers: 2, features: 3, biasInit: initializers.normal({ stddev: 0.5 }) };

const kinds: readonly [string, (sites: number) => models.AutoregressiveModel][] = [
  ['ARNNDense', (sites) => new models.ARNNDense({ sites, ...shared })],
  ['FastARNNDense', (sites) => new models.FastARNNDense({ sites, ...shared })],
  ['FastARNNConv1D', (sites) => new models.FastARNNConv1D({ sites, kernelSize: 3, ...shared })],
  ['FastARNNConv2D', (sites) => new models.FastARNNConv2D({ sites, kernelSize: [2, 3], ...shared })],
];

const chainLength = 8;

function exported(module: models.AutoregressiveModel): { readonly model: OnnxModel; readonly params: Tree<Tensor>; readonly sample: (key: Tensor) => ReturnType<typeof sampleDirectly> } {
  const { params } = module.init(random.key(0), [zeros([1, module.sites], 'int8')]);
  const sample = (given: NonNullable<typeof params>, key: Tensor): ReturnType<typeof sampleDirectly> => sampleDirectly({ params: given }, { module, key, chainLength });
  const specs = tree.map((leaf: Tensor) => spec(leaf.dtype, leaf.shape), params as Tree<Tensor>);
  const model = exportOnnx((given: NonNullable<typeof params>, key: Tensor) => ({ ...sample(given, key) }), [specs, spec('uint32', [2])], { argumentNames: ['params', 'key'] });
  return { model, params: params as Tree<Tensor>, sample: (key) => sample(params!, key) };
}

describe.each(kinds)('sampling of %s as a graph', (_, make) => {
  it('gives the samples of the eager executor for every key', async () => {
    const { model, params, sample } = exported(make(4));
    const session = await model.createSession();
    const inputs = Object.fromEntries(tree.flattenWithPath<Tensor>({ params }).map(({ path, leaf }) => [path, leaf]));
    for (const seed of [1, 2]) {
      const key = random.key(seed);
      const [found, wanted] = [await session.run({ ...inputs, key }), sample(key)];
      expect(Object.keys(found).some((name) => name.endsWith('samples'))).toBe(true);
      const output = (name: string): number[] => Array.from(Object.entries(found).find(([path]) => path.endsWith(name))![1].data(), Number);
      expect(output('samples')).toEqual(Array.from(wanted.samples.data(), Number));
      expect(output('key')).toEqual(Array.from(wanted.key.data(), Number));
      Array.from(wanted.logProb.data(), Number).forEach((value, i) => expect(output('logProb')[i]).toBeCloseTo(value, 12));
    }
    await session.release();
  });

  it('is one loop, however many sites there are', () => {
    const [small, large] = [exported(make(4)), exported(make(9))];
    expect(large.model.graph.node?.length).toBe(small.model.graph.node?.length);
  });
});
