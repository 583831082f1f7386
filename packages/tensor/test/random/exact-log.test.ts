import { describe, expect, it } from 'vitest';
import { grad, sum } from '../../src/index.js';
import { log1p32, log32 } from '../../src/kernels/exact-math.js';
import { runProgram } from '../../src/program/bind.js';
import { trace } from '../../src/program/trace.js';
import { exactLog, exactLog1p } from '../../src/random/exact-log.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';

const count = 20000;
const numbers = (of: (i: number) => number): Float32Array<ArrayBuffer> => Float32Array.from({ length: count }, (_, i) => of(i));

/** Positive normal numbers of every exponent, among them the powers of two and their neighbours. */
const normals = new Float32Array(Uint32Array.from({ length: count }, (_, i) => (((i % 254) + 1) << 23) + ([0, 1, 2, 0x7fffff, 0x3504f3, 0x3504f4][i % 6] ?? 0) + (i >> 3) * (i % 5)).buffer);
const fractions = numbers((i) => (i * 419 + 1) * 2 ** -23);
const special = Float32Array.of(0, -0, Infinity, -Infinity, NaN, -1, 1, 2 ** -140);

/** The function traced, then run: the composite's decomposition. */
function decomposed(f: (x: Tensor) => Tensor, data: Float32Array<ArrayBuffer>): Float32Array {
  const { program } = trace((x) => [f(x)], [{ shape: [data.length], dtype: 'float32' }]);
  return runProgram(program, [tensor(data)])[0]!.data() as Float32Array;
}

describe('logarithms in programs', () => {
  it.each([['positive normal numbers', normals], ['fractions', fractions], ['zeros, infinities, NaN, subnormal and negative numbers', special]])('exactLog has the bits of the kernel for %s', (_name, data) => {
    expect(decomposed(exactLog, data)).toEqual(data.map(log32));
  });

  it.each([
    ['numbers from -1 to 0', fractions.map((x) => -x)],
    ['numbers on both sides of the limit', numbers((i) => 0.40 + i * 2 ** -19)],
    ['large numbers', normals],
    ['zeros, infinities, NaN, subnormal and negative numbers', special],
  ])('exactLog1p has the bits of the kernel for %s', (_name, data) => {
    expect(decomposed(exactLog1p, data)).toEqual(data.map(log1p32));
  });

  it('their derivatives are 1 / x and 1 / (1 + x)', () => {
    const x = tensor([0.25, 0.5, 2]);
    expect(grad((t: Tensor) => sum(exactLog(t)))(x).toArray()).toEqual([4, 2, 0.5]);
    expect(grad((t: Tensor) => sum(exactLog1p(t)))(x).toArray()).toEqual([Math.fround(1 / 1.25), Math.fround(1 / 1.5), Math.fround(1 / 3)]);
  });
});
