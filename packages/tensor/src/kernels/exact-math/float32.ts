/**
 * `log`, `log1p`, `erf` and `erfInv` of float32 numbers with the bits that XLA gives on an x86 CPU with fused
 * multiply-add: random samples are built from them, and agree with JAX's to the last bit. Arguments are float32 numbers.
 *
 * XLA flushes subnormal numbers to zero; these functions keep them.
 */
import { fma32 } from './fma32.js';

const { fround, abs, sqrt } = Math;

const float32FromBits = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
};

// One float seen as bits, so that the hot functions allocate nothing.
const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

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
const sqrtHalfMantissa = 0x3504f3;

/** The natural logarithm. */
export function log32(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x < smallestNormal) return fround(Math.log(x));
  if (x === Infinity) return x;
  floatView[0] = x;
  const bits = bitsView[0]!;
  const mantissa = bits & 0x7fffff;
  // x = 2^exponent (1 + y), 1 + y from sqrt(1/2) to sqrt(2).
  let exponent = (bits >>> 23) - 126;
  bitsView[0] = mantissa | 0x3f000000;
  let y = floatView[0] - 1;
  if (mantissa < sqrtHalfMantissa) {
    exponent -= 1;
    y += floatView[0];
  }
  const square = fround(y * y);
  const cube = fround(square * y);
  const high = fma32(fma32(logP0, y, logP1), y, logP2);
  const middle = fma32(fma32(logP3, y, logP4), y, logP5);
  const low = fma32(fma32(logP6, y, logP7), y, logP8);
  const series = fma32(fma32(high, cube, middle), cube, low);
  const tail = fma32(series, cube, fround(exponent * ln2Low));
  return fma32(exponent, ln2High, fround(fma32(square, -0.5, y) + tail));
}

/** sqrt(2) - 1, the end of the rational approximation. */
const log1pLimit = float32FromBits(0x3ed413cd);
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

/** log(1 + x), accurate near 0. */
export function log1p32(x: number): number {
  if (!(abs(x) < log1pLimit)) return log32(fround(x + 1));
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
  const correction = fma32(square, -0.5, fround(cube * fround(p / q)));
  return x === 0 ? x : fround(x + correction); // -0 + 0 would be +0
}

/** From here on erf rounds to 1. */
const erfLimit = float32FromBits(0x407547cb);
// Eigen's rational approximation of erf in x^2.
const erfP0 = fround(0.00022905065861350646);
const erfP1 = fround(0.0034082910107109506);
const erfP2 = fround(0.050955695062380861);
const erfP3 = fround(0.18520832239976145);
const erfP4 = fround(1.128379143519084);
const erfQ0 = fround(-1.1791602954361697e-7);
const erfQ1 = fround(0.000023547966471313185);
const erfQ2 = fround(0.0010179625278914885);
const erfQ3 = fround(0.014070470171167667);
const erfQ4 = fround(0.11098505178285362);
const erfQ5 = fround(0.49746925110067538);

/** The error function. */
export function erf32(x: number): number {
  if (abs(x) >= erfLimit) return x > 0 ? 1 : -1;
  const s = fround(x * x);
  const p = fma32(fma32(fma32(fma32(erfP0, s, erfP1), s, erfP2), s, erfP3), s, erfP4);
  const q = fma32(fma32(fma32(fma32(fma32(fma32(erfQ0, s, erfQ1), s, erfQ2), s, erfQ3), s, erfQ4), s, erfQ5), s, 1);
  return fround(fround(x * p) / q);
}

// M. Giles, "Approximating the erfinv function": the central polynomial and that of the tails.
const centre0 = fround(2.81022636e-8);
const centre1 = fround(3.43273939e-7);
const centre2 = fround(-3.5233877e-6);
const centre3 = fround(-4.39150654e-6);
const centre4 = fround(0.00021858087);
const centre5 = fround(-0.00125372503);
const centre6 = fround(-0.00417768164);
const centre7 = fround(0.246640727);
const centre8 = fround(1.50140941);
const tail0 = fround(-0.000200214257);
const tail1 = fround(0.000100950558);
const tail2 = fround(0.00134934322);
const tail3 = fround(-0.00367342844);
const tail4 = fround(0.00573950773);
const tail5 = fround(-0.0076224613);
const tail6 = fround(0.00943887047);
const tail7 = fround(1.00167406);
const tail8 = fround(2.83297682);

/** The inverse of the error function; NaN outside [-1, 1]. */
export function erfInv32(x: number): number {
  if (!(abs(x) < 1)) return x === 1 ? Infinity : x === -1 ? -Infinity : NaN;
  const w = -log1p32(-fround(x * x));
  let p: number;
  if (w < 5) {
    const t = fround(w - 2.5);
    p = fma32(centre0, t, centre1);
    p = fma32(p, t, centre2);
    p = fma32(p, t, centre3);
    p = fma32(p, t, centre4);
    p = fma32(p, t, centre5);
    p = fma32(p, t, centre6);
    p = fma32(p, t, centre7);
    p = fma32(p, t, centre8);
  } else {
    const t = fround(fround(sqrt(w)) - 3);
    p = fma32(tail0, t, tail1);
    p = fma32(p, t, tail2);
    p = fma32(p, t, tail3);
    p = fma32(p, t, tail4);
    p = fma32(p, t, tail5);
    p = fma32(p, t, tail6);
    p = fma32(p, t, tail7);
    p = fma32(p, t, tail8);
  }
  return fround(p * x);
}
