/**
 * Logarithms with the bits of JAX in every executor.
 *
 * Samples are built from float32 logarithms whose last bit depends on the order of roundings. The eager kernels of `log` and
 * `log1p` have XLA's order; other executors have their own. So a program gets a composite that spells the order out: each fused
 * multiply-add is a product and a sum in float64 rounded once, which any executor computes alike.
 */
import { tensor } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import type { CallRule } from '../primitives/call-rules.js';
import { log1pDenominator32, log1pLimit32, log1pNumerator32, log32Coefficients, log32Ln2, sqrtHalf32 } from '../kernels/exact-math.js';
import { composite } from '../ops/composite.js';
import { abs, add, clip, div, floor, greaterEqual, less, log, log1p, logicalAnd, mul, sub, where } from '../ops/elementwise.js';
import { take } from '../ops/indexing.js';
import { convert } from '../ops/operand.js';

const wide = (x: Tensor): Tensor => convert(x, 'float64');
const single = (x: Tensor): Tensor => convert(x, 'float32');

/** a * b + c with one rounding to float32, of float32 numbers that are held as float64. */
const fma = (a: Tensor, b: Tensor | number, c: Tensor | number): Tensor => single(add(mul(a, b), c));
/** a * b rounded to float32, held as float64 again. */
const product = (a: Tensor, b: Tensor | number): Tensor => wide(single(mul(a, b)));

/** A polynomial, leading coefficient first, by Horner's rule in fused multiply-adds. x is held as float64. */
function polynomial(coefficients: readonly number[], x: Tensor): Tensor {
  const [leading, next, ...rest] = coefficients;
  return rest.reduce((sum, coefficient) => fma(wide(sum), x, coefficient), fma(x, leading!, next!));
}

const smallestNormal = 2 ** -126;
const largestExponent = 128;
/** 2^128 to 2^-128, so that place `largestExponent + e` holds 2^-e. */
const inversePowers = Float64Array.from({ length: 2 * largestExponent + 1 }, (_, i) => 2 ** (largestExponent - i));

interface SplitNumber {
  /** From sqrt(1/2) to sqrt(2), float64. */
  readonly mantissa: Tensor;
  /** float64. */
  readonly exponent: Tensor;
}

/**
 * x = mantissa 2^exponent, for positive normal float32 numbers. Without bits to look at, the exponent is guessed by a logarithm, whose
 * last digits do not matter, since a wrong guess shows in the mantissa.
 */
function splitNumber(x: Tensor): SplitNumber {
  const guess = floor(add(mul(log(x), Math.LOG2E), 0.5));
  const powers = tensor(inversePowers, { dtype: 'float64' });
  const scaled = mul(wide(x), take(powers, add(convert(guess, 'int32'), largestExponent), { mode: 'clip' }));
  const isLow = less(scaled, sqrtHalf32);
  const isHigh = greaterEqual(scaled, 2 * sqrtHalf32);
  return {
    mantissa: mul(scaled, where(isLow, 2, where(isHigh, 0.5, 1))),
    exponent: add(wide(guess), where(isLow, -1, where(isHigh, 1, 0))),
  };
}

/** The logarithm of positive normal float32 numbers (Cephes `logf`). */
function logOfNormal(x: Tensor): Tensor {
  const { mantissa, exponent } = splitNumber(x);
  const y = sub(mantissa, 1);
  const square = product(y, y);
  const cube = product(square, y);
  const [high, middle, low] = log32Coefficients.map((coefficients) => wide(polynomial(coefficients, y))) as [Tensor, Tensor, Tensor];
  const series = wide(fma(wide(fma(high, cube, middle)), cube, low));
  const tail = fma(series, cube, product(exponent, log32Ln2.low));
  const head = fma(square, -0.5, y);
  return fma(exponent, log32Ln2.high, wide(add(head, tail)));
}

/** What is not a positive normal number takes the logarithm of the executor: zero, infinity, NaN and subnormal numbers. */
function logBits(x: Tensor): Tensor {
  const isNormal = logicalAnd(greaterEqual(x, smallestNormal), less(x, Infinity));
  return where(isNormal, logOfNormal(where(isNormal, x, 1)), log(x));
}

/** Cephes `log1p` below sqrt(2) - 1, the logarithm of 1 + x beyond. */
function log1pBits(x: Tensor): Tensor {
  const isNear = less(abs(x), log1pLimit32);
  const near = wide(clip(x, { min: -log1pLimit32, max: log1pLimit32 }));
  const ratio = div(polynomial(log1pNumerator32, near), polynomial(log1pDenominator32, near));
  const square = product(near, near);
  const correction = fma(square, -0.5, product(product(square, near), wide(ratio)));
  return where(isNear, add(single(near), correction), logBits(add(x, 1)));
}

const derivative = (slope: (x: Tensor, tangent: Tensor) => Tensor): CallRule => ({
  kind: 'jvp',
  jvp: ([x], [tangent]) => [tangent ? slope(x!, tangent) : null],
});
const logRule = derivative((x, tangent) => div(tangent, x));
const log1pRule = derivative((x, tangent) => div(tangent, add(x, 1)));

/** `log`, with JAX's bits in float32 whatever runs the program. */
export function exactLog(x: Tensor): Tensor {
  if (x.dtype !== 'float32' || !x.isTraced) return log(x);
  return composite('exactLog', [x], (operand) => [logBits(operand)], { rule: logRule })[0]!;
}

/** `log1p`, with JAX's bits in float32 whatever runs the program. */
export function exactLog1p(x: Tensor): Tensor {
  if (x.dtype !== 'float32' || !x.isTraced) return log1p(x);
  return composite('exactLog1p', [x], (operand) => [log1pBits(operand)], { rule: log1pRule })[0]!;
}
