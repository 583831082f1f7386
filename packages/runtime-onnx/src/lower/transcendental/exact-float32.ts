/**
 * `log` and `log1p` of float32 numbers with the bits of the eager kernels (which have XLA's): random samples are built from them.
 * Every fused multiply-add is a float64 product and sum, rounded once.
 */
import { abs, add, cast, clip, div, greaterThan, lessThan, log, mul, neg, predicate, scalar, unary, where, withNumber } from '../../emit/arithmetic.js';
import { gather } from '../../emit/layout.js';
import { tensorData } from '../../graph/constants.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import { callElementwise } from './local-function.js';

const { fround } = Math;

/** Float64 values rounded to float32, still stored as float64. */
export const rounded = (b: GraphBuilder, x: Value): Value => cast(b, cast(b, x, 'float32'), 'float64');

/** The polynomial by Horner's rule, each step a fused multiply-add of float32 numbers. */
export function fusedPolynomial(b: GraphBuilder, coefficients: readonly number[], x: Value): Value {
  const [leading, ...rest] = coefficients.map(fround);
  let sum = scalar(b, 'float64', leading!);
  rest.forEach((coefficient, i) => {
    const product = i === 0 && leading === 1 ? x : mul(b, sum, x);
    sum = rounded(b, withNumber(b, 'Add', product, coefficient));
  });
  return sum;
}

// Cephes `logf` (S. Moshier), with XLA's rounding of the coefficients (their float32 bits: 3d9021bb bdebd1b8 3def251a,
// bdfe5d4f 3e11e9bf be2aae50, 3e4cceac be7ffffc 3eaaaaaa).
const float32OfBits = (bits: number): number => new Float32Array(new Uint32Array([bits]).buffer)[0]!;
const logHigh = [0x3d9021bb, 0xbdebd1b8, 0x3def251a].map(float32OfBits);
const logMiddle = [0xbdfe5d4f, 0x3e11e9bf, 0xbe2aae50].map(float32OfBits);
const logLow = [0x3e4cceac, 0xbe7ffffc, 0x3eaaaaaa].map(float32OfBits);
const ln2High = 0.693359375;
const ln2Low = fround(-2.1219444e-4);
const sqrtHalf = float32OfBits(0x3f3504f3);

interface SplitNumber {
  /** From 1/2 to 1. */
  readonly mantissa: Value;
  readonly exponent: Value;
}

/** The powers of two by which float32 numbers are scaled. */
const largestPower = 128;
const powersOfTwo = tensorData('float64', [2 * largestPower], Array.from({ length: 2 * largestPower }, (_, k) => 2 ** (k - largestPower)));

/** x = mantissa 2^exponent: the exponent by a logarithm, and put right by one where that rounds badly. */
function splitNumber(b: GraphBuilder, given: Value): SplitNumber {
  const number = (value: number): Value => scalar(b, 'float64', value);
  // What is not positive and finite is not used; it must only give a place in the table.
  const isUsed = predicate(b, 'And', [greaterThan(b, given, 0), lessThan(b, given, Infinity)]);
  const x = where(b, isUsed, given, number(1));
  const guess = neg(b, unary(b, 'Ceil', withNumber(b, 'Mul', log(b, x), 1 / Math.LN2)));
  const limited = clip(b, guess, -largestPower, largestPower - 1);
  const place = cast(b, withNumber(b, 'Add', limited, largestPower), 'int32');
  const scaled = mul(b, x, gather(b, b.constant(powersOfTwo), place, 0));
  const isLow = lessThan(b, scaled, 0.5);
  const isHigh = predicate(b, 'GreaterOrEqual', [scaled, number(1)]);
  const factor = where(b, isLow, number(2), where(b, isHigh, number(0.5), number(1)));
  const shift = where(b, isLow, number(-1), where(b, isHigh, number(1), number(0)));
  return { mantissa: mul(b, scaled, factor), exponent: add(b, neg(b, limited), shift) };
}

/** `log` of normal float32 numbers, as float64 values. */
export function logBits(b: GraphBuilder, x: Value): Value {
  const { mantissa, exponent: whole } = splitNumber(b, x);
  const isSmall = lessThan(b, mantissa, sqrtHalf);
  const number = (value: number): Value => scalar(b, 'float64', value);
  const exponent = add(b, whole, where(b, isSmall, number(-1), number(0)));
  const y = add(b, withNumber(b, 'Sub', mantissa, 1), where(b, isSmall, mantissa, number(0)));
  const squared = rounded(b, mul(b, y, y));
  const cube = rounded(b, mul(b, squared, y));
  const [high, middle, low] = [logHigh, logMiddle, logLow].map((coefficients) => fusedPolynomial(b, coefficients, y));
  const upper = rounded(b, add(b, mul(b, high!, cube), middle!));
  const series = rounded(b, add(b, mul(b, upper, cube), low!));
  const tail = rounded(b, add(b, mul(b, series, cube), rounded(b, withNumber(b, 'Mul', exponent, ln2Low))));
  const head = rounded(b, add(b, withNumber(b, 'Mul', squared, -0.5), y));
  const inside = rounded(b, add(b, withNumber(b, 'Mul', exponent, ln2High), rounded(b, add(b, head, tail))));
  // 0, infinity, negative numbers, NaN and subnormal numbers: by the operator, as the eager kernel.
  const isNormal = predicate(b, 'And', [predicate(b, 'GreaterOrEqual', [x, number(2 ** -126)]), lessThan(b, x, Infinity)]);
  return where(b, isNormal, inside, rounded(b, log(b, x)));
}

/** sqrt(2) - 1, the end of the rational approximation. */
const log1pLimit = float32OfBits(0x3ed413cd);
// Cephes `log1p`.
const log1pP = [4.5270000862445199635215e-5, 4.9854102823193375972212e-1, 6.5787325942061044846969, 2.9911919328553073277375e1, 6.0949667980987787057556e1, 5.7112963590585538103336e1, 2.0039553499201281259648e1];
const log1pQ = [1, 1.5062909083469192043167e1, 8.3047565967967209469434e1, 2.2176239823732856465394e2, 3.0909872225312059774938e2, 2.1642788614495947685003e2, 6.0118660497603843919306e1];

/** `log1p` of float32 numbers, as float64 values. */
export function log1pBits(b: GraphBuilder, x: Value): Value {
  const p = fusedPolynomial(b, log1pP, x);
  const q = fusedPolynomial(b, log1pQ, x);
  const squared = rounded(b, mul(b, x, x));
  const cube = rounded(b, mul(b, squared, x));
  const scaledRatio = rounded(b, mul(b, cube, rounded(b, div(b, p, q))));
  const correction = rounded(b, add(b, withNumber(b, 'Mul', squared, -0.5), scaledRatio));
  const near = rounded(b, add(b, x, correction));
  const far = logBits(b, rounded(b, withNumber(b, 'Add', x, 1)));
  return where(b, lessThan(b, abs(b, x), log1pLimit), near, far);
}

const inFloat64 = (name: string, nodes: (b: GraphBuilder, x: Value) => Value) => (b: GraphBuilder, x: Value): Value =>
  callElementwise(b, name, x, (inner, given) => cast(inner, nodes(inner, cast(inner, given, 'float64')), 'float32'));

/** Of float32 values, by a local function of some 70 nodes. */
export const exactLog = inFloat64('ExactLog', logBits);
export const exactLog1p = inFloat64('ExactLog1p', log1pBits);
