import { exp, initializers, mul, random, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { arDirectSample, arDirectSampleLogProb, batchChoice, models, sampleDirectly } from '../../src/index.js';
import { basisOf, elements, expectClose, key } from '../helpers.js';

const shared = { sites: 4, localStates: [1, -1], layers: 2, features: 3, biasInit: initializers.normal({ stddev: 0.5 }) };
const module = new models.ARNNConv1D({ ...shared, kernelSize: 3 });
const fast = new models.FastARNNConv1D({ ...shared, kernelSize: 3 });
const variables = module.init(key, [basisOf(4)]);

describe('batchChoice', () => {
  it('chooses by where a uniform number falls among the sums of probabilities', () => {
    const p = tensor([[0.2, 0.5, 0.3], [1, 0, 0], [0, 0, 2]], { dtype: 'float64' });
    const uniform = elements(random.uniform(random.key(3), [3, 1], { dtype: 'float64' }));
    const first = uniform[0]! <= 0.2 ? 10 : uniform[0]! <= 0.7 ? 20 : 30;
    expect(elements(batchChoice(tensor([10, 20, 30]), p, { key: random.key(3) }))).toEqual([first, 10, 30]);
  });
});

describe('direct sampling', () => {
  it('gives states with the probabilities of the model', () => {
    const chainLength = 1500;
    const { samples } = sampleDirectly(variables, { module, key: random.key(1), chainLength });
    expect([samples.shape, samples.dtype]).toEqual([[chainLength, 4], 'int8']);
    const values = elements(samples);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < chainLength; i++) counts[[0, 1, 2, 3].reduce((state, site) => 2 * state + (values[4 * i + site] === 1 ? 0 : 1), 0)]! += 1;
    const wanted = elements(exp(mul(module.apply(variables, [basisOf(4)]) as Tensor, 2))).map((p) => p * chainLength);
    const chiSquare = counts.reduce((sum, count, i) => sum + (count - wanted[i]!) ** 2 / wanted[i]!, 0);
    // 15 degrees of freedom: the 0.999 quantile.
    expect(chiSquare).toBeLessThan(37.7);
  });

  it('gives the logarithms of the probabilities of its samples', () => {
    const { samples, logProb } = arDirectSampleLogProb(variables, { module, key: random.key(2), chainLength: 8 });
    expectClose(logProb, elements(mul(module.apply(variables, [samples]) as Tensor, 2)), 1e-13);
  });

  it('draws the same with a cache', () => {
    const options = { key: random.key(4), chainLength: 32 };
    expect(elements(sampleDirectly(variables, { module: fast, ...options }).samples)).toEqual(elements(sampleDirectly(variables, { module, ...options }).samples));
  });

  it('goes on from the key that a call leaves', () => {
    const [first, second] = arDirectSample(variables, { module, key: random.key(5), chainLength: 8, calls: 2 });
    const again = sampleDirectly(variables, { module, key: first!.key, chainLength: 8 });
    expect(elements(second!.samples)).toEqual(elements(again.samples));
    expect(elements(second!.samples)).not.toEqual(elements(first!.samples));
  });

  it('needs no cache among the variables, and heeds none', () => {
    const used = { ...variables, cache: fast.init(key, [basisOf(4), 0], { method: 'conditional' }).cache! };
    const options = { module: fast, key: random.key(6), chainLength: 4 };
    expect(elements(sampleDirectly(used, options).samples)).toEqual(elements(sampleDirectly(variables, options).samples));
  });
});
