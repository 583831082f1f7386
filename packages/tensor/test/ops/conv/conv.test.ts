import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { checkDerivatives, expectClose, numbersOf, randomNumbers } from '../../transforms/differences.js';

const functions = {
  conv: fx.conv,
  convWithGeneralPadding: fx.convWithGeneralPadding,
  convTranspose: fx.convTranspose,
  convGeneralDilatedLocal: fx.convGeneralDilatedLocal,
  convGeneralDilatedPatches: (x: Tensor, options: fx.ConvPatchesOptions) => fx.convGeneralDilatedPatches(x, options),
};

interface JaxCase {
  readonly name: string;
  readonly fn: keyof typeof functions;
  readonly args: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly options: object;
  readonly shape: readonly number[];
  readonly y: readonly number[];
  readonly cotangent: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const { cases } = JSON.parse(readFileSync(new URL('./jax-conv.json', import.meta.url), 'utf8')) as { readonly cases: readonly JaxCase[] };
const f64 = (data: readonly number[], shape: readonly number[]): Tensor => fx.tensor(Float64Array.from(data), { shape });

describe('as JAX has it', () => {
  it.each(cases)('$fn: $name', ({ fn, args, options, shape, y, cotangent, gradients }) => {
    const apply = functions[fn] as (...all: unknown[]) => Tensor;
    const [value, back] = fx.vjp((...tensors: Tensor[]) => apply(...tensors, options), ...args.map((one) => f64(one.data, one.shape)));
    expect(value.shape).toEqual(shape);
    expectClose(numbersOf(value), y, 1e-13);
    const found = back(f64(cotangent, shape)) as Tensor[];
    gradients.forEach((wanted, i) => expectClose(numbersOf(found[i]!), wanted, 1e-12));
  });
});

const next = randomNumbers(5);
const random = (...shape: number[]): Tensor => f64(Array.from({ length: fx.sizeOf(shape) }, () => 2 * next() - 1), shape);

describe('derivatives agree with differences, forward with reverse, vmap with single examples, in first and second order', () => {
  it('convTranspose', () => checkDerivatives((x, w) => fx.convTranspose(x, w, { strides: [2, 1], padding: 'SAME', transposeKernel: true }), [random(1, 3, 4, 2), random(3, 2, 2, 2)]));
  it('convGeneralDilatedLocal', () => checkDerivatives((x, w) => fx.convGeneralDilatedLocal(x, w, { filterShape: [2], windowStrides: [2], padding: 'VALID' }), [random(2, 2, 6), random(3, 4, 3)]));
});

describe('convTranspose', () => {
  it('with the kernel of a convolution is its transpose', () => {
    const [x, kernel] = [random(2, 7, 5, 3), random(3, 2, 3, 4)];
    const options = { windowStrides: [2, 2], padding: 'SAME', dimensionNumbers: ['NHWC', 'HWIO', 'NHWC'] } as const;
    const [y, back] = fx.vjp((t: Tensor) => fx.convGeneralDilated(t, kernel, { ...options, padding: [[1, 1], [0, 1]] }), x);
    const cotangent = random(...(y.shape as number[]));
    const [wanted] = back(cotangent) as [Tensor];
    const found = fx.convTranspose(cotangent, kernel, { strides: [2, 2], padding: [[1, 1], [1, 0]], transposeKernel: true });
    expect(found.shape).toEqual(wanted.shape);
    expectClose(numbersOf(found), numbersOf(wanted), 1e-13);
  });
  it('refuses strides for other axes', () => {
    expect(() => fx.convTranspose(random(1, 3, 2), random(2, 2, 2), { strides: [1, 1], padding: 'SAME' })).toThrow(/strides/);
  });
  it('pads for SAME_LOWER as a plain convolution does, with strides of one alone', () => {
    const [x, kernel] = [fx.tensor([[[1], [2], [3], [4], [5]]]), fx.tensor([[[1]], [[10]], [[100]], [[1000]]])];
    expect(numbersOf(fx.convTranspose(x, kernel, { strides: [1], padding: 'SAME_LOWER', transposeKernel: true }))).toEqual([12, 123, 1234, 2345, 3450]);
    expect(() => fx.convTranspose(x, kernel, { strides: [2], padding: 'SAME_LOWER' })).toThrow(/padding/);
  });
  it('refuses a name of padding that JAX has not', () => {
    expect(() => fx.convTranspose(random(1, 3, 2), random(2, 2, 2), { strides: [1], padding: 'FULL' as 'SAME' })).toThrow(/padding/);
  });
  it('refuses a kernel of another rank', () => {
    expect(() => fx.convTranspose(random(1, 3, 2), random(2, 2), { strides: [1], padding: 'SAME' })).toThrow(fx.ShapeError);
  });
});

describe('a convolution over a symbolic axis', () => {
  it('may have a stride that divides its steps', () => {
    const { program } = fx.trace((x: Tensor) => [fx.convGeneralDilated(x, fx.zeros([3, 2, 2]), { padding: 'VALID', windowStrides: [2] })], [fx.spec('float32', [1, 2, fx.mulDim(fx.symbol('n'), 2)])]);
    expect(program.outputs.map(({ shape }) => fx.formatShape(shape))).toEqual(['(1, 3, n)']);
  });
});
