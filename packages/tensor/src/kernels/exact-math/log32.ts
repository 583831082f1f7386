/**
 * `log` and `log1p` of float32 numbers with the bits that XLA gives on an x86 CPU with fused multiply-add: random samples are
 * built from them, and agree with JAX's to the last bit. Arguments are float32 numbers.
 *
 * XLA flushes subnormal numbers to zero; these functions keep them.
 */
import { fma32 } from './fma32.js';

const { fround, abs } = Math;

export const float32FromBits = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

// One float seen as bits, so that the hot functions allocate nothing.
const floatView = new Float32Array(1);
const bitsView = new Int32Array(floatView.buffer);

const smallestNormal = 2 ** -126;

// Cephes `logf` (S. Moshier), p0 to p8, with XLA's rounding.
const logP0 = float32FromBits(0x3d9021bb);
const logP1 = float32FromBits(0xbdebd1b8);
const logP2 = float32FromBits(0x3def251a);
const logP3 = float32FromBits(0xbdfe5d4f);
const logP4 = float32FromBits(0x3e11e9bf);
const logP5 = float32FromBits(0xbe2aae50);
const logP6 = float32FromBits(0x3e4cceac);
const logP7 = float32FromBits(0xbe7ffffc);
const logP8 = float32FromBits(0x3eaaaaaa);
/** ln 2 in two parts: the first is exact in few bits, so that its product with an exponent is exact. */
const ln2High = 0.693359375;
const ln2Low = fround(-2.12194440e-4);
/** The bits of sqrt(1/2). */
export const sqrtHalfBits = 0x3f3504f3;

/** The constants of `log32` for other executors: coefficients of the three cubics, leading ones first; ln 2 in two parts. */
export const log32Coefficients: readonly (readonly number[])[] = [[logP0, logP1, logP2], [logP3, logP4, logP5], [logP6, logP7, logP8]];
export const log32Ln2: { readonly high: number; readonly low: number } = { high: ln2High, low: ln2Low };
export const sqrtHalf32: number = float32FromBits(sqrtHalfBits);

/** The logarithm of a positive normal number. */
export function logOfNormal(x: number): number {
  floatView[0] = x;
  const bits = bitsView[0]!;
  // x = 2^exponent (1 + y), 1 + y from sqrt(1/2) to sqrt(2): the steps of 2^23 by which the bits lie above those of sqrt(1/2).
  const exponent = (bits - sqrtHalfBits) >> 23;
  bitsView[0] = bits - (exponent << 23);
  const y = floatView[0] - 1;
  const square = fround(y * y);
  const cube = fround(square * y);
  const high = fma32(fma32(logP0, y, logP1), y, logP2);
  const middle = fma32(fma32(logP3, y, logP4), y, logP5);
  const low = fma32(fma32(logP6, y, logP7), y, logP8);
  const series = fma32(fma32(high, cube, middle), cube, low);
  const tail = fma32(series, cube, fround(exponent * ln2Low));
  return fma32(exponent, ln2High, fround(fma32(square, -0.5, y) + tail));
}

/** The natural logarithm. */
export function log32(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x < smallestNormal) return fround(Math.log(x));
  return x === Infinity ? x : logOfNormal(x);
}

/** sqrt(2) - 1, the end of the rational approximation, and its bits. */
export const log1pLimitBits = 0x3ed413cd;
const log1pLimit = float32FromBits(log1pLimitBits);
// Cephes `log1p`, numerator and denominator (its leading coefficient is 1), rounded to float32.
const log1pP0 = fround(4.5270000862445199635215e-5);
const log1pP1 = fround(4.9854102823193375972212e-1);
const log1pP2 = fround(6.5787325942061044846969);
const log1pP3 = fround(2.9911919328553073277375e1);
const log1pP4 = fround(6.0949667980987787057556e1);
const log1pP5 = fround(5.7112963590585538103336e1);
const log1pP6 = fround(2.0039553499201281259648e1);
const log1pQ1 = fround(1.5062909083469192043167e1);
const log1pQ2 = fround(8.3047565967967209469434e1);
const log1pQ3 = fround(2.2176239823732856465394e2);
const log1pQ4 = fround(3.0909872225312059774938e2);
const log1pQ5 = fround(2.1642788614495947685003e2);
const log1pQ6 = fround(6.0118660497603843919306e1);

/** The constants of `log1p32` for other executors. */
export const log1pLimit32: number = log1pLimit;
export const log1pNumerator32: readonly number[] = [log1pP0, log1pP1, log1pP2, log1pP3, log1pP4, log1pP5, log1pP6];
export const log1pDenominator32: readonly number[] = [1, log1pQ1, log1pQ2, log1pQ3, log1pQ4, log1pQ5, log1pQ6];

/** log(1 + x) for x not 0, from 1 - sqrt(2) to sqrt(2) - 1. */
export function log1pNearZero(x: number): number {
  let p = fma32(log1pP0, x, log1pP1);
  p = fma32(p, x, log1pP2);
  p = fma32(p, x, log1pP3);
  p = fma32(p, x, log1pP4);
  p = fma32(p, x, log1pP5);
  p = fma32(p, x, log1pP6);
  let q = fround(x + log1pQ1);
  q = fma32(q, x, log1pQ2);
  q = fma32(q, x, log1pQ3);
  q = fma32(q, x, log1pQ4);
  q = fma32(q, x, log1pQ5);
  q = fma32(q, x, log1pQ6);
  const square = fround(x * x);
  const cube = fround(square * x);
  return fround(x + fma32(square, -0.5, fround(cube * fround(p / q))));
}

/** log(1 + x), accurate near 0. */
export function log1p32(x: number): number {
  if (x === 0) return x; // with its sign
  return abs(x) < log1pLimit ? log1pNearZero(x) : log32(fround(x + 1));
}
