import { tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compareTrees, type Tolerance } from '../src/compare.js';
import { decodeBfloat16, decodeFloat16 } from '../src/elements.js';

const exact: Tolerance = { mode: 'exact' };
const close = (rtol: number, atol: number): Tolerance => ({ mode: 'close', rtol, atol });
const ulp = (max: number): Tolerance => ({ mode: 'ulp', max });
const f32 = (...values: number[]): Tensor => tensor(Float32Array.from(values));
const bits32 = (...bits: number[]): Tensor => tensor(new Float32Array(Uint32Array.from(bits).buffer));

describe('compareTrees', () => {
  it('takes equal trees of tensors, literals, arrays and objects', () => {
    const tree = { a: f32(1, 2), b: [null, true, 'x', 3], c: {} };
    expect(compareTrees({ c: {}, b: [null, true, 'x', 3], a: f32(1, 2) }, tree, exact)).toBeUndefined();
  });

  it('names the path of the first difference and both numbers', () => {
    const got = { params: { Dense_0: { kernel: tensor([[1, 2], [3, 4.5]]) } } };
    const want = { params: { Dense_0: { kernel: tensor([[1, 2], [3, 4]], { dtype: 'float32' }) } } };
    expect(compareTrees(got, want, close(0, 0.1))).toMatch(/^params\/Dense_0\/kernel: got 4\.5 at \[1,1\], want 4, difference 0\.500, allowed 0\.100 \(1 of 4 elements differ\)$/);
  });

  it('says which keys are missing and which are too many', () => {
    expect(compareTrees({ a: 1, b: 2 }, { b: 2, c: 3 }, exact)).toBe('got an object without `c` and with `a`, which should not be there');
  });

  it('tells arrays of other lengths apart, and arrays from objects', () => {
    expect(compareTrees([1], [1, 2], exact)).toBe('got an array of 1, want an array of 2');
    expect(compareTrees({ 0: 1 }, [1], exact)).toMatch(/want an array of 1/);
    expect(compareTrees([1], { 0: 1 }, exact)).toMatch(/got an array of 1/);
  });

  it('takes undefined for null, and nothing else', () => {
    expect(compareTrees(undefined, null, exact)).toBeUndefined();
    expect(compareTrees(0, null, exact)).toBe('got 0, want null');
    expect(compareTrees(f32(1), null, exact)).toBe('got float32[1], want null');
  });

  it('compares a literal number with a number or a scalar, within the tolerance', () => {
    expect(compareTrees(1.05, 1, close(0, 0.1))).toBeUndefined();
    expect(compareTrees(tensor(1.05), 1, close(0, 0.1))).toBeUndefined();
    expect(compareTrees(1.2, 1, close(0, 0.1))).toBe('got 1.2, want 1');
    expect(compareTrees(f32(1), 1, close(0, 0.1))).toBe('got float32[1], want 1');
  });

  it('does not take a number for a tensor, nor true for 1', () => {
    expect(compareTrees(1, tensor(1), close(0, 1))).toBe('got 1, want int32[]');
    expect(compareTrees(true, 1, close(0, 1))).toBe('got true, want 1');
    expect(compareTrees(tensor(true), 1, close(0, 1))).toBe('got bool[], want 1');
  });

  it.each([exact, ulp(1e9), close(1, 1e9)])('requires equal dtypes and shapes in mode $mode', (tolerance) => {
    expect(compareTrees(tensor([1], { dtype: 'float64' }), f32(1), tolerance)).toBe('got float64[1], want float32[1]');
    expect(compareTrees(tensor([[1]], { dtype: 'float32' }), f32(1), tolerance)).toBe('got float32[1,1], want float32[1]');
    expect(compareTrees(tensor(1, { dtype: 'float32' }), f32(1), tolerance)).toBe('got float32[], want float32[1]');
  });
});

describe('mode exact', () => {
  it('compares bits: signs of zeros and payloads of NaNs count', () => {
    expect(compareTrees(f32(-0), f32(0), exact)).toMatch(/got -0 at \[0\], want 0/);
    expect(compareTrees(bits32(0x7fc00000), bits32(0x7fc00000), exact)).toBeUndefined();
    expect(compareTrees(bits32(0x7fc00001), bits32(0x7fc00000), exact)).toMatch(/NaN/);
  });

  it('tells neighbouring numbers apart in every dtype', () => {
    expect(compareTrees(bits32(0x3f800001), bits32(0x3f800000), exact)).toMatch(/1 ulp apart/);
    expect(compareTrees(tensor(BigInt64Array.of(2n ** 60n + 1n)), tensor(BigInt64Array.of(2n ** 60n)), exact)).toMatch(/1 ulp apart/);
    const half = (bits: number): Tensor => tensor(Uint16Array.of(bits), { dtype: 'float16' });
    expect(compareTrees(half(0x3c01), half(0x3c00), exact)).toMatch(/got 1\.0009765625 at \[0\], want 1/);
  });
});

describe('mode ulp', () => {
  it('counts representable numbers, across zero too', () => {
    expect(compareTrees(bits32(0x3f800002), bits32(0x3f800000), ulp(2))).toBeUndefined();
    expect(compareTrees(bits32(0x3f800003), bits32(0x3f800000), ulp(2))).toMatch(/3 ulp apart, allowed 2/);
    expect(compareTrees(bits32(0x80000001), bits32(0x00000001), ulp(2))).toBeUndefined();
    expect(compareTrees(bits32(0x80000001), bits32(0x00000001), ulp(1))).toMatch(/2 ulp apart/);
    expect(compareTrees(tensor([1 + 2 ** -52], { dtype: 'float64' }), tensor([1], { dtype: 'float64' }), ulp(1))).toBeUndefined();
  });

  it('takes NaN for NaN and never for a number', () => {
    expect(compareTrees(f32(Number.NaN), f32(Number.NaN), ulp(0))).toBeUndefined();
    expect(compareTrees(f32(Number.NaN), f32(1), ulp(2 ** 40))).toMatch(/got NaN/);
  });
});

describe('mode close', () => {
  it('allows atol + rtol * abs(want), and not a bit more', () => {
    expect(compareTrees(tensor([11.5], { dtype: 'float64' }), tensor([10], { dtype: 'float64' }), close(0.1, 0.5))).toBeUndefined();
    expect(compareTrees(tensor([11.5001], { dtype: 'float64' }), tensor([10], { dtype: 'float64' }), close(0.1, 0.5))).toMatch(/difference 1\.50, allowed 1\.50/);
    expect(compareTrees(tensor([1], { dtype: 'float64' }), tensor([0.8], { dtype: 'float64' }), close(0.22, 0))).toMatch(/difference/);
  });

  it('takes NaN for NaN, infinities by sign, and zeros of either sign', () => {
    expect(compareTrees(f32(Number.NaN, Infinity, -Infinity, -0), f32(Number.NaN, Infinity, -Infinity, 0), close(0, 0))).toBeUndefined();
    expect(compareTrees(f32(Infinity), f32(-Infinity), close(1, 1))).toMatch(/got Infinity at \[0\], want -Infinity/);
    expect(compareTrees(f32(Infinity), f32(3e38), close(10, 10))).toMatch(/got Infinity/);
    expect(compareTrees(f32(1), f32(Number.NaN), close(1, 1))).toMatch(/want NaN/);
  });

  it('compares 64-bit integers without rounding', () => {
    const int64 = (value: bigint): Tensor => tensor(BigInt64Array.of(value));
    expect(compareTrees(int64(2n ** 60n + 1n), int64(2n ** 60n), close(0, 0))).toMatch(/got 1152921504606846977/);
    expect(compareTrees(int64(2n ** 60n + 1n), int64(2n ** 60n), close(0, 1))).toBeUndefined();
  });
});

describe('half floats', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, Number.NaN],
  ])('decodes float16 %i as IEEE 754 binary16', (bits, value) => {
    expect(decodeFloat16(bits)).toBe(value);
  });

  it('decodes bfloat16 as the upper half of a float32', () => {
    expect(decodeBfloat16(0x3f80)).toBe(1);
    expect(decodeBfloat16(0xc049)).toBe(-3.140625);
    expect(decodeBfloat16(0xff80)).toBe(-Infinity);
  });
});
