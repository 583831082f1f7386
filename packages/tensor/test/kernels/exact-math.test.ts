import { describe, expect, it } from 'vitest';
import { digamma, erf32, erf64, erfInv32, erfInv64, erfInvChunk, erfInvChunkLength, fma32, lgamma, log1p32, log32 } from '../../src/kernels/exact-math.js';
import { checksum } from '../random/checksum.js';

/**
 * The checksums are those of `jax.jit(lax.log)(x)` and so on, JAX 0.10.2 on an x86 CPU, for these arguments:
 *   unit  = arange(2**20) * 2.0**-19 - 1               above = arange(1, 2**20 + 1) * 2.0**-19 - 1
 *   wide  = arange(2**20) * 2.0**-17 - 4               normal numbers: uint32 bits 0x00800000 + 2031 * arange(2**20)
 */
const count = 2 ** 20;
const ramp = (step: number, start: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i * step + start);
const unit = ramp(2 ** -19, -1);
const above = ramp(2 ** -19, 2 ** -19 - 1);
const wide = ramp(2 ** -17, -4);
const normals = new Float32Array(Uint32Array.from({ length: count }, (_, i) => 0x00800000 + i * 2031).buffer);

describe('float32 functions with the bits of XLA', () => {
  it.each([
    ['log32', log32, normals, 1870926107],
    ['log1p32', log1p32, above, 3845721010],
    ['log1p32 of large numbers', log1p32, normals, 3076908202],
    ['erf32', erf32, wide, 1221642262],
    ['erfInv32', erfInv32, unit, 1043431106],
  ])('%s gives the bits of XLA over a million arguments', (_name, f, x, expected) => {
    expect(checksum(x.map(f))).toBe(expected);
  });

  it('erfInvChunk gives the bits of erfInv32, at hostile points too', () => {
    const x = Float32Array.from({ length: erfInvChunkLength }, (_, i) => Math.sin(i * 1.7) ** 3);
    x.set([0, -0, 1, -1, 2, -2, Infinity, NaN, -NaN, 1 - 2 ** -24, 2 ** -24 - 1, 2 ** -149, 2 ** -126, 0.99, 0.995, 0.9966]);
    const out = new Float32Array(erfInvChunkLength);
    erfInvChunk(x, erfInvChunkLength, out);
    expect(out).toEqual(x.map(erfInv32));
  });

  it('fma32 rounds once', () => {
    const x = 1 + 2 ** -23;
    expect(fma32(x, x, -Math.fround(x * x))).toBe(2 ** -46);
  });

  it.each([
    ['log32', log32, [[0, -Infinity], [-0, -Infinity], [1, 0], [-1, NaN], [Infinity, Infinity], [-Infinity, NaN], [NaN, NaN]]],
    ['log1p32', log1p32, [[0, 0], [-0, -0], [-1, -Infinity], [-2, NaN], [Infinity, Infinity], [-Infinity, NaN], [NaN, NaN]]],
    ['erf32', erf32, [[0, 0], [-0, -0], [5, 1], [-5, -1], [Infinity, 1], [-Infinity, -1], [NaN, NaN]]],
    ['erfInv32', erfInv32, [[0, 0], [-0, -0], [1, Infinity], [-1, -Infinity], [2, NaN], [Infinity, NaN], [NaN, NaN]]],
  ])('%s keeps to its limits at zeros, ends, infinities and NaN', (_name, f, cases) => {
    expect(cases.map(([x]) => f(x!))).toEqual(cases.map(([, y]) => y));
  });

  it('subnormal numbers are numbers, not zeros', () => {
    const tiny = 2 ** -149;
    expect(log32(tiny)).toBe(Math.fround(-149 * Math.LN2));
    expect(log1p32(tiny)).toBe(tiny);
    expect(erf32(2 ** -140)).toBeGreaterThan(2 ** -140);
    expect(erfInv32(2 ** -140)).toBeGreaterThan(0);
  });
});

/** Expected numbers: scipy.special 1.17. */
describe('float64 functions', () => {
  const points = [0.1, 1.25, 2.75, 9.5, 40.25, -0.3, -3.7, 1e-5];
  const expectClose = (got: readonly number[], want: readonly number[]): void => {
    got.forEach((value, i) => expect(Math.abs(value / want[i]! - 1)).toBeLessThan(2e-14));
  };

  it('erf64 agrees with scipy', () => {
    expectClose(
      [1e-9, 0.3, 0.99, 1.5, 3.7, -2.25].map(erf64),
      [1.1283791670955127e-9, 0.3286267594591274, 0.8385080695553698, 0.9661051464753108, 0.9999998328489421, -0.9985372834133188],
    );
  });

  it('erfInv64 agrees with scipy', () => {
    expectClose(
      [1e-9, 0.3, 0.99, -0.5].map(erfInv64),
      [8.86226925452758e-10, 0.2724627147267544, 1.8213863677184496, -0.4769362762044699],
    );
  });

  it('lgamma agrees with scipy', () => {
    expectClose(points.map(lgamma), [
      2.252712651734206, -0.09827183642181311, 0.4752146669149372, 11.689333420797269, 107.55163153760462, 1.4648400508576027, -1.3797399049658245,
      11.512919692895826,
    ]);
  });

  it('lgamma keeps its relative accuracy at its zeros 1 and 2', () => {
    expect(lgamma(1 + 2 ** -40) / (-0.5772156649015329 * 2 ** -40)).toBeCloseTo(1, 11);
    expect(lgamma(2 + 2 ** -40) / ((1 - 0.5772156649015329) * 2 ** -40)).toBeCloseTo(1, 11);
  });

  it('digamma agrees with scipy', () => {
    expectClose(points.map(digamma), [
      -10.423754940411076, -0.2274535333762654, 0.8189010249754325, 2.1977378764029494, 3.6826362084455626, 2.1133097796353972, -0.8450768588704185,
      -100000.57719921567,
    ]);
  });

  it.each([
    ['erf64', erf64, [[0, 0], [-0, -0], [7, 1], [-7, -1], [Infinity, 1], [-Infinity, -1], [NaN, NaN]]],
    ['erfInv64', erfInv64, [[0, 0], [-0, -0], [1, Infinity], [-1, -Infinity], [2, NaN], [Infinity, NaN], [NaN, NaN]]],
    ['lgamma', lgamma, [[0, Infinity], [1, 0], [2, 0], [-1, Infinity], [-2, Infinity], [Infinity, Infinity], [-Infinity, Infinity], [NaN, NaN]]],
    ['digamma', digamma, [[0, NaN], [-1, NaN], [-2, NaN], [Infinity, Infinity], [-Infinity, NaN], [NaN, NaN]]],
  ])('%s keeps to its limits at zeros, poles, infinities and NaN', (_name, f, cases) => {
    const got = cases.map(([x]) => f(x!));
    cases.forEach(([, y], i) => (y === 0 && f !== erf64 && f !== erfInv64 ? expect(Math.abs(got[i]!)).toBe(0) : expect(got[i]).toBe(y)));
  });
});
