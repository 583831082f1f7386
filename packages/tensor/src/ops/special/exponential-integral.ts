import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastArrays } from '../arrange/turn.js';
import { onesLike } from '../create.js';
import { abs, add, clip, digamma, div, equal, exp, greater, greaterEqual, less, lessEqual, lgamma, log, logicalAnd, logicalNot, logicalOr, mul, neg, sub, where } from '../elementwise.js';
import { mod } from '../division.js';
import { eulerGamma } from '../numeric/constants.js';
import { promoteFloating } from '../operand.js';
import { elementwiseInFloat64, notDifferentiable, polynomial } from './elementwise-composite.js';
import { exponentialIntegral } from './exponential-integral-coefficients.js';
import { iterate } from './iterate.js';

/** Terms of the power series that count for x up to 1. */
const seriesTerms = 20;

/** E_n(x) for 0 < x <= 1 and whole n from 1 on (Abramowitz and Stegun, 5.1.12). */
function series(n: Tensor, x: Tensor): Tensor {
  const sign = where(equal(mod(n, 2), 1), 1, -1);
  const logarithm = log(x);
  let value = mul(mul(sign, exp(sub(mul(sub(n, 1), logarithm), lgamma(n)))), sub(digamma(n), logarithm));
  let power = onesLike(x);
  for (let k = 0; k < seriesTerms; k++) {
    if (k > 0) power = div(mul(power, neg(x)), k);
    const divisor = sub(k + 1, n);
    const isSkipped = equal(divisor, 0);
    value = sub(value, where(isSkipped, 0, div(power, where(isSkipped, 1, divisor))));
  }
  return value;
}

/** E_n(x) for x > 1 by Lentz's method (Press et al., Numerical Recipes, 6.3). */
function continuedFraction(n: Tensor, x: Tensor, active: Tensor): Tensor {
  const first = add(x, n);
  const start = div(1, first);
  const [value] = iterate(([h, b, c, d], count) => {
    const a = neg(mul(count, add(sub(n, 1), count)));
    const nextB = add(b!, 2);
    const nextD = div(1, add(mul(a, d!), nextB));
    const nextC = add(nextB, div(a, c!));
    const change = mul(nextC, nextD);
    return { next: [mul(h!, change), nextB, nextC, nextD], goesOn: greater(abs(sub(change, 1)), 2 ** -53) };
  }, [start, first, mul(onesLike(x), 1e300), start], active);
  return mul(value!, exp(neg(x)));
}

function integral(n: Tensor, x: Tensor): Tensor {
  const isPlain = logicalAnd(logicalAnd(greater(n, 0), less(n, Infinity)), logicalAnd(greater(x, 0), less(x, Infinity)));
  const isFar = logicalAnd(isPlain, greater(x, 1));
  const isNear = logicalAnd(isPlain, logicalNot(greater(x, 1)));
  const inside = where(isFar, continuedFraction(where(isFar, n, 1), where(isFar, x, 2), isFar), series(where(isNear, n, 1), where(isNear, x, 1)));
  const atZero = where(less(n, 2), Infinity, div(1, where(equal(n, 1), 1, sub(n, 1))));
  const isThere = logicalAnd(greaterEqual(n, 0), greaterEqual(x, 0));
  const isEnd = logicalOr(equal(x, Infinity), equal(n, Infinity));
  const outside = where(isEnd, 0, where(equal(x, 0), atZero, div(exp(neg(x)), x)));
  return where(isPlain, inside, where(isThere, outside, NaN));
}

/** -E_(n - 1)(x), from elementary functions where it is one. */
function slope(n: Tensor, x: Tensor): Tensor {
  const elementary = div(mul(exp(neg(x)), where(equal(n, 0), add(1, div(1, x)), 1)), x);
  return neg(where(lessEqual(n, 1), elementary, expn(where(lessEqual(n, 1), 1, sub(n, 1)), x)));
}

/**
 * The exponential integral E_n(x), the integral of exp(-x t) / t^n from 1 on, for whole n from 0 and x from 0 on, NaN elsewhere (jax.scipy.special.expn);
 * differentiable in x.
 */
export const expn = (n: TensorLike, x: TensorLike): Tensor =>
  elementwiseInFloat64({ name: 'expn', value: integral, partials: [notDifferentiable('expn', 'n'), ([m, t]) => slope(m!, t!)] }, broadcastArrays(...promoteFloating('expn', [n, x])));

/** The exponential integral E_1(x), NaN for negative x (jax.scipy.special.exp1). */
export const exp1 = (x: TensorLike): Tensor => expn(1, x);

/** Ei(x) for x > 0, by an interval of Cephes after the other. */
function principalValue(x: Tensor): Tensor {
  const [first, ...others] = exponentialIntegral;
  const near = clip(x, { min: 0, max: 2 });
  const start = add(add(mul(near, div(polynomial(first!.above, near), polynomial(first!.below, near))), eulerGamma), log(near));
  return others.reduce<Tensor>((value, { above, below }, i) => {
    const low = 2 ** (i + 1);
    const t = clip(x, i === others.length - 1 ? { min: low } : { min: low, max: 2 * low });
    const w = div(1, t);
    // Where the exponential is infinite, so is the value.
    const found = mul(exp(t), mul(w, add(mul(w, div(polynomial(above, w), polynomial(below, w))), 1)));
    return where(greater(x, low), found, value);
  }, start);
}

/** The exponential integral Ei(x), the principal value of the integral of exp(t) / t up to x (jax.scipy.special.expi); minus infinity at 0. */
export const expi = (x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'expi',
    value: (t) => {
      const isLeft = less(t, 0);
      const left = neg(integral(onesLike(t), where(isLeft, neg(t), 1)));
      const right = principalValue(where(isLeft, 1, t));
      return where(isLeft, left, where(equal(t, Infinity), Infinity, right));
    },
    partials: [([t]) => div(exp(t!), t!)],
  }, [x]);
