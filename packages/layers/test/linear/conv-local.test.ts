import { ArgumentError, broadcastTo, ones, reshape, ShapeError, spec, transpose } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Conv, ConvLocal } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const x = sample(1, [2, 5, 4, 3]);
const attributes = { features: 2, kernelSize: [3, 2], paramDtype: 'float64' as const };

describe('ConvLocal', () => {
  const model = new ConvLocal({ ...attributes, padding: 'VALID' });
  const variables = model.init(key, [x]);

  it('has a kernel and a bias for each place', () => {
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[3,3,18,2]', 'params/bias': 'float64[3,3,2]' });
  });

  it('sums over the window of each place, one channel after another', () => {
    const [kernel, data] = [elementsAt(variables, 'params/kernel'), elements(x)];
    const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
    const window = range(3).flatMap((c) => range(3).flatMap((i) => range(2).map((j) => [c, i, j] as const)));
    const at = (b: number, row: number, column: number, feature: number): number =>
      window.reduce((total, [c, i, j], place) => total + data[((b * 5 + row + i) * 4 + column + j) * 3 + c]! * kernel[((row * 3 + column) * 18 + place) * 2 + feature]!, 0);
    const wanted = range(2).flatMap((b) => range(3).flatMap((row) => range(3).flatMap((column) => range(2).map((feature) => at(b, row, column, feature)))));
    expectClose(model.apply(variables, [x]), wanted, 1e-13);
  });

  it.each([
    ['SAME', {}], ['VALID', {}], ['CIRCULAR', {}], ['SAME', { strides: 2 }], ['VALID', { kernelDilation: [2, 1] }], [[[1, 0], [2, 1]], { inputDilation: [1, 2] }],
  ] as const)('with the same kernel everywhere is a Conv: %j, %j', (around, more) => {
    const padding = typeof around === 'string' ? around : around.map(([low, high]): [number, number] => [low, high]);
    const options = { ...attributes, padding, ...structuredClone(more), useBias: false } as ConstructorParameters<typeof Conv>[0];
    const conv = new Conv(options);
    const made = conv.init(key, [x]);
    const y = conv.apply(made, [x]);
    const { kernel } = made.params as { kernel: Parameters<typeof transpose>[0] };
    const window = reshape(transpose(kernel, [2, 0, 1, 3]), [18, 2]);
    const local = new ConvLocal(options).apply({ params: { kernel: broadcastTo(window, [...y.shape.slice(1, 3), 18, 2]) } }, [x]);
    expectClose(local, elements(y), 1e-13);
  });

  it('takes any batch axes', () => {
    const y = model.apply(variables, [reshape(x, [2, 1, 5, 4, 3])]);
    expect(y.shape).toEqual([2, 1, 3, 3, 2]);
    expect(elements(y)).toEqual(elements(model.apply(variables, [x])));
  });

  it('traces with a symbolic batch', () => {
    const primitives = primitivesOf((input) => model.apply(variables, [input]), [spec('float64', ['n', 5, 4, 3])]);
    expect(primitives.filter((name) => name === 'conv' || name === 'dot')).toEqual(['conv', 'dot']);
  });

  it('refuses groups', () => {
    expect(() => model.clone({ featureGroupCount: 3 }).init(key, [x])).toThrow(ArgumentError);
  });

  it('refuses a mask that has not the shape of the kernel', () => {
    expect(() => model.clone({ mask: ones([3, 2, 3, 2]) }).init(key, [x])).toThrow(ShapeError);
  });

  it('refuses an input without its spatial axes', () => {
    expect(() => model.init(key, [ones([4, 2])])).toThrow(/needs 2 spatial axes and one of features/);
  });
});
