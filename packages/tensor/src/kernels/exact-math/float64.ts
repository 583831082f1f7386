/**
 * `erf` and `erfInv` in float64. `erf` is accurate to a unit in the last place; `erfInv` follows XLA operation by operation
 * (float64 samples are built from it), and shares its loss of digits in x^2 close to 1 and -1.
 */

import { erfcP, erfcQ, erfInvCentre, erfInvMiddle, erfInvTail, erfLimit, erfT, erfU } from './coefficients.js';
import { polynomial } from './polynomial.js';

const { abs, exp, log1p, sqrt } = Math;

/** The error function. */
export function erf64(x: number): number {
  const size = abs(x);
  if (size <= 1) return (x * polynomial(erfT, x * x)) / polynomial(erfU, x * x);
  if (size >= erfLimit) return x > 0 ? 1 : -1;
  const complement = (exp(-x * x) * polynomial(erfcP, size)) / polynomial(erfcQ, size);
  return x > 0 ? 1 - complement : complement - 1;
}

/** The inverse of the error function; NaN outside [-1, 1]. */
export function erfInv64(x: number): number {
  if (!(abs(x) < 1)) return x === 1 ? Infinity : x === -1 ? -Infinity : NaN;
  const w = -log1p(-x * x);
  if (w < 6.25) return polynomial(erfInvCentre, w - 3.125) * x;
  if (w < 16) return polynomial(erfInvMiddle, sqrt(w) - 3.25) * x;
  return polynomial(erfInvTail, sqrt(w) - 5) * x;
}
