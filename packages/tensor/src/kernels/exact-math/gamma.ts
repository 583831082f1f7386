/**
 * `lgamma` and `digamma` in float64. The float32 kernels round these: near the zeros of lgamma they are more accurate than
 * XLA's own float32 functions, which lose most digits there.
 */

const { abs, log, log1p, round, sin, tan, PI } = Math;

const eulerGamma = 0.5772156649015329;
const halfLog2Pi = 0.9189385332046728;

/** (zeta(k) - 1) / k for k = 2, 3, ...: the coefficients of (-x)^k in lgamma(2 + x). */
const seriesAtTwo = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914, 0.00834927738192283,
  0.00407735619794434, 0.002008392826082214, 0.0009945751278180853, 0.0004941886041194646, 0.0002460865533080483, 0.0001227133475784892,
  6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5, 7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6,
  9.539620338727962e-7, 4.769329867878064e-7, 2.38450502727733e-7, 1.192199259653111e-7, 5.960818905125948e-8, 2.980350351465228e-8,
  1.490155482836504e-8, 7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9, 9.31327432419668e-10, 4.656629065033784e-10,
  2.32831183367651e-10, 1.16415501727005e-10, 5.8207720879027e-11, 2.9103850444971e-11, 1.4551921891042e-11, 7.275959835057e-12,
].map((zetaLessOne, i) => zetaLessOne / (i + 2));

/** lgamma(2 + x) for x from -1/2 to 1/2. */
function lgammaNearTwo(x: number): number {
  let sum = 0;
  for (let i = seriesAtTwo.length - 1; i >= 0; i--) sum = seriesAtTwo[i]! - x * sum;
  return x * (1 - eulerGamma + x * sum);
}

/** B(2k) / (2k (2k - 1)), k = 1, 2, ...: Stirling's series in 1 / x. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
const stirlingFrom = 10;

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
