import { MergeParamError, ModifyScopeVariableError, ScopeCollectionNotFound, type Variables } from '@flaxon/core';
import { ArgumentError, astype, initializers, ones, spec, tensor, transpose, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { BatchNorm, type BatchNormOptions } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const rows = 6;
const features = 3;
const x = sample(1, [rows, features]);
const column = (of: Tensor, feature: number): number[] => elements(of).filter((_, i) => i % features === feature);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((value) => (value - mean(values)) ** 2));
const range = [0, 1, 2];

const train = (model: BatchNorm, variables: Variables, input: Tensor, options: BatchNormOptions = {}): [Tensor, Variables] => model.apply(variables, [input, options], { mutable: ['batch_stats'] });

describe('BatchNorm', () => {
  const model = new BatchNorm({ useRunningAverage: false, paramDtype: 'float64' });
  const variables = model.init(key, [x]);

  it('has a scale, a shift and running statistics for each feature', () => {
    expect(specsOf(new BatchNorm({ useRunningAverage: false }).init(key, [x]))).toEqual({
      'batch_stats/mean': 'float32[3]', 'batch_stats/var': 'float32[3]', 'params/scale': 'float32[3]', 'params/bias': 'float32[3]',
    });
  });

  it('in training gives each feature mean 0 and variance 1, up to epsilon', () => {
    const [y] = train(model, variables, x);
    for (const feature of range) {
      const before = variance(column(x, feature));
      expect(mean(column(y, feature))).toBeCloseTo(0, 13);
      expect(variance(column(y, feature))).toBeCloseTo(before / (before + 1e-5), 12);
    }
  });

  it('scales and shifts by its parameters', () => {
    const random = new BatchNorm({ useRunningAverage: false, scaleInit: initializers.normal({ stddev: 1 }), biasInit: initializers.normal({ stddev: 1 }), paramDtype: 'float64' });
    const made = random.init(key, [x]);
    const [scale, bias] = [elementsAt(made, 'params/scale'), elementsAt(made, 'params/bias')];
    const plain = elements(train(model, variables, x)[0]);
    expectClose(train(random, made, x)[0], plain.map((value, i) => value * scale[i % features]! + bias[i % features]!), 1e-13);
  });

  it('moves the running statistics by 1 - momentum towards those of the batch, with the biased variance', () => {
    const [, { batch_stats: stats }] = train(new BatchNorm({ useRunningAverage: false, momentum: 0.7 }), variables, x);
    const got = stats as { mean: Tensor; var: Tensor };
    expectClose(got.mean, range.map((feature) => 0.3 * mean(column(x, feature))), 1e-7);
    expectClose(got.var, range.map((feature) => 0.7 + 0.3 * variance(column(x, feature))), 1e-7);
  });

  it('does not move them while initializing, though it normalises by the batch', () => {
    const [y, made] = model.initWithOutput(key, [x]);
    expect([elementsAt(made, 'batch_stats/mean'), elementsAt(made, 'batch_stats/var')]).toEqual([[0, 0, 0], [1, 1, 1]]);
    expect(elements(y)).toEqual(elements(train(model, variables, x)[0]));
  });

  it('by running statistics gives (x - mean) / sqrt(var + epsilon), and changes nothing', () => {
    const kept = { ...variables, batch_stats: { mean: tensor([1, 2, 3], { dtype: 'float32' }), var: tensor([4, 1, 9], { dtype: 'float32' }) } };
    const evaluating = new BatchNorm({ useRunningAverage: true, epsilon: 0.25, paramDtype: 'float64' });
    const y = evaluating.apply(kept, [x]);
    expectClose(y, elements(x).map((value, i) => (value - [1, 2, 3][i % 3]!) / Math.sqrt([4, 1, 9][i % 3]! + 0.25)), 1e-6);
  });

  it('counts only what the mask says', () => {
    const mask = tensor([[true], [true], [false], [true], [false], [true]]);
    const [y, { batch_stats: stats }] = train(model, variables, x, { mask });
    const counted = (feature: number): number[] => column(x, feature).filter((_, row) => row !== 2 && row !== 4);
    expectClose((stats as { mean: Tensor }).mean, range.map((feature) => 0.01 * mean(counted(feature))), 1e-14);
    expectClose(y, elements(x).map((value, i) => (value - mean(counted(i % 3))) / Math.sqrt(variance(counted(i % 3)) + 1e-5)), 1e-10);
  });

  it('normalises another axis where it is told to', () => {
    const turned = new BatchNorm({ useRunningAverage: false, axis: 0, paramDtype: 'float64' });
    const [y] = train(turned, turned.init(key, [transpose(x)]), transpose(x));
    expectClose(transpose(y), elements(train(model, variables, x)[0]), 1e-14);
  });

  it('computes the variance in two passes where it is told to', () => {
    const far = tensor(Float32Array.from(elements(x), (value) => value + 1000), { shape: [rows, features] });
    const exact = new BatchNorm({ useRunningAverage: false, useFastVariance: false });
    const [y] = train(exact, exact.init(key, [far]), far);
    const want = elements(train(model, variables, astype(far, 'float64'))[0]);
    expectClose(y, want, 1e-3);
  });

  it('has a variance of 0 and not less for a constant feature', () => {
    const constant = tensor(Array.from({ length: 7 }, () => [0.1]), { dtype: 'float32' });
    const [y] = train(new BatchNorm({ useRunningAverage: false }), new BatchNorm({ useRunningAverage: false }).init(key, [constant]), constant);
    expect(elements(y).every(Number.isFinite)).toBe(true);
  });

  it('leaves out scale and bias where it is told to', () => {
    const bare = new BatchNorm({ useRunningAverage: false, useScale: false, useBias: false });
    expect(specsOf(bare.init(key, [x]))).toEqual({ 'batch_stats/mean': 'float32[3]', 'batch_stats/var': 'float32[3]' });
  });

  it.each([['float16', {}, 'float32'], ['float32', { dtype: 'float16' }, 'float16'], ['float64', {}, 'float64'], ['int32', {}, 'float32']] as const)('gives for %s with %j a result of %s', (dtype, attributes, result) => {
    const any = new BatchNorm({ useRunningAverage: false, ...attributes });
    const input = ones([2, 3], dtype);
    expect(train(any, any.init(key, [input]), input)[0].dtype).toBe(result);
  });

  it('keeps statistics of half precision in float32', () => {
    const input = ones([2, 3], 'float16');
    const half = new BatchNorm({ useRunningAverage: false, dtype: 'float16' });
    expect(specsOf(train(half, half.init(key, [input]), input)[1])).toEqual({ 'batch_stats/mean': 'float32[3]', 'batch_stats/var': 'float32[3]' });
  });

  it('by running statistics takes three operations on its input, with a symbolic batch too', () => {
    const evaluating = new BatchNorm({ useRunningAverage: true });
    const primitives = primitivesOf((input) => evaluating.apply(evaluating.init(key, [ones([1, 3])]), [input]), [spec('float32', ['batch', 3])]);
    expect(primitives).toEqual(['sub', 'mul', 'add']);
  });

  it('is told which statistics to use in exactly one place', () => {
    expect(() => new BatchNorm().init(key, [x])).toThrow(MergeParamError);
    expect(() => model.init(key, [x, { useRunningAverage: true }])).toThrow(MergeParamError);
  });

  it('in training needs its statistics to be mutable', () => {
    expect(() => model.apply(variables, [x])).toThrow(ModifyScopeVariableError);
  });

  it('needs its statistics', () => {
    expect(() => new BatchNorm({ useRunningAverage: true }).apply({ params: variables.params! }, [x])).toThrow(ScopeCollectionNotFound);
  });

  it('refuses an axis that the input does not have', () => {
    expect(() => new BatchNorm({ useRunningAverage: false, axis: 2 }).init(key, [x])).toThrow(ArgumentError);
  });
});
