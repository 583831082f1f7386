import { convGeneralDilated, relu, rsqrt, sub, tensor, transpose, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { mergeStateDict, remap, RemapError, type RemapRule } from '../src/index.js';

const named = (tensors: Readonly<Record<string, Tensor>>): ReadonlyMap<string, Tensor> => new Map(Object.entries(tensors));
const follow = (tensors: Readonly<Record<string, Tensor>>, ...rules: readonly RemapRule[]): Record<string, unknown> =>
  Object.fromEntries(Array.from(remap.apply(named(tensors), rules), ([name, x]) => [name, x.toArray()]));

const [a, b] = [tensor([1, 2]), tensor([3, 4])];

describe('remap', () => {
  it('follows rules one after another, each with what the one before gave', () => {
    expect(follow({ 'x.w': a }, remap.rename(/^x\./u, 'y/'), remap.rename(/^y/u, 'z'))).toEqual({ 'z/w': [1, 2] });
  });

  it('rename keeps what does not match, puts in groups, and does not care for a global pattern', () => {
    expect(follow({ 'layer.0.w': a, 'layer.11.w': b, other: a }, remap.rename(/^layer\.(\d+)\./gu, 'layers_$1/'))).toEqual({ 'layers_0/w': [1, 2], 'layers_11/w': [3, 4], other: [1, 2] });
  });

  it('rename refuses two tensors of one name', () => {
    expect(() => follow({ 'a.w': a, 'b.w': b }, remap.rename(/^[ab]\./u, ''))).toThrow(RemapError);
    expect(() => follow({ 'a.w': a, w: b }, remap.rename(/^a\./u, ''))).toThrow(/remap\.rename: `w` would be the name of two tensors/);
  });

  it('drop leaves out', () => {
    expect(follow({ ids: a, w: b }, remap.drop(/^ids$/u))).toEqual({ w: [3, 4] });
  });

  it('transform and transpose change values, not names', () => {
    const w = tensor([[1, 2, 3]]);
    expect(follow({ w, v: a }, remap.transpose(/^w$/u), remap.transform(/^v$/u, (x) => x.mul(2)))).toEqual({ w: [[1], [2], [3]], v: [2, 4] });
    expect(remap.apply(named({ w: zeros([2, 3, 4, 5]) }), [remap.transpose(/w/u, [2, 3, 1, 0])]).get('w')?.shape).toEqual([4, 5, 3, 2]);
  });

  it('split cuts into equal parts, or parts of given sizes, along an axis', () => {
    const qkv = tensor([[1, 2], [3, 4], [5, 6]]);
    const pattern = /^(.*)qkv$/u;
    expect(follow({ 'h.qkv': qkv }, remap.split(pattern, ['$1q', '$1k', '$1v']))).toEqual({ 'h.q': [[1, 2]], 'h.k': [[3, 4]], 'h.v': [[5, 6]] });
    expect(follow({ 'h.qkv': qkv }, remap.split(pattern, ['$1q', '$1kv'], { sizes: [1, 2] }))).toEqual({ 'h.q': [[1, 2]], 'h.kv': [[3, 4], [5, 6]] });
    expect(follow({ 'h.qkv': qkv }, remap.split(pattern, ['$1q', '$1k'], { axis: -1 }))).toEqual({ 'h.q': [[1], [3], [5]], 'h.k': [[2], [4], [6]] });
  });

  it('split refuses an axis that has not as many elements as the parts', () => {
    const split = remap.split(/w/u, ['a', 'b']);
    for (const x of [tensor([1, 2, 3]), tensor(1)]) expect(() => follow({ w: x }, split)).toThrow(/does not make 2 parts/);
    expect(() => follow({ w: a }, remap.split(/w/u, ['a', 'b'], { sizes: [1, 2] }))).toThrow(RemapError);
    expect(() => follow({ w: a }, remap.split(/w/u, ['a', 'b'], { sizes: [2] }))).toThrow(RemapError);
  });

  it('join puts parts end to end in the order of the patterns, for each group of names', () => {
    const join = remap.join([/^(.*)q$/u, /^(.*)k$/u], '$1qk');
    expect(follow({ '1.k': b, '1.q': a, rest: a, '2.q': b, '2.k': a }, join)).toEqual({ '1.qk': [1, 2, 3, 4], rest: [1, 2], '2.qk': [3, 4, 1, 2] });
    expect(follow({ q: tensor([[1], [2]]), k: tensor([[3], [4]]) }, remap.join([/^q/u, /^k/u], 'qk', { axis: 1 }))).toEqual({ qk: [[1, 3], [2, 4]] });
  });

  it('join refuses a group of which a part is missing, and names those that are there', () => {
    expect(() => follow({ '1.q': a }, remap.join([/^(.*)q$/u, /^(.*)k$/u], '$1qk'))).toThrow(/`1\.qk` has no part 1 of 2; there are `1\.q`/);
  });

  it('split and join undo each other', () => {
    const tensors = { 'h.qkv': tensor([[1, 2], [3, 4], [5, 6]]) };
    const rules = [remap.split(/qkv$/u, ['q', 'k', 'v']), remap.join([/q$/u, /k$/u, /v$/u], 'qkv')];
    expect(follow(tensors, ...rules)).toEqual(follow(tensors));
  });

  it('stack makes layers an axis, by their numbers and not their order', () => {
    const layers = Object.fromEntries([10, 2, 0, 1, 3, 4, 5, 6, 7, 8, 9].map((layer) => [`h_${layer}/w`, tensor([layer])]));
    const stacked = follow({ ...layers, end: a }, remap.stack(/^h_(\d+)\//u, 'h/'));
    expect(stacked).toEqual({ 'h/w': Array.from({ length: 11 }, (_, layer) => [layer]), end: [1, 2] });
    expect(follow({ h_0: a, h_1: b }, remap.stack(/^h_(\d)/gu, 'h', { axis: 1 }))).toEqual({ h: [[1, 3], [2, 4]] });
  });

  it('stack refuses a missing layer, layers of other shapes, and two of one number', () => {
    const stack = remap.stack(/^h_0*(\d+)/u, 'h');
    expect(() => follow({ h_0: a, h_2: b }, stack)).toThrow(/`h` has no part 1 of 3/);
    expect(() => follow({ h_0: a, h_1: tensor([1]) }, stack)).toThrow(/\[2\] in the first, \[1\] in number 1/);
    expect(() => follow({ h_1: a, h_01: b }, stack)).toThrow(/are both part 1/);
    expect(() => follow({ h_x: a }, remap.stack(/^h_(.)/u, 'h'))).toThrow(/no number of a layer/);
  });

  it('unstack is the other way round', () => {
    const layers = { 'h_0/w': a, 'h_1/w': b };
    expect(follow(layers, remap.stack(/^h_(\d+)\//u, 'h/'), remap.unstack(/^h\//u, (layer) => `h_${layer}/`))).toEqual(follow(layers));
  });
});

/**
 * A model of PyTorch 2.13 in evaluation: y = dense(mean over the image of relu(norm(conv(x)))), with Conv2d(2, 3, (2, 1)), BatchNorm2d(3), Linear(3, 2).
 */
const torchState = {
  'net.conv.weight': tensor([[[[1], [-0.875]], [[-0.375], [1]]], [[[-1.875], [1.25]], [[-0.375], [1]]], [[[0.25], [-0.25]], [[0.5], [0.125]]]], { dtype: 'float32' }),
  'net.conv.bias': tensor([0.75, -0.75, -0.125]),
  'net.norm.weight': tensor([-0.125, 0.25, -0.0]),
  'net.norm.bias': tensor([1.75, 0.625, -0.75]),
  'net.norm.running_mean': tensor([0.5, -0.25, 0.125]),
  'net.norm.running_var': tensor([1.5, 0.5, 2]),
  'net.norm.num_batches_tracked': tensor(0n, { dtype: 'int64' }),
  'net.dense.weight': tensor([[-1.25, -0.375, -0.875], [-0.625, 0.125, 1.25]]),
  'net.dense.bias': tensor([1.125, -2]),
};
const torchInput = tensor([[[[1.25, 0.5], [1.875, 1.375], [-1.875, -1.875]], [[-1, 1.75], [-0.375, 0.875], [-0.875, 2]]]]);
const torchOutput = [-0.9374902248382568, -2.933588981628418];

describe('remap.torch', () => {
  const target = {
    params: { conv: { kernel: zeros([2, 1, 2, 3]), bias: zeros([3]) }, norm: { scale: zeros([3]), bias: zeros([3]) }, dense: { kernel: zeros([3, 2]), bias: zeros([2]) } },
    batch_stats: { norm: { mean: zeros([3]), var: zeros([3]) } },
  };
  const rules = [remap.rename(/^net\./u, ''), remap.torch(target)];

  it("fills the layers of a model with PyTorch's weights, so that it computes the same", () => {
    const { params, batch_stats: { norm } } = mergeStateDict(target, torchState, { rules }).tree;
    const convolved = convGeneralDilated(transpose(torchInput, [0, 2, 3, 1]), params.conv.kernel, { windowStrides: [1, 1], padding: 'VALID', dimensionNumbers: ['NHWC', 'HWIO', 'NHWC'] }).add(params.conv.bias);
    const normed = sub(convolved, norm.mean).mul(rsqrt(norm.var.add(1e-5))).mul(params.norm.scale).add(params.norm.bias);
    const y = relu(normed).mean({ axis: [1, 2] }).matmul(params.dense.kernel).add(params.dense.bias);
    for (const [at, expected] of torchOutput.entries()) expect((y.toArray() as number[][])[0]![at]).toBeCloseTo(expected, 5);
  });

  it('leaves an embedding as it is, and says which names no place was found for', () => {
    const { tree, match } = mergeStateDict({ params: { tokens: { embedding: zeros([2, 2]) } } }, { tokens: { weight: tensor([[1, 2], [3, 4]]) }, head: { weight: a } }, { rules: [remap.torch({ params: { tokens: { embedding: zeros([2, 2]) } } })], partial: true });
    expect(tree.params.tokens.embedding.toArray()).toEqual([[1, 2], [3, 4]]);
    expect(match.unexpected.map(({ path }) => path)).toEqual(['head/weight']);
  });

  it('does not take a name of JavaScript for one of a layer', () => {
    expect(follow({ 'a.constructor': a }, remap.torch(target))).toEqual({ 'a.constructor': [1, 2] });
  });
});

describe('mergeStateDict with rules', () => {
  it('reports what is missing with the nearest name that the rules gave', () => {
    const report = mergeStateDict({ params: { query: { kernel: zeros([2]) } } }, { enc: { qery: { weight: a } } }, { rules: [remap.rename(/^enc\//u, 'params/'), remap.rename(/weight$/u, 'kernel')], partial: true }).match;
    expect(report.missing.map(({ path, nearest }) => [path, nearest])).toEqual([['params/query/kernel', 'params/qery/kernel']]);
  });

  it('goes before `transform` and `rename`', () => {
    const { tree } = mergeStateDict({ w: zeros([4]) }, { q: a, k: b }, { rules: [remap.join([/^q$/u, /^k$/u], 'x')], transform: (path, x) => (path === 'x' ? x.mul(2) : x), rename: { x: 'w' } });
    expect(tree.w.toArray()).toEqual([2, 4, 6, 8]);
  });
});
