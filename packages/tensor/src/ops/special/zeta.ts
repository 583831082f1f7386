import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, cos, digamma, div, equal, floor, less, lessEqual, logicalAnd, logicalNot, mul, neg, notEqual, pow, round, sin, sub, where } from '../elementwise.js';
import { mod } from '../division.js';
import { convert } from '../operand.js';
import { elementwiseInFloat64, notDifferentiable, polynomial } from './elementwise-composite.js';

/** (2k)! / B(2k), k = 1, 2, ..., 12 (Cephes `zeta.c`). */
const factorialsOverBernoulli = [
  12, -720, 30240, -1209600, 47900160, -1.8924375803183791606e9, 7.47242496e10, -2.950130727918164224e12, 1.1646782814350067249e14, -4.5979787224074726105e15,
  1.8152105401943546773e17, -7.1661652561756670113e18,
];
/** So many terms are added up before the Euler-Maclaurin formula takes the rest. */
const terms = 16;

/** The sum of (q + k)^-x, k = 0, 1, ..., for q above -10 that is no negative integer. */
function hurwitz(x: Tensor, q: Tensor): Tensor {
  let sum = pow(q, neg(x));
  for (let k = 1; k < terms; k++) sum = add(sum, pow(add(q, k), neg(x)));
  const a = add(q, terms);
  const power = pow(a, neg(x));
  let total = add(add(sum, div(mul(power, a), sub(x, 1))), mul(power, 0.5));
  let factor = x;
  let term = div(power, a);
  factorialsOverBernoulli.forEach((divisor, k) => {
    total = add(total, div(mul(factor, term), divisor));
    factor = mul(factor, mul(add(x, 2 * k + 1), add(x, 2 * k + 2)));
    term = div(div(term, a), a);
  });
  return total;
}

/**
 * Hurwitz's zeta function, the sum of (q + k)^-x (jax.scipy.special.zeta); infinite at x = 1. Below x = 1 it is NaN, as where q is negative
 * and x no integer, and for q below -10.
 */
export const zeta = (x: TensorLike, q: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'zeta',
    value: (s, a) => {
      const isPole = logicalAnd(lessEqual(a, 0), equal(a, floor(a)));
      const isDefined = logicalAnd(logicalAnd(logicalNot(less(s, 1)), logicalNot(less(a, -10))), logicalNot(logicalAnd(less(a, 0), notEqual(s, floor(s)))));
      const usable = logicalAnd(isDefined, logicalNot(isPole));
      const value = hurwitz(where(logicalAnd(usable, notEqual(s, 1)), s, 2), where(usable, a, 1));
      const atPole = where(equal(mod(s, 2), 0), Infinity, NaN);
      return where(equal(s, 1), Infinity, where(isDefined, where(isPole, atPole, value), NaN));
    },
    partials: [notDifferentiable('zeta', 'the exponent'), ([s, a]) => neg(mul(s!, zeta(add(s!, 1), a!)))],
  }, [x, q]);

const factorial = (n: number): number => Array.from({ length: n }, (_, i) => i + 1).reduce((product, one) => product * one, 1);

/** The n-th derivative of c = cot(x) as a polynomial in c, lowest power first: c' = -(1 + c^2). */
function cotangentDerivative(n: number): number[] {
  let powers = [0, 1];
  for (let k = 0; k < n; k++) {
    const slope = powers.slice(1).map((coefficient, i) => coefficient * (i + 1));
    powers = Array.from({ length: slope.length + 2 }, (_, i) => -((slope[i] ?? 0) + (slope[i - 2] ?? 0)));
  }
  return powers;
}

/** The value for x below 1/2, from that at 1 - x. */
function reflected(n: number, x: Tensor, right: Tensor): Tensor {
  const turn = sub(x, round(x));
  const isPole = equal(turn, 0);
  const angle = mul(where(isPole, 0.25, turn), Math.PI);
  const cotangent = div(cos(angle), sin(angle));
  const sign = n % 2 === 0 ? 1 : -1;
  const value = sub(mul(right, sign), mul(polynomial(cotangentDerivative(n).reverse(), cotangent), Math.PI ** (n + 1)));
  return where(isPole, n % 2 === 1 ? Infinity : NaN, value);
}

/**
 * The n-th derivative of digamma, for a whole number n (jax.scipy.special.polygamma). At 0 and the negative integers infinite for odd
 * n and NaN for even n, as in JAX.
 * @throws ArgumentError where n is no whole number from 0 on.
 */
export function polygamma(n: number, x: TensorLike): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError('polygamma', 'n', `must be a whole number, not negative, found ${n}`);
  if (n === 0) return digamma(x);
  const sign = n % 2 === 1 ? 1 : -1;
  return elementwiseInFloat64({
    name: 'polygamma',
    attributes: { n },
    value: (t) => {
      const isLeft = less(t, 0.5);
      const argument = where(isLeft, sub(1, t), t);
      const isFar = equal(abs(t), Infinity);
      const right = mul(hurwitz(convert(n + 1, 'float64'), where(isFar, 1, argument)), sign * factorial(n));
      return where(isFar, where(isLeft, NaN, 0), where(isLeft, reflected(n, where(isFar, 0.25, t), right), right));
    },
    partials: [([t]) => polygamma(n + 1, t!)],
  }, [x]);
}
