/** Layers that a server steps: what they carry from step to step goes into their graph and comes out of it. */
import type { Collection, Variables } from '@flaxon/core';
import { ConvLSTMCell, FastMaskedConv1D, FastMaskedConv2D, FastMaskedDense1D, GRUCell, LSTMCell, makeCausalMask, MGUCell, MultiHeadDotProductAttention, OptimizedLSTMCell, RNN, SimpleCell } from '@flaxon/layers';
import { exportOnnx, type OnnxSession } from '@flaxon/runtime-onnx';
import { index, ones, random, reshape, scalar, slice, spec, stack, tree, type Shape, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { expectAgreement } from './agreement.js';

const key = random.key(0);
const normal = (seed: number, shape: readonly number[]): Tensor => random.normal(random.key(seed), shape);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The element `at` of the second axis, of x: (batch, time, ...). */
const atStep = (x: Tensor, at: number): Tensor => index(x, ['...', at, ...x.shape.slice(2).map(() => ({ slice: [null] as const }))]);

/** Runs a session over a sequence: what comes out as `next/<name>` goes in as `<name>` at the next step. */
async function runSteps(session: OnnxSession, start: Readonly<Record<string, Tensor>>, steps: readonly Readonly<Record<string, Tensor>>[]): Promise<Tensor[]> {
  let state = start;
  const outputs: Tensor[] = [];
  for (const step of steps) {
    const results = await session.run({ ...state, ...step });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, results[`next/${name}`]!]));
    outputs.push(results['output']!);
  }
  return outputs;
}

const named = (prefix: string, values: Tree<Tensor>): Record<string, Tensor> => Object.fromEntries(tree.flattenWithPath(values).map(({ path, leaf }) => [path === '' ? prefix : `${prefix}/${path}`, leaf]));

describe.each([
  ['SimpleCell', new SimpleCell({ features: 4 })],
  ['GRUCell', new GRUCell({ features: 4 })],
  ['MGUCell', new MGUCell({ features: 4 })],
  ['LSTMCell', new LSTMCell({ features: 4 })],
  ['OptimizedLSTMCell', new OptimizedLSTMCell({ features: 4 })],
  ['ConvLSTMCell', new ConvLSTMCell({ features: 4, kernelSize: [3] })],
])('a step of %s', (name, cell) => {
  const spatial = name === 'ConvLSTMCell' ? [6] : [];
  const sequence = normal(1, [2, 5, ...spatial, 3]);
  const rnn = new RNN({ cell });
  const { params } = rnn.init(key, [sequence]);
  const variables = { params: params!['cell'] as Collection };

  it('takes the carry and gives the next one, for any batch, as the whole network does', async () => {
    const carry = cell.initializeCarry(key, [2, ...spatial, 3]) as Tree<Tensor>;
    const described = (shape: Shape) => spec('float32', ['batch', ...shape.slice(1)]);
    const step = (given: Tree<Tensor>, x: Tensor): Tree<Tensor> => {
      const [next, output] = cell.apply(variables, [given as never, x]) as readonly [Tree<Tensor>, Tensor];
      return { next: { carry: next }, output };
    };
    const graph = exportOnnx(step, [tree.map((leaf: Tensor) => described(leaf.shape), carry) as never, described([2, ...spatial, 3])], { argumentNames: ['carry', 'x'] });
    const session = await graph.createSession();
    const outputs = await runSteps(session, named('carry', carry), range(5).map((i) => ({ x: atStep(sequence, i) })));
    await session.release();
    expectAgreement([stack(outputs, 1)], [rnn.apply({ params: params! }, [sequence]) as Tensor]);
  });
});

describe('a step of attention with a cache', () => {
  const sequence = normal(2, [2, 5, 4]);
  const attention = new MultiHeadDotProductAttention({ numHeads: 2, decode: true, normalizeQk: true });
  const { params, cache } = attention.init(key, [sequence]);
  const whole = new MultiHeadDotProductAttention({ numHeads: 2, normalizeQk: true }).apply({ params: params! }, [sequence, { mask: makeCausalMask(ones([2, 5])) }]);

  it('has the cache among its inputs and outputs, by name', () => {
    const graph = exportOnnx(attention.bind({ params: params!, cache: cache! }, { mutable: ['cache'] }), [spec('float32', [2, 1, 4])], { argumentNames: ['x'] });
    expect(graph.inputs.map(({ name }) => name)).toEqual(['cache/cache_index', 'cache/cached_key', 'cache/cached_value', 'x']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['next/cache/cache_index', 'next/cache/cached_key', 'next/cache/cached_value', 'output']);
  });

  it('gives, step by step, what causal attention gives at once', async () => {
    const graph = exportOnnx(attention.bind({ params: params!, cache: cache! }, { mutable: ['cache'] }), [spec('float32', [2, 1, 4])], { argumentNames: ['x'] });
    const session = await graph.createSession();
    const outputs = await runSteps(session, named('cache', cache as Tree<Tensor>), range(5).map((i) => ({ x: slice(sequence, [0, i, 0], [2, i + 1, 4]) })));
    await session.release();
    expectAgreement([reshape(stack(outputs, 1), [2, 5, 4])], [whole]);
  });

  it('is one graph for every size of the batch', async () => {
    const step = (given: Collection, x: Tensor): Tree<Tensor> => {
      const [output, next] = attention.apply({ params: params!, cache: given }, [x], { mutable: ['cache'] });
      return { next: { cache: next.cache as Tree<Tensor> }, output };
    };
    const specs = tree.map((leaf: Tensor) => spec(leaf.dtype, leaf.shape.map((size, axis) => (axis === 0 ? 'batch' : size))), cache as Tree<Tensor>);
    const graph = exportOnnx(step, [specs as never, spec('float32', ['batch', 1, 4])], { argumentNames: ['cache', 'x'] });
    const session = await graph.createSession();
    const outputs = await runSteps(session, named('cache', cache as Tree<Tensor>), range(5).map((i) => ({ x: slice(sequence, [0, i, 0], [2, i + 1, 4]) })));
    await session.release();
    expectAgreement([reshape(stack(outputs, 1), [2, 5, 4])], [whole]);
  });
});

describe.each([
  ['FastMaskedDense1D', new FastMaskedDense1D({ size: 4, features: 3, exclusive: true, paramDtype: 'float32' }), [4]],
  ['FastMaskedConv1D', new FastMaskedConv1D({ features: 3, kernelSize: 2, kernelDilation: 2, exclusive: true, paramDtype: 'float32' }), [4]],
  ['FastMaskedConv2D', new FastMaskedConv2D({ L: 2, features: 3, kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: true, paramDtype: 'float32' }), [2, 2]],
] as const)('a step of %s', (_, layer, sites) => {
  it('takes the site as a number and the cache, and gives what the layer gives at once', async () => {
    const x = normal(3, [2, ...sites, 2]);
    const { params } = layer.init(key, [x]);
    const rows = reshape(x, [2, 4, 2]);
    const { cache } = layer.init(key, [atStep(rows, 0), 0], { method: 'updateSite' });
    const step = (given: Collection, input: Tensor, site: Tensor): Tree<Tensor> => {
      const [output, next] = layer.apply({ params: params!, cache: given }, [input, site], { method: 'updateSite', mutable: ['cache'] });
      return { next: { cache: next.cache as Tree<Tensor> }, output };
    };
    const specs = tree.map((leaf: Tensor) => spec(leaf.dtype, leaf.shape), cache as Tree<Tensor>);
    const graph = exportOnnx(step, [specs as never, spec('float32', [2, 2]), spec('int32', [])], { argumentNames: ['cache', 'x', 'site'] });
    const session = await graph.createSession();
    // An exclusive layer's output at a site depends on the input at the site before.
    const outputs = await runSteps(session, named('cache', cache as Tree<Tensor>), range(4).map((i) => ({ x: atStep(rows, Math.max(0, i - 1)), site: scalar(i, 'int32') })));
    await session.release();
    expectAgreement([stack(outputs, 1)], [reshape(layer.apply({ params: params! } as Variables, [x]), [2, 4, 3])]);
  });
});
