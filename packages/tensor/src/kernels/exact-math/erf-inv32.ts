/** `erfInv` of float32 numbers with the bits that XLA gives on an x86 CPU with fused multiply-add: normal samples are made by it. */
import { fma32 } from './fma32.js';
import { log1p32, log1pLimitBits, log1pNearZero, logOfNormal } from './log32.js';

const { fround, abs, sqrt } = Math;

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

/** The constants of `erfInv32` for other executors: the polynomials in w - 2.5 and in sqrt(w) - 3, leading coefficients first. */
export const erfInv32Centre: readonly number[] = [centre0, centre1, centre2, centre3, centre4, centre5, centre6, centre7, centre8];
export const erfInv32Tail: readonly number[] = [tail0, tail1, tail2, tail3, tail4, tail5, tail6, tail7, tail8];

/** erfInv(x) / x of w = -log(1 - x^2) < 5. */
function centre(w: number): number {
  const t = fround(w - 2.5);
  let p = fma32(centre0, t, centre1);
  p = fma32(p, t, centre2);
  p = fma32(p, t, centre3);
  p = fma32(p, t, centre4);
  p = fma32(p, t, centre5);
  p = fma32(p, t, centre6);
  p = fma32(p, t, centre7);
  return fma32(p, t, centre8);
}

/** erfInv(x) / x of larger w. */
function tail(w: number): number {
  const t = fround(fround(sqrt(w)) - 3);
  let p = fma32(tail0, t, tail1);
  p = fma32(p, t, tail2);
  p = fma32(p, t, tail3);
  p = fma32(p, t, tail4);
  p = fma32(p, t, tail5);
  p = fma32(p, t, tail6);
  p = fma32(p, t, tail7);
  return fma32(p, t, tail8);
}

/** The inverse of the error function; NaN outside [-1, 1]. */
export function erfInv32(x: number): number {
  if (!(abs(x) < 1)) return x === 1 ? Infinity : x === -1 ? -Infinity : NaN;
  const w = -log1p32(-fround(x * x));
  return fround((w < 5 ? centre(w) : tail(w)) * x);
}

/** How many numbers `erfInvChunk` takes at most. */
export const erfInvChunkLength = 1024;

const squares = new Float32Array(erfInvChunkLength);
const squareBits = new Uint32Array(squares.buffer);
const below = new Uint16Array(erfInvChunkLength + 1);
const above = new Uint16Array(erfInvChunkLength + 1);
const far = new Uint16Array(erfInvChunkLength + 1);
/** The bits of 0.99: w is less than 5 for all squares below. */
const farBits = 0x3f7d70a4;

/**
 * `erfInv32` of the first `count` numbers of x, in less than half the time: the branches of the logarithm, which a processor
 * cannot foresee, become lists of places, so that the long chains of roundings of many numbers run side by side.
 */
export function erfInvChunk(x: Float32Array, count: number, out: Float32Array): void {
  let belowCount = 0;
  let aboveCount = 0;
  let farCount = 0;
  for (let i = 0; i < count; i++) {
    squares[i] = x[i]! * x[i]!;
    const bits = squareBits[i]! & 0x7fffffff;
    const isBelow = (bits - log1pLimitBits) >>> 31;
    below[belowCount] = i;
    above[aboveCount] = i;
    far[farCount] = i;
    belowCount += isBelow;
    aboveCount += 1 - isBelow;
    farCount += 1 - ((bits - farBits) >>> 31);
  }
  logsBelow(belowCount);
  logsAbove(aboveCount);
  for (let i = 0; i < count; i++) out[i] = centre(squares[i]!) * x[i]!;
  for (let i = 0; i < farCount; i++) out[far[i]!] = erfInv32(x[far[i]!]!);
}

/** Replaces squares by w, where they are below the limit of the rational approximation. */
function logsBelow(count: number): void {
  for (let i = 0; i < count; i++) {
    const at = below[i]!;
    squares[at] = -log1pNearZero(-squares[at]!);
  }
}

function logsAbove(count: number): void {
  for (let i = 0; i < count; i++) {
    const at = above[i]!;
    squares[at] = -logOfNormal(fround(1 - squares[at]!));
  }
}
