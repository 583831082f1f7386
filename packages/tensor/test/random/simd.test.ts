import { afterEach, describe, expect, it, vi } from 'vitest';
import { fillNormal32, fillUniform32 } from '../../src/random/draw.js';
import * as random from '../../src/random/index.js';
import { drawVectors } from '../../src/random/simd/sampler.js';
import type { Tensor } from '../../src/tensor/tensor.js';

const { fround } = Math;
const words = (key: Tensor): Uint32Array => key.data() as Uint32Array;
// Not a multiple of the length of a call, nor of four.
const count = 3 * 8192 + 4099;

const intervals: readonly (readonly [string, number, number, number, number])[] = [
  ['all numbers', -(1 - 2 ** -24), 2, -Infinity, Infinity],
  ['two deviations', fround(-0.9544997), fround(1.9089994), fround(-1.9999999), fround(1.9999999)],
  ['one side, up to infinity', 0, 1, fround(1e-45), Infinity],
  ['the tail alone', fround(0.99), fround(0.01), fround(2.5), Infinity],
  ['both ends of the error function', -1, 2, -Infinity, Infinity],
];

describe('samples by vectors have the bits of the kernels in TypeScript', () => {
  it.each(intervals)('normal: %s', (_name, minval, span, lower, upper) => {
    const key = random.key(7);
    const [vectors, plain] = [new Float32Array(count), new Float32Array(count)];
    expect(drawVectors('normal', words(key), [minval, span, lower, upper], vectors)).toBe(true);
    fillNormal32(key, plain, { minval, span, lower, upper });
    expect(vectors).toEqual(plain);
  });

  it.each([[0, 1], [fround(-0.3), fround(1.3)], [fround(1e-38), 1]])('uniform from %f with span %f', (minval, span) => {
    const key = random.wrapKeyData([0xfedcba98, 0x76543210]);
    const [vectors, plain] = [new Float32Array(count), new Float32Array(count)];
    expect(drawVectors('uniform', words(key), [minval, span], vectors)).toBe(true);
    fillUniform32(key, plain, { minval, span });
    expect(vectors).toEqual(plain);
  });

  it('few samples are left to the kernels in TypeScript', () => {
    expect(drawVectors('uniform', words(random.key(7)), [0, 1], new Float32Array(100))).toBe(false);
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    // Else the files after this one would get the modules that went without.
    vi.resetModules();
  });

  it('the same samples are drawn', async () => {
    const expected = random.normal(random.key(3), [5000]).data();
    const refusing = vi.fn(function refuse() {
      throw new Error('refused by a content security policy');
    });
    vi.stubGlobal('WebAssembly', { Module: refusing, Instance: refusing });
    vi.resetModules();
    const { drawVectors: draw } = await import('../../src/random/simd/sampler.js');
    expect(draw('uniform', words(random.key(3)), [0, 1], new Float32Array(5000))).toBe(false);
    const fresh = await import('../../src/random/index.js');
    expect(fresh.normal(fresh.key(3), [5000]).data()).toEqual(expected);
  });
});
