import { ArgumentError, mul, ones, reshape, ShapeError, spec, sum, tensor, vjp, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Conv, ConvTranspose } from '../../src/index.js';
import { elements, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const x = sample(1, [2, 5, 4, 3]);

describe('ConvTranspose', () => {
  const model = new ConvTranspose({ features: 2, kernelSize: [3, 2], strides: [2, 1], paramDtype: 'float64' });
  const variables = model.init(key, [x]);

  it('has a kernel of inputs and features', () => {
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[3,2,3,2]', 'params/bias': 'float64[2]' });
  });

  it('with transposeKernel has a kernel of features and inputs', () => {
    expect(specsOf(model.clone({ transposeKernel: true, useBias: false }).init(key, [x]))).toEqual({ 'params/kernel': 'float64[3,2,2,3]' });
  });

  it.each([
    ['SAME', [3, 2], [2, 1]], ['SAME', [3, 3], [1, 2]], ['VALID', [3, 3], [2, 2]], ['VALID', [2, 2], [1, 1]], ['CIRCULAR', [3, 3], [1, 1]],
  ] as const)('with transposeKernel is the transpose of a Conv: %s, kernel %j, strides %j', (padding, kernelSize, strides) => {
    // Sizes of the input that its strides divide leave no other input with the same result.
    const [height, width] = [0, 1].map((i) => (padding === 'VALID' ? 3 * strides[i]! + kernelSize[i]! : 4 * strides[i]!)) as [number, number];
    const shared = { kernelSize: [...kernelSize], strides: [...strides], padding, useBias: false, paramDtype: 'float64' as const };
    const input = sample(2, [1, height, width, 2]);
    const forward = new Conv({ features: 3, ...shared });
    const made = forward.init(key, [input]);
    const [y, pullBack] = vjp((image: Tensor) => forward.apply(made, [image]), input);
    const cotangent = sample(3, y.shape as number[]);
    const back = new ConvTranspose({ features: 2, ...shared, transposeKernel: true }).apply(made, [cotangent]);
    expect(back.shape).toEqual(input.shape);
    expectClose(back, elements(pullBack(cotangent)[0]), 1e-12);
  });

  it('with CIRCULAR gives a period of the size of the input times the stride', () => {
    const circular = model.clone({ padding: 'CIRCULAR', useBias: false });
    const y = circular.apply(circular.init(key, [x]), [x]);
    expect(y.shape).toEqual([2, 10, 4, 2]);
  });

  it('with CIRCULAR loses nothing', () => {
    const circular = new ConvTranspose({ features: 1, kernelSize: [3, 2], strides: [2, 1], padding: 'CIRCULAR', paramDtype: 'float64', useBias: false });
    const kernel = ones([3, 2, 3, 1], 'float64');
    const y = circular.apply({ params: { kernel } }, [x]);
    expectClose(reshape(sum(y), [1]), elements(reshape(mul(sum(x), 6), [1])), 1e-12);
  });

  it.each([[[5, 4, 3]], [[2, 3, 5, 4, 3]]])('takes any batch axes: %j', (shape) => {
    const input = sample(4, shape);
    const y = model.apply(variables, [input]);
    expect(y.shape).toEqual([...shape.slice(0, -3), 10, 4, 2]);
    expect(elements(y)).toEqual(elements(model.apply(variables, [reshape(input, [-1, 5, 4, 3])])));
  });

  it('multiplies its kernel by the mask', () => {
    const blind = model.clone({ mask: zeros([3, 2, 3, 2]) });
    expect(elements(blind.apply(variables, [x])).every((value) => value === 0)).toBe(true);
  });

  it('traces to one convolution, with a symbolic batch too', () => {
    const primitives = primitivesOf((input) => model.apply(variables, [input]), [spec('float64', ['n', 5, 4, 3])]);
    expect(primitives.filter((name) => name !== 'transpose')).toEqual(['conv', 'add']);
  });

  const init = (attributes: Partial<ConstructorParameters<typeof ConvTranspose>[0]>) => (): unknown => model.clone(attributes).init(key, [x]);

  // By Flax: nn.ConvTranspose(1, (4,), padding=name, use_bias=False, transpose_kernel=t).apply(...) of 1..5 with the kernel 1, 10, 100, 1000.
  it.each([
    ['SAME', false, [2100, 3210, 4321, 5432, 543]],
    ['same', false, [3210, 4321, 5432, 543, 54]],
    ['same', true, [123, 1234, 2345, 3450, 4500]],
    ['SAME_LOWER', true, [12, 123, 1234, 2345, 3450]],
    ['Valid', false, [4321, 5432]],
  ] as const)('a name in another spelling is the padding of a plain convolution, as in lax: %s, transposeKernel %j', (name, transposeKernel, wanted) => {
    const decimal = { params: { kernel: tensor([[[1]], [[10]], [[100]], [[1000]]]) } };
    const layer = new ConvTranspose({ features: 1, kernelSize: 4, padding: name as 'SAME', transposeKernel, useBias: false });
    expect(elements(layer.apply(decimal, [tensor([[[1], [2], [3], [4], [5]]])]))).toEqual(wanted);
  });

  it('refuses a name in another spelling where strides are not one', () => {
    expect(init({ padding: 'same' as 'SAME', strides: [2, 1] })).toThrow(ArgumentError);
  });

  it('refuses padding that a transpose has not, or that does not fit the kernel', () => {
    expect(init({ padding: 'REFLECT' })).toThrow(/`padding` must be 'SAME', 'VALID', 'CIRCULAR'/);
    expect(init({ padding: [1] })).toThrow(ArgumentError);
  });

  it('refuses strides for another number of axes', () => {
    expect(init({ strides: [2] })).toThrow(/`strides` must be one number, or one for each of the 2 axes/);
  });

  it('refuses a mask that has not the shape of the kernel', () => {
    expect(init({ mask: ones([3, 2]) })).toThrow(ShapeError);
  });

  it('refuses an input without its spatial axes', () => {
    expect(() => model.init(key, [ones([4, 2])])).toThrow(/needs 2 spatial axes and one of features/);
  });
});
