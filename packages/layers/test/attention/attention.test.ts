import { MergeParamError, InvalidRngError } from '@flaxon/core';
import { ArgumentError, astype, concatenate, greaterEqual, initializers, ones, random, ShapeError, sliceAxis, spec, tensor, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { combineMasks, dotProductAttention, dotProductAttentionWeights, makeAttentionMask, makeCausalMask, MultiHeadAttention, MultiHeadDotProductAttention } from '../../src/index.js';
import { elements, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const [batch, queries, keys, heads, depth] = [2, 3, 4, 2, 5];
const query = sample(1, [batch, queries, heads, depth]);
const seen = sample(2, [batch, keys, heads, depth]);
const values = sample(3, [batch, keys, heads, depth]);

/** Element (b, l, h, d) of (batch, length, heads, depth). */
const at = (x: Tensor, b: number, l: number, h: number, d: number): number => elements(x)[((b * (x.shape[1] as number) + l) * heads + h) * depth + d]!;

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** The weights, one by one, with what may be attended to. */
function weightsOf(allowed: (q: number, k: number) => boolean = () => true): number[] {
  return range(batch).flatMap((b) => range(heads).flatMap((h) => range(queries).flatMap((q) => {
    const scores = range(keys).map((k) => (allowed(q, k) ? range(depth).reduce((sum, d) => sum + at(query, b, q, h, d) * at(seen, b, k, h, d), 0) / Math.sqrt(depth) : -Infinity));
    const powers = scores.map((score) => Math.exp(score));
    return powers.map((power) => power / powers.reduce((sum, other) => sum + other, 0));
  })));
}

describe('dotProductAttention', () => {
  it('weighs by the softmax of products over the root of the depth', () => {
    const weights = dotProductAttentionWeights(query, seen);
    expect(weights.shape).toEqual([batch, heads, queries, keys]);
    expectClose(weights, weightsOf(), 1e-14);
  });

  it('averages the values', () => {
    const weights = weightsOf();
    const wanted = range(batch).flatMap((b) => range(queries).flatMap((q) => range(heads).flatMap((h) => range(depth).map((d) =>
      range(keys).reduce((sum, k) => sum + weights[((b * heads + h) * queries + q) * keys + k]! * at(values, b, k, h, d), 0)))));
    expectClose(dotProductAttention(query, seen, values), wanted, 1e-14);
  });

  it.each(['bool', 'float32'] as const)('gives no weight where a mask of %s is zero', (dtype) => {
    const mask = astype(tensor(range(queries).map((q) => range(keys).map((k) => (k <= q ? 1 : 0)))), dtype);
    expectClose(dotProductAttentionWeights(query, seen, { mask }), weightsOf((q, k) => k <= q), 1e-14);
  });

  it.each(['float16', 'bfloat16', 'float32', 'float64'] as const)('weighs all alike where nothing may be attended to, in %s', (dtype) => {
    const weights = dotProductAttentionWeights(query, seen, { mask: zeros([1, 1, 1, keys]), dtype });
    expect(elements(astype(weights, 'float64')).every((weight) => weight === 1 / keys)).toBe(true);
  });

  it('adds a bias before the softmax', () => {
    const mask = tensor(range(queries).map((q) => range(keys).map((k) => k <= q)));
    const bias = tensor(range(queries).map((q) => range(keys).map((k) => (k <= q ? 0 : -1e30))), { dtype: 'float64' });
    expectClose(dotProductAttentionWeights(query, seen, { bias }), elements(dotProductAttentionWeights(query, seen, { mask })), 1e-15);
  });

  it('drops weights and scales up the others', () => {
    const plain = elements(dotProductAttentionWeights(query, seen));
    const dropped = elements(dotProductAttentionWeights(query, seen, { dropoutRate: 0.5, dropoutRng: key, broadcastDropout: false }));
    const isZero = dropped.map((weight) => weight === 0);
    expect(isZero).toContain(true);
    expect(dropped).toEqual(plain.map((weight, i) => (isZero[i] ? 0 : weight * 2)));
  });

  it('drops the same weights in all batches and heads, unless told otherwise', () => {
    const zerosOf = (broadcastDropout: boolean): boolean[][] => {
      const dropped = elements(dotProductAttentionWeights(query, seen, { dropoutRate: 0.5, dropoutRng: key, broadcastDropout }));
      return range(batch * heads).map((i) => dropped.slice(i * queries * keys, (i + 1) * queries * keys).map((weight) => weight === 0));
    };
    const [first, ...others] = zerosOf(true);
    expect(others).toEqual(others.map(() => first));
    expect(new Set(zerosOf(false).map((row) => JSON.stringify(row))).size).toBeGreaterThan(1);
  });

  it('refuses to drop weights without a key', () => {
    expect(() => dotProductAttentionWeights(query, seen, { dropoutRate: 0.5 })).toThrow(/`dropoutRng` must be a random key/);
  });

  it('computes the softmax in float32 where it must', () => {
    expect(dotProductAttentionWeights(query, seen, { dtype: 'float16' }).dtype).toBe('float16');
    expect(dotProductAttentionWeights(query, seen, { dtype: 'float16', forceFp32ForSoftmax: true }).dtype).toBe('float32');
  });

  it('refuses operands that do not fit', () => {
    expect(() => dotProductAttention(query, sample(2, [batch, keys, heads + 1, depth]), values)).toThrow(ShapeError);
    expect(() => dotProductAttention(query, sliceAxis(seen, 0, 0, 1), values)).toThrow(ShapeError);
    expect(() => dotProductAttention(query, seen, sliceAxis(values, 1, 0, 2))).toThrow(/as many values as keys/);
  });
});

describe('masks', () => {
  it('a mask of what is no padding is the product of queries and keys', () => {
    const mask = makeAttentionMask(tensor([[1, 1, 0]]), tensor([[1, 0]]));
    expect([mask.shape, mask.dtype, elements(mask)]).toEqual([[1, 1, 3, 2], 'float32', [1, 0, 1, 0, 0, 0]]);
  });

  it('a mask may come from another function of query and key', () => {
    const mask = makeAttentionMask(tensor([1, 2]), tensor([1, 2]), { pairwiseFn: greaterEqual, extraBatchDims: 2, dtype: 'bool' });
    expect([mask.shape, mask.dtype, elements(mask)]).toEqual([[1, 1, 1, 2, 2], 'bool', [1, 0, 1, 1]]);
  });

  it('a causal mask shows each place itself and those before', () => {
    expect(elements(makeCausalMask(zeros([3])))).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 1]);
  });

  it('masks combine to what all allow', () => {
    const [first, second] = [tensor([1, 1, 0]), tensor([true, false, true])];
    expect(elements(combineMasks([first, null, second])!)).toEqual([1, 0, 0]);
    expect(combineMasks([null, undefined])).toBe(null);
    expect(() => combineMasks([first, zeros([1, 3])])).toThrow(/must have the same rank/);
  });
});

describe('MultiHeadDotProductAttention', () => {
  const x = sample(4, [2, 4, 6]);
  const other = sample(5, [2, 3, 5]);
  const model = new MultiHeadDotProductAttention({ numHeads: 2, paramDtype: 'float64' });
  const variables = model.init(key, [x]);

  it('has a linear map of each kind and one out', () => {
    expect(specsOf(new MultiHeadDotProductAttention({ numHeads: 2, qkvFeatures: 8, outFeatures: 3, normalizeQk: true }).init(key, [x, other]))).toEqual({
      'params/query/kernel': 'float32[6,2,4]', 'params/query/bias': 'float32[2,4]',
      'params/key/kernel': 'float32[5,2,4]', 'params/key/bias': 'float32[2,4]',
      'params/value/kernel': 'float32[5,2,4]', 'params/value/bias': 'float32[2,4]',
      'params/query_ln/scale': 'float32[4]', 'params/key_ln/scale': 'float32[4]',
      'params/out/kernel': 'float32[2,4,3]', 'params/out/bias': 'float32[3]',
    });
  });

  it('takes keys for queries, and values for keys, that are not given', () => {
    const y = elements(model.apply(variables, [x]));
    expect(elements(model.apply(variables, [x, x]))).toEqual(y);
    expect(elements(model.apply(variables, [x, null, { deterministic: true }]))).toEqual(y);
    expect(elements(model.apply(variables, [x, x, x]))).toEqual(y);
  });

  it('with a causal mask, no place sees what comes after it', () => {
    const changed = concatenate([sliceAxis(x, 1, 0, 2), sample(9, [2, 2, 6])], 1);
    const [y, z] = [x, changed].map((input) => model.apply(variables, [input, { mask: makeCausalMask(ones([2, 4])) }]));
    expect(elements(sliceAxis(y!, 1, 0, 2))).toEqual(elements(sliceAxis(z!, 1, 0, 2)));
    expect(elements(sliceAxis(y!, 1, 2, 4))).not.toEqual(elements(sliceAxis(z!, 1, 2, 4)));
  });

  it('decodes place by place what causal attention gives for the whole', () => {
    const decoder = model.clone({ decode: true });
    let cache = decoder.init(key, [x]).cache!;
    const steps = range(4).map((i) => {
      const [y, updates] = decoder.apply({ params: variables.params!, cache }, [sliceAxis(x, 1, i, i + 1)], { mutable: ['cache'] });
      cache = updates.cache!;
      return y;
    });
    expectClose(concatenate(steps, 1), elements(model.apply(variables, [x, { mask: makeCausalMask(ones([2, 4])) }])), 1e-13);
  });

  it('has a cache of the whole length', () => {
    expect(specsOf({ cache: model.clone({ decode: true }).init(key, [x]).cache! })).toEqual({
      'cache/cached_key': 'float64[2,4,2,3]', 'cache/cached_value': 'float64[2,4,2,3]', 'cache/cache_index': 'int32[]',
    });
  });

  it('decodes one place at a time', () => {
    const decoder = model.clone({ decode: true });
    expect(() => decoder.apply(decoder.init(key, [x]), [x], { mutable: ['cache'] })).toThrow(/each call has one query/);
  });

  it('keeps the weights where it is told to', () => {
    const [, { intermediates }] = model.apply(variables, [x, { sowWeights: true }], { mutable: ['intermediates'] });
    const [weights] = intermediates!.attention_weights as readonly Tensor[];
    expect(weights!.shape).toEqual([2, 2, 4, 4]);
    expect(model.apply(variables, [x], { mutable: ['intermediates'] })[1]).toEqual({});
  });

  it('draws with a given key in place of one of the stream', () => {
    const dropping = model.clone({ dropoutRate: 0.5, deterministic: false });
    const given = elements(dropping.apply(variables, [x, { dropoutRng: random.key(7) }]));
    expect(elements(dropping.apply(variables, [x, { dropoutRng: random.key(7) }], { rngs: { dropout: key } }))).toEqual(given);
    expect(elements(dropping.apply(variables, [x], { rngs: { dropout: key } }))).not.toEqual(given);
  });

  it('needs a key, and to be told whether to drop, where it drops', () => {
    const dropping = model.clone({ dropoutRate: 0.5 });
    expect(() => dropping.apply(variables, [x])).toThrow(MergeParamError);
    expect(() => dropping.apply(variables, [x, { deterministic: false }])).toThrow(InvalidRngError);
    expect(elements(dropping.apply(variables, [x, { deterministic: true }]))).toEqual(elements(model.apply(variables, [x])));
  });

  it('makes the map out with initializers of its own', () => {
    const made = new MultiHeadDotProductAttention({ numHeads: 1, outKernelInit: initializers.ones, outBiasInit: initializers.ones }).init(key, [x]);
    expect(elements((made.params as { out: { kernel: Tensor } }).out.kernel).every((value) => value === 1)).toBe(true);
    expect(elements((made.params as { query: { bias: Tensor } }).query.bias).every((value) => value === 0)).toBe(true);
  });

  it('attends by another function', () => {
    const attentionFn = (_: Tensor, __: Tensor, value: Tensor): Tensor => value;
    const passing = model.clone({ attentionFn });
    const mask = tensor(range(4).map((i) => range(4).map((j) => i === j)));
    expectClose(passing.apply(variables, [x]), elements(model.apply(variables, [x, { mask }])), 1e-14);
  });

  it('traces with a symbolic batch to one attention between four linear maps', () => {
    const primitives = primitivesOf((input) => model.apply(variables, [input]), [spec('float64', ['n', 4, 6])]);
    expect(primitives.filter((name) => name === 'attention').length).toBe(1);
    expect(primitives.filter((name) => name === 'dot').length).toBe(4);
  });

  it('refuses heads that do not divide the features', () => {
    expect(() => new MultiHeadDotProductAttention({ numHeads: 4 }).init(key, [x])).toThrow(/6 is no multiple of 4/);
  });

  it('refuses values without keys', () => {
    expect(() => model.init(key, [x, null, x])).toThrow(ArgumentError);
  });

  it('takes keys and values alike by one name, and nothing beside them', () => {
    const context = sample(9, [2, 3, 6]);
    expect(elements(model.apply(variables, [x, { inputsKv: context }]))).toEqual(elements(model.apply(variables, [x, context])));
    expect(() => model.apply(variables, [x, context, { inputsKv: context }])).toThrow(/give either it or them/);
  });

  it('has a shorter name', () => {
    expect(specsOf(new MultiHeadAttention({ numHeads: 2, paramDtype: 'float64' }).init(key, [x]))).toEqual(specsOf(variables));
  });
});
