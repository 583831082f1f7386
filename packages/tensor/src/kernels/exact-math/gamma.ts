/**
 * `lgamma` and `digamma` in float64. The float32 kernels round these: near the zeros of lgamma they are more accurate than
 * XLA's own float32 functions, which lose most digits there.
 */

import { eulerGamma, halfLog2Pi, stirling, stirlingFrom, zetaLessOne } from './coefficients.js';

const { abs, log, log1p, round, sin, tan, PI } = Math;

/** (zeta(k) - 1) / k for k = 2, 3, ...: the coefficients of (-x)^k in lgamma(2 + x). */
const seriesAtTwo = zetaLessOne.map((value, i) => value / (i + 2));

/** lgamma(2 + x) for x from -1/2 to 1/2. */
function lgammaNearTwo(x: number): number {
  let sum = 0;
  for (let i = seriesAtTwo.length - 1; i >= 0; i--) sum = seriesAtTwo[i]! - x * sum;
  return x * (1 - eulerGamma + x * sum);
}

/** lgamma of a positive number from 1/2 on. */
function lgammaPositive(x: number): number {
  if (x < 1.5) return lgammaNearTwo(x - 1) - log1p(x - 1);
  if (x >= stirlingFrom) {
    const inverseSquare = 1 / (x * x);
    let sum = 0;
    for (let i = stirling.length - 1; i >= 0; i--) sum = sum * inverseSquare + stirling[i]!;
    // (x - 1/2) (log x - 1) - 1/2 in place of (x - 1/2) log x - x: the difference of two infinities is no number.
    return (x - 0.5) * (log(x) - 1) + (halfLog2Pi - 0.5) + sum / x;
  }
  let product = 1;
  let reduced = x;
  while (reduced > 2.5) {
    reduced -= 1;
    product *= reduced;
  }
  return lgammaNearTwo(reduced - 2) + log(product);
}

/** x less the nearest integer: exact, so that pi times it keeps its digits near a pole. 0 at infinities. */
const fromNearestInteger = (x: number): number => (Number.isFinite(x) ? x - round(x) : 0);

/** log |gamma(x)|: +Infinity at 0 and the negative integers and at both infinities. */
export function lgamma(x: number): number {
  if (x >= 0.5) return lgammaPositive(x);
  if (Number.isNaN(x)) return NaN;
  if (x > -0.5) return x === 0 ? Infinity : lgammaPositive(x + 1) - log(abs(x));
  // Reflection: gamma(x) gamma(1 - x) = pi / sin(pi x).
  const turn = fromNearestInteger(x);
  if (turn === 0) return Infinity;
  return log(PI / abs(sin(PI * turn))) - lgammaPositive(1 - x);
}

/** B(2k) / (2k), k = 1, 2, ...: the asymptotic series of digamma in 1 / x^2. */
const digammaSeries = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160];

/** The derivative of lgamma: NaN at 0 and the negative integers, as in JAX. */
export function digamma(x: number): number {
  if (x <= 0) {
    const turn = fromNearestInteger(x);
    if (turn === 0) return NaN;
    return digamma(1 - x) - PI / tan(PI * turn);
  }
  if (x === Infinity) return x;
  let sum = 0;
  let shifted = x;
  while (shifted < stirlingFrom) {
    sum -= 1 / shifted;
    shifted += 1;
  }
  const inverseSquare = 1 / (shifted * shifted);
  let series = 0;
  for (let i = digammaSeries.length - 1; i >= 0; i--) series = (series + digammaSeries[i]!) * inverseSquare;
  return sum + log(shifted) - 0.5 / shifted - series;
}
