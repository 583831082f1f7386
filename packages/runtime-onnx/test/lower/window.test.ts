import { type AveragePoolOptions, avgPool, type Dtype, grad, isFloating, maxPool, minPool, mul, type PoolOptions, reduceWindow, relu, spec, sum, type Tensor, tensor, vmap, type WindowOptions } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/index.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

const reducers = { sum: 0, prod: 1, max: -Infinity, min: Infinity } as const;

const windows: readonly (readonly [string, readonly number[], WindowOptions])[] = [
  ['side by side', [4, 6, 3], { windowDimensions: [2, 3, 1], windowStrides: [2, 3, 1] }],
  ['that overlap', [2, 7, 3], { windowDimensions: [1, 3, 2], windowStrides: [1, 2, 1] }],
  ['with narrow padding', [2, 5, 6, 2], { windowDimensions: [1, 3, 2, 1], windowStrides: [1, 2, 2, 1], padding: 'SAME' }],
  ['with wide padding', [3, 4], { windowDimensions: [2, 2], padding: [[3, 2], [0, 4]] }],
  ['with cropped edges', [7, 4], { windowDimensions: [2, 1], padding: [[-1, -2], [0, 0]], windowStrides: [2, 1] }],
  ['that are dilated', [9, 3], { windowDimensions: [3, 1], windowDilation: [2, 1], padding: [[2, 1], [0, 0]] }],
  ['over a dilated operand', [4, 5], { windowDimensions: [2, 3], baseDilation: [3, 2], padding: [[1, 1], [2, 0]] }],
  ['over every axis', [3, 4, 3], { windowDimensions: [2, 2, 2] }],
  ['over no axis', [3, 4], { windowDimensions: [1, 1] }],
  ['over four axes', [3, 3, 3, 3], { windowDimensions: [2, 2, 2, 2] }],
];

const dtypes: readonly Dtype[] = ['float32', 'float64', 'float16', 'bfloat16', 'int8', 'int32', 'uint32', 'int64'];

describe.each(dtypes)('windows in %s', (dtype) => {
  it.each(windows)('%s', async (_, shape, options) => {
    const x = arbitrary(shape, dtype);
    for (const [reducer, init] of Object.entries(reducers) as [keyof typeof reducers, number][]) {
      await expectAgreement((t) => reduceWindow(t, init, reducer, options), [x], { label: reducer, ...(dtype === 'float32' ? { tolerance: 1e-5 } : {}) });
    }
  });
});

const pools: readonly (readonly [string, readonly number[], PoolOptions & AveragePoolOptions])[] = [
  ['side by side', [2, 4, 6, 3], { windowShape: [2, 2], strides: [2, 2] }],
  ['that leave a rest', [2, 5, 7, 3], { windowShape: [2, 3], strides: [2, 3] }],
  ['that overlap', [2, 5, 6, 3], { windowShape: [3, 2], strides: [2, 1] }],
  ['with padding', [2, 5, 6, 3], { windowShape: [3, 3], strides: [2, 2], padding: 'SAME' }],
  ['without padding in the count', [2, 5, 6, 3], { windowShape: [3, 3], strides: [2, 2], padding: 'SAME', countIncludePad: false }],
  ['of one image', [6, 5, 3], { windowShape: [2, 2] }],
  ['of lines', [3, 8, 2], { windowShape: [3], padding: [[1, 2]] }],
  ['of volumes', [2, 3, 4, 3, 2], { windowShape: [2, 2, 2] }],
];

describe.each(['float32', 'float64'] as const)('pools in %s', (dtype) => {
  describe.each(Object.entries({ maxPool, minPool, avgPool }))('%s', (_, pool) => {
    const loss = (x: Tensor, options: AveragePoolOptions): Tensor => { const y = pool(relu(x), options); return sum(mul(y, mul(y, y))); };
    it.each(pools)('%s, with first and second derivatives', async (_name, shape, options) => {
      const x = arbitrary(shape, dtype);
      await expectAgreement((t) => pool(t, options), [x]);
      await expectAgreement((t) => grad((s: Tensor) => loss(s, options))(t), [x], { tolerance: dtype === 'float32' ? 1e-5 : 1e-13 });
      await expectAgreement((t) => grad((s: Tensor) => sum(mul(s, grad((r: Tensor) => loss(r, options))(s))))(t), [x], { tolerance: dtype === 'float32' ? 2e-5 : 1e-12 });
    });
    it('for each example of a batch', () => expectAgreement((t) => vmap((s: Tensor) => pool(s, { windowShape: [2, 2], strides: [2, 2] }))(t), [arbitrary([3, 4, 4, 2], dtype)]));
  });
});

describe('numbers at which ONNX Runtime\'s pool is not JAX\'s', () => {
  const rows = [
    [1, NaN, 2, 3, -Infinity, -Infinity, Infinity, 0],
    [NaN, NaN, -Infinity, Infinity, 0, NaN, 1, 2],
  ];
  it.each(['float32', 'float64', 'float16'] as const)('NaN wins and -Infinity stays in %s', async (dtype) => {
    const x = tensor(rows.flat(), { shape: [2, 8, 1], dtype });
    for (const options of [{ windowShape: [2], strides: [2] }, { windowShape: [3] }, { windowShape: [2], padding: 'SAME' }] as const) {
      for (const pool of [maxPool, minPool, avgPool]) await expectAgreement((t) => pool(t, options), [x]);
    }
  });
});

const nodes = (f: (x: Tensor) => Tensor, shape: readonly (number | string)[], dtype: Dtype = 'float32'): string[] =>
  exportOnnx(f, [spec(dtype, shape)]).graph.node!.map(({ opType }) => opType!);

describe('graphs', () => {
  it('a pool behind an activation is one operator between two changes of layout', () => {
    expect(nodes((x) => maxPool(relu(x), { windowShape: [2, 2], strides: [2, 2] }), ['batch', 8, 8, 3])).toEqual(['Relu', 'Transpose', 'MaxPool', 'Transpose']);
    expect(nodes((x) => avgPool(x, { windowShape: [3, 3], padding: 'SAME', countIncludePad: false }), ['batch', 8, 8, 3])).toEqual(['Transpose', 'AveragePool', 'Transpose']);
  });
  it('windows side by side in float64 are axes to reduce', () => {
    expect(nodes((x) => avgPool(x, { windowShape: [2, 2], strides: [2, 2] }), ['batch', 8, 8, 3], 'float64')).toEqual(['Reshape', 'ReduceSum', 'Div']);
  });
  it('the derivative of an average copies', () => {
    const backward = nodes((x) => grad((t: Tensor) => sum(mul(avgPool(t, { windowShape: [2, 2], strides: [2, 2] }), 3)))(x), ['batch', 8, 8, 3]);
    expect(backward.filter((op) => op === 'Conv' || op === 'AveragePool' || op === 'Pad')).toEqual([]);
  });
  it('the derivative of a largest element is one scattered addition', () => {
    const ops = nodes((x) => grad((t: Tensor) => { const y = maxPool(relu(t), { windowShape: [2, 2], strides: [2, 2] }); return sum(mul(y, y)); })(x), ['batch', 8, 8, 3]);
    expect(ops.filter((op) => op === 'MaxPool' || op.startsWith('Scatter'))).toEqual(['MaxPool', 'ScatterElements']);
    expect(ops.length).toBeLessThan(24);
  });
  it('int64 is taken whole and bool too', async () => {
    await expectAgreement((x) => maxPool(x, { windowShape: [2] }), [arbitrary([2, 5, 1], 'bool')]);
    expect(isFloating('int64')).toBe(false);
  });
});
