import { lift, type Module } from '@flaxon/core';
import { add, ArgumentError, concatenate, div, grad, mean, ones, random, reshape, slice, sqrt, square, stack, sub, sum, type Tensor, UnboundAxisError, vmap } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { BatchNorm, GroupNorm, LayerNorm } from '../../src/index.js';

const examples = 4;
/** (examples, 3, 5) */
const x = random.normal(random.key(0), [examples, 3, 5]);
const whole = reshape(x, [examples * 3, 5]);

const expectClose = (found: Tensor, expected: Tensor): void => {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [found.data() as Float32Array, expected.data() as Float32Array];
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 5));
};

const attributes = { useRunningAverage: false, momentum: 0.5 } as const;
const shared = { variableAxes: { params: null, batch_stats: null }, splitRngs: { params: false }, axisName: 'batch' } as const;

function lifted(axisIndexGroups?: number[][], axes: number | null = null): Module {
  const Lifted = lift.vmap(BatchNorm, { ...shared, variableAxes: { params: null, batch_stats: axes } });
  return new Lifted({ ...attributes, axisName: 'batch', ...(axisIndexGroups !== undefined && { axisIndexGroups }) });
}

describe('axisName', () => {
  const model = lifted();
  const variables = model.init(random.key(1), [x]);
  const alone = new BatchNorm(attributes);

  it('takes the statistics of all examples together', () => {
    const [y, updates] = model.apply(variables, [x], { mutable: ['batch_stats'] }) as [Tensor, typeof variables];
    const [expected, moved] = alone.apply(variables, [whole], { mutable: ['batch_stats'] });
    expectClose(y, reshape(expected, [examples, 3, 5]));
    // As all examples share them, the running statistics are no more than of one layer.
    expectClose(updates['batch_stats']!['mean'] as Tensor, moved['batch_stats']!['mean'] as Tensor);
    expectClose(updates['batch_stats']!['var'] as Tensor, moved['batch_stats']!['var'] as Tensor);
  });

  it('is not looked at while initializing', () => {
    const without = new BatchNorm({ ...attributes, axisName: 'nowhere' });
    expect(Object.keys(without.init(random.key(1), [whole])['batch_stats']!)).toEqual(['mean', 'var']);
    expect(() => without.apply(variables, [whole], { mutable: ['batch_stats'] })).toThrow(UnboundAxisError);
  });

  it('differentiates through the statistics of other examples', () => {
    const first = (of: (given: Tensor) => Tensor) => (given: Tensor): Tensor => sum(square(slice(of(given), [0, 0], [1, 2])));
    const run = (given: Tensor): Tensor => reshape((model.apply(variables, [given], { mutable: ['batch_stats'] }) as [Tensor, unknown])[0], [examples * 3, 5]);
    const expected = (given: Tensor): Tensor => alone.apply(variables, [reshape(given, [examples * 3, 5])], { mutable: ['batch_stats'] })[0];
    expectClose(grad(first(run))(x), grad(first(expected))(x));
  });

  it('without a lifted transformation the axis of a plain vmap will do', () => {
    const layer = new LayerNorm({ axisName: 'batch', useScale: false, useBias: false, useFastVariance: false });
    const y = vmap((row: Tensor) => layer.apply({}, [row]), { axisName: 'batch' })(x);
    // Row r of all examples has one mean and one variance.
    const center = mean(x, { axis: [0, 2], keepdims: true });
    const variance = mean(square(sub(x, center)), { axis: [0, 2], keepdims: true });
    expectClose(y, div(sub(x, center), sqrt(add(variance, 1e-6))));
  });
});

describe('axisIndexGroups', () => {
  const groups = [[0, 2], [1, 3]];

  it('takes the statistics of each group apart', () => {
    const model = lifted(groups, 0);
    const variables = model.init(random.key(1), [x]);
    const [y] = model.apply(variables, [x], { mutable: ['batch_stats'] }) as [Tensor, unknown];
    const example = (i: number): Tensor => reshape(slice(x, [i, 0, 0], [i + 1, 3, 5]), [3, 5]);
    const ofGroup = (members: readonly number[]): Tensor[] => {
      const layer = new BatchNorm(attributes);
      const input = concatenate(members.map(example), 0);
      const [out] = layer.apply(layer.init(random.key(1), [input]), [input], { mutable: ['batch_stats'] });
      return members.map((_, i) => slice(out, [3 * i, 0], [3 * i + 3, 5]));
    };
    const [even, odd] = groups.map(ofGroup);
    expectClose(y, stack([even![0]!, odd![0]!, even![1]!, odd![1]!]));
  });

  it('must hold each example once', () => {
    const wrong = lifted([[0, 1], [2, 2]], 0);
    const variables = wrong.init(random.key(1), [x]);
    expect(() => wrong.apply(variables, [x], { mutable: ['batch_stats'] })).toThrow(ArgumentError);
    expect(() => new GroupNorm({ numGroups: 1, axisIndexGroups: [[-1]] }).init(random.key(0), [ones([1, 2])])).toThrow(/axisIndexGroups/);
  });
});
