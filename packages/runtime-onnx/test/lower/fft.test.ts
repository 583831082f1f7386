import { add, type ComplexPair, fft, fft2, grad, ifft, irfft, mul, rfft, rfftn, spec, sum, type Tensor, vmap } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/index.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

const parts = ({ real, imag }: ComplexPair): Tensor[] => [real, imag];

describe.each(['float32', 'float64'] as const)('Fourier transforms in %s', (dtype) => {
  /** Relative to numbers of about the square root of the length. */
  const tolerance = (n: number): number => (dtype === 'float32' ? 3e-6 : 2e-14) * Math.sqrt(n);
  const x = (...shape: number[]): Tensor => arbitrary(shape, dtype);
  it.each([1, 2, 3, 7, 16, 60, 64, 100, 128, 256, 257, 300, 1000, 1024])('of length %i', async (n) => {
    const options = { tolerance: tolerance(n) };
    await expectAgreement((real, imag) => parts(fft({ real, imag })), [x(3, n), x(3, n)], options);
    await expectAgreement((real, imag) => parts(ifft({ real, imag }, { norm: 'ortho' })), [x(3, n), x(3, n)], options);
    await expectAgreement((t) => parts(rfft(t)), [x(3, n)], options);
    await expectAgreement((real, imag) => irfft({ real, imag }, { n }), [x(2, Math.floor(n / 2) + 1), x(2, Math.floor(n / 2) + 1)], options);
  });
  it.each([5, 128, 300])('along another axis, in one dimension and in batches, of length %i', async (n) => {
    const options = { tolerance: tolerance(n) };
    await expectAgreement((t) => parts(rfft(t, { axis: 0 })), [x(n, 2, 3)], options);
    await expectAgreement((t) => parts(rfft(t)), [x(n)], options);
    await expectAgreement((t) => parts(vmap((s: Tensor) => rfft(s))(t) as ComplexPair), [x(2, 3, n)], options);
  });
  it('along several axes', async () => {
    await expectAgreement((real, imag) => parts(fft2({ real, imag })), [x(2, 6, 8), x(2, 6, 8)], { tolerance: tolerance(48) });
    await expectAgreement((t) => parts(rfftn(t)), [x(3, 4, 5)], { tolerance: tolerance(60) });
  });
  it.each([6, 128, 300])('with derivatives of first and second order, of length %i', async (n) => {
    const power = (t: Tensor): Tensor => { const { real, imag } = rfft(mul(t, t)); return sum(add(mul(real, real), mul(imag, mul(imag, real)))); };
    const scale = { tolerance: (dtype === 'float32' ? 2e-5 : 1e-12) * n };
    await expectAgreement((t) => grad(power)(t), [x(n)], scale);
    await expectAgreement((t) => grad((s: Tensor) => sum(mul(s, grad(power)(s))))(t), [x(n)], scale);
  });
});

const operators = (f: (x: Tensor) => Tensor | Tensor[], n: number): (string | undefined)[] =>
  exportOnnx(f, [spec('float32', ['batch', n])]).graph.node!.map(({ opType }) => opType);

describe('graphs', () => {
  it('a short transform of real numbers is a product, of which only what is read is computed', () => {
    expect(operators((x) => rfft(x, {}).real, 6)).toEqual(['MatMul', 'Slice']);
    expect(operators((x) => parts(fft(x)), 6)).toEqual(['MatMul', 'Split']);
  });
  it('a power of two is the operator', () => expect(operators((x) => parts(fft(x)), 1024)).toEqual(['Reshape', 'DFT', 'Gather', 'Gather']));
  it('other long ones go through the operator', () => expect(operators((x) => parts(fft(x)), 1000).filter((op) => op === 'DFT' || op === 'MatMul')).toEqual(['DFT', 'DFT']));
  it('older opsets say the axis otherwise', () => expectAgreement((x) => parts(fft(x)), [arbitrary([3, 128])], { opset: 18, tolerance: 1e-4 }));
});
