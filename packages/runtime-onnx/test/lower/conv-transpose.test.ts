import { convGeneralDilated, convTranspose, type ConvTransposeOptions, grad, mul, spec, sum, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/index.js';
import { compile } from '../../src/compile/compile.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

type Shape = readonly number[];
const cases: readonly (readonly [string, Shape, Shape, ConvTransposeOptions])[] = [
  ['SAME', [2, 4, 3, 2], [3, 3, 2, 4], { strides: [2, 2], padding: 'SAME' }],
  ['VALID', [2, 5, 2], [3, 2, 4], { strides: [3], padding: 'VALID' }],
  ['a window narrower than the stride', [2, 5, 2], [2, 2, 1], { strides: [3], padding: 'SAME' }],
  ['padding beyond the window', [2, 5, 2], [2, 2, 1], { strides: [2], padding: [[4, 3]] }],
  ['cropped edges', [2, 5, 2], [3, 2, 1], { strides: [2], padding: [[-1, -2]] }],
  ['a dilated kernel that is transposed', [1, 3, 4, 2], [2, 3, 3, 2], { strides: [2, 1], padding: 'SAME', rhsDilation: [1, 2], transposeKernel: true }],
  ['three axes', [1, 2, 3, 2, 1], [2, 2, 3, 1, 2], { strides: [2, 1, 3], padding: 'SAME' }],
];

describe.each(['float32', 'float64', 'float16'] as const)('convTranspose in %s', (dtype) => {
  const tolerance = { float32: 1e-5, float64: 1e-13, float16: 4e-3 }[dtype];
  it.each(cases)('%s, with its derivatives', async (_, operand, window, options) => {
    const [x, kernel] = [arbitrary(operand, dtype), arbitrary(window, dtype)];
    const loss = (a: Tensor, w: Tensor): Tensor => { const y = convTranspose(a, w, options); return sum(mul(y, y)); };
    await expectAgreement((a, w) => convTranspose(a, w, options), [x, kernel], { tolerance });
    if (dtype === 'float16') return;
    await expectAgreement((a, w) => grad(loss, { argnums: [0, 1] })(a, w) as Tensor[], [x, kernel], { tolerance: 20 * tolerance });
  });
  it('in groups', () => expectAgreement((a, w) => convGeneralDilated(a, w, { padding: [[1, 2], [0, 1]], lhsDilation: [2, 3], featureGroupCount: 2 }), [arbitrary([2, 4, 3, 3], dtype), arbitrary([6, 2, 3, 2], dtype)], { tolerance }));
});

const operators = (f: (...args: Tensor[]) => unknown, ...args: Tensor[]): (string | undefined)[] => compile(f as (...args: Tensor[]) => Tensor).lower(...args).graph.node!.map(({ opType }) => opType);

describe('graphs', () => {
  it('a transposed convolution with known weights is one operator between two changes of layout', () => {
    const kernel = arbitrary([3, 3, 2, 4]);
    const model = exportOnnx((x: Tensor) => convTranspose(x, kernel, { strides: [2, 2], padding: 'SAME' }), [spec('float32', ['batch', 4, 4, 2])]);
    expect(model.graph.node!.map(({ opType }) => opType)).toEqual(['Transpose', 'ConvTranspose', 'Transpose']);
  });
  it('the derivative of a convolution with strides turns its kernel round not at all', () => {
    const kernel = arbitrary([4, 2, 3, 3]);
    const loss = (x: Tensor, w: Tensor): Tensor => { const y = convGeneralDilated(x, w, { padding: [[1, 1], [1, 1]], windowStrides: [2, 2] }); return sum(mul(y, y)); };
    const found = operators((x, w) => grad(loss)(x, w), arbitrary([2, 2, 6, 6]), kernel);
    expect(found.filter((op) => op === 'ConvTranspose' || op === 'Slice' || op === 'Pad')).toEqual(['ConvTranspose']);
  });
});
