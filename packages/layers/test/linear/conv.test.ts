import { InvalidAttributeError } from '@flaxon/core';
import { ArgumentError, initializers, ones, reshape, ShapeError, spec, tensor, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Conv, MaskedConv1D } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const [height, width, inputs, features] = [5, 4, 2, 2];
const image = sample(1, [1, height, width, inputs]);

interface Window {
  readonly size: readonly [number, number];
  readonly strides?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  readonly groups?: number;
  /** Where row and column of the input are that stand at this place of the padded one; undefined for a zero. */
  readonly source: (row: number, column: number) => readonly [number, number] | undefined;
  /** The size of the result. */
  readonly result: readonly [number, number];
}

/** The sum over the window, place by place. */
function correlate(kernel: readonly number[], bias: readonly number[], { size, strides = [1, 1], dilation = [1, 1], groups = 1, source, result }: Window): number[] {
  const data = elements(image);
  const inputsOfGroup = inputs / groups;
  const values: number[] = [];
  for (let row = 0; row < result[0]; row++) {
    for (let column = 0; column < result[1]; column++) {
      for (let feature = 0; feature < features; feature++) {
        const group = Math.floor(feature / (features / groups));
        let total = bias[feature] ?? 0;
        for (let i = 0; i < size[0]; i++) {
          for (let j = 0; j < size[1]; j++) {
            const at = source(row * strides[0] + i * dilation[0], column * strides[1] + j * dilation[1]);
            if (at === undefined) continue;
            for (let c = 0; c < inputsOfGroup; c++) {
              total += data[(at[0] * width + at[1]) * inputs + group * inputsOfGroup + c]! * kernel[((i * size[1] + j) * inputsOfGroup + c) * features + feature]!;
            }
          }
        }
        values.push(total);
      }
    }
  }
  return values;
}

const padded = (top: number, left: number): Window['source'] => (row, column) =>
  row >= top && row < top + height && column >= left && column < left + width ? [row - top, column - left] : undefined;

type Attributes = Omit<ConstructorParameters<typeof Conv>[0], 'features' | 'kernelSize'>;

const cases: readonly (readonly [string, Attributes, Window])[] = [
  ['SAME', {}, { size: [3, 2], source: padded(1, 0), result: [5, 4] }],
  ['SAME with strides', { strides: [2, 3] }, { size: [3, 2], strides: [2, 3], source: padded(1, 0), result: [3, 2] }],
  ['VALID', { padding: 'VALID' }, { size: [3, 2], source: padded(0, 0), result: [3, 3] }],
  ['a number', { padding: 2 }, { size: [3, 2], source: padded(2, 2), result: [7, 7] }],
  ['numbers and pairs', { padding: [1, [0, 2]] }, { size: [3, 2], source: padded(1, 0), result: [5, 5] }],
  ['a dilated kernel', { padding: 'VALID', kernelDilation: [2, 1] }, { size: [3, 2], dilation: [2, 1], source: padded(0, 0), result: [1, 3] }],
  ['CIRCULAR', { padding: 'CIRCULAR' }, { size: [3, 2], source: (row, column) => [(row + height - 1) % height, column % width], result: [5, 4] }],
  ['REFLECT', { padding: 'REFLECT' }, { size: [3, 2], source: (row, column) => [height - 1 - Math.abs(height - 1 - Math.abs(row - 1)), width - 1 - Math.abs(width - 1 - column)], result: [5, 4] }],
  ['a dilated input', { padding: 'VALID', inputDilation: [2, 1] }, { size: [3, 2], source: (row, column) => (row % 2 === 0 ? [row / 2, column] : undefined), result: [7, 3] }],
  ['groups', { featureGroupCount: 2 }, { size: [3, 2], groups: 2, source: padded(1, 0), result: [5, 4] }],
  ['no bias', { useBias: false }, { size: [3, 2], source: padded(1, 0), result: [5, 4] }],
];

describe('Conv', () => {
  it.each(cases)('sums over its window: %s', (_, attributes, window) => {
    const model = new Conv({ features, kernelSize: [...window.size], paramDtype: 'float64', biasInit: initializers.normal({ stddev: 1 }), ...attributes });
    const variables = model.init(key, [image]);
    const bias = attributes.useBias === false ? [] : elementsAt(variables, 'params/bias');
    const y = model.apply(variables, [image]);
    expect(y.shape).toEqual([1, ...window.result, features]);
    expectClose(y, correlate(elementsAt(variables, 'params/kernel'), bias, window), 1e-13);
  });

  const model = new Conv({ features: 2, kernelSize: [3, 2] });
  const variables = model.init(key, [image]);

  it.each([[[height, width, inputs]], [[2, 3, height, width, inputs]]])('takes any batch axes: %j', (shape) => {
    const x = sample(2, shape);
    const y = model.apply(variables, [x]);
    expect(y.shape).toEqual([...shape.slice(0, -1), 2]);
    expect(elements(y)).toEqual(elements(model.apply(variables, [reshape(x, [-1, height, width, inputs])])));
  });

  it('takes a number for a kernel of one axis', () => {
    expect(specsOf(new Conv({ features: 2, kernelSize: 3 }).init(key, [ones([1, 5, 4])]))).toEqual({ 'params/kernel': 'float32[3,4,2]', 'params/bias': 'float32[2]' });
  });

  it('pads in front with CAUSAL, as an inclusive MaskedConv1D does', () => {
    const x = sample(3, [2, 6, 3]);
    const causal = new Conv({ features: 2, kernelSize: 3, kernelDilation: 2, padding: 'CAUSAL', paramDtype: 'float64' });
    const masked = new MaskedConv1D({ features: 2, kernelSize: 3, kernelDilation: 2, exclusive: false });
    const made = causal.init(key, [x]);
    expect(elements(causal.apply(made, [x]))).toEqual(elements(masked.apply(made, [x])));
  });

  // By Flax: nn.Conv(1, (4,), strides=s, padding=name, use_bias=False).apply(...) of 1..5 with the kernel 1, 10, 100, 1000.
  it.each([
    ['same', 2, [3210, 5432, 54]],
    ['Same_Lower', 1, [2100, 3210, 4321, 5432, 543]],
    ['Same_Lower', 2, [2100, 4321, 543]],
    ['Valid', 1, [4321, 5432]],
  ] as const)('takes the names that lax knows in any case: %s, strides %j', (name, strides, wanted) => {
    const decimal = { params: { kernel: tensor([[[1]], [[10]], [[100]], [[1000]]]) } };
    const y = new Conv({ features: 1, kernelSize: 4, strides, padding: name as 'SAME', useBias: false }).apply(decimal, [tensor([[[1], [2], [3], [4], [5]]])]);
    expect(elements(y)).toEqual(wanted);
  });

  it('multiplies its kernel by the mask', () => {
    const blind = new Conv({ features: 2, kernelSize: [3, 2], mask: zeros([3, 2, inputs, 2]) });
    expect(elements(blind.apply(variables, [image])).every((value) => value === 0)).toBe(true);
  });

  it('traces to one convolution, with a symbolic batch too', () => {
    const primitives = primitivesOf((x) => model.apply(variables, [x]), [spec('float32', ['n', height, width, inputs])]);
    expect(primitives.filter((name) => name !== 'transpose')).toEqual(['conv', 'add']);
  });

  const init = (attributes: ConstructorParameters<typeof Conv>[0], x: Tensor = image) => (): unknown => new Conv(attributes).init(key, [x]);

  it('refuses padding that does not fit the kernel', () => {
    expect(init({ features: 2, kernelSize: [3, 3], padding: [1] })).toThrow(/`padding` must have one entry for each of the 2 axes/);
    expect(init({ features: 2, kernelSize: [3, 3], padding: 'CAUSAL' })).toThrow(ArgumentError);
    expect(init({ features: 2, kernelSize: [3, 3], padding: 'FULL' as never })).toThrow(InvalidAttributeError);
    expect(init({ features: 2, kernelSize: [3, 3], padding: 'circular' as never })).toThrow(InvalidAttributeError);
  });

  it('refuses strides for another number of axes', () => {
    expect(init({ features: 2, kernelSize: [3, 3], strides: [1] })).toThrow(/`strides` must be one number, or one for each of the 2 axes/);
  });

  it('refuses a mask that has not the shape of the kernel', () => {
    expect(init({ features: 2, kernelSize: [3, 3], mask: ones([3, 3]) })).toThrow(/`mask` must have the shape of the kernel/);
  });

  it('refuses groups that do not divide the features', () => {
    expect(init({ features: 3, kernelSize: [3, 3], featureGroupCount: 2 })).toThrow(ShapeError);
  });

  it('refuses an input without its spatial axes', () => {
    expect(init({ features: 2, kernelSize: [3, 3] }, ones([4, 2]))).toThrow(/needs 2 spatial axes and one of features/);
  });
});
