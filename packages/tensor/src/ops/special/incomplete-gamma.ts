import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastArrays } from '../arrange/turn.js';
import { onesLike, zerosLike } from '../create.js';
import { abs, add, digamma, div, equal, exp, greater, greaterEqual, isnan, less, lgamma, log, logicalAnd, logicalNot, logicalOr, mul, neg, sub, where } from '../elementwise.js';
import { promoteFloating } from '../operand.js';
import { elementwiseInFloat64 } from './elementwise-composite.js';
import { iterate } from './iterate.js';

const epsilon = 2 ** -53;

type Twelve = readonly [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

/** A value and its derivative by a. */
interface WithSlope {
  readonly value: Tensor;
  readonly slope: Tensor;
}

/** 1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...: the lower function over x^a exp(-x) / gamma(a + 1). */
function series(a: Tensor, x: Tensor, active: Tensor): WithSlope {
  const [one, zero] = [onesLike(x), zerosLike(x)];
  const [, , value, , slope] = iterate(([r, term, total, termSlope, totalSlope]) => {
    const next = add(r!, 1);
    const ratio = div(x, next);
    const nextSlope = sub(mul(termSlope!, ratio), div(mul(term!, x), mul(next, next)));
    const nextTerm = mul(term!, ratio);
    const [newTotal, newSlope] = [add(total!, nextTerm), add(totalSlope!, nextSlope)];
    const goesOn = logicalOr(greater(nextTerm, mul(newTotal, epsilon)), greater(abs(nextSlope), mul(abs(newSlope), epsilon)));
    return { next: [next, nextTerm, newTotal, nextSlope, newSlope], goesOn };
  }, [a, one, one, zero, zero], active);
  return { value: value!, slope: slope! };
}

/** The continued fraction of the upper function over x^a exp(-x) / gamma(a) (Cephes `igam.c`), with its derivative by a. */
function continuedFraction(a: Tensor, x: Tensor, active: Tensor): WithSlope {
  const [one, zero] = [onesLike(x), zerosLike(x)];
  const y = sub(1, a);
  const z = add(add(x, y), 1);
  const [p1, q1] = [add(x, 1), mul(z, x)];
  const first = div(p1, q1);
  const firstSlope = div(mul(first, x), q1);
  const [value, slope] = iterate((state, count) => {
    const [answer, answerSlope, y0, z0, pk1, qk1, pk2, qk2, dp1, dq1, dp2, dq2] = state as Twelve;
    const [nextY, nextZ] = [add(y0, 1), add(z0, 2)];
    const yc = mul(nextY, count);
    const p = sub(mul(pk1, nextZ), mul(pk2, yc));
    const q = sub(mul(qk1, nextZ), mul(qk2, yc));
    const dp = add(sub(sub(mul(dp1, nextZ), pk1), mul(dp2, yc)), mul(pk2, count));
    const dq = add(sub(sub(mul(dq1, nextZ), qk1), mul(dq2, yc)), mul(qk2, count));
    const isThere = logicalNot(equal(q, 0));
    const safe = where(isThere, q, 1);
    const found = where(isThere, div(p, safe), answer);
    const foundSlope = where(isThere, div(sub(dp, mul(found, dq)), safe), answerSlope);
    const moves = logicalOr(greater(abs(sub(answer, found)), mul(abs(found), epsilon)), greater(abs(sub(foundSlope, answerSlope)), mul(abs(foundSlope), epsilon)));
    // The numbers grow without bound, their ratio does not.
    const factor = where(greater(abs(p), 1 / epsilon), epsilon, one);
    const numbers = [p, q, pk1, qk1, dp, dq, dp1, dq1].map((number) => mul(number, factor));
    return { next: [found, foundSlope, nextY, nextZ, ...numbers], goesOn: moves };
  }, [first, firstSlope, y, z, p1, q1, one, x, zero, neg(x), zero, zero], active);
  return { value: value!, slope: slope! };
}

/** The regularised function (lower or upper) with its derivative by a, in float64. */
function incomplete(a: Tensor, x: Tensor, isUpperWanted: boolean): WithSlope {
  const isOutside = logicalOr(logicalOr(less(x, 0), less(a, 0)), logicalOr(logicalOr(isnan(a), isnan(x)), logicalAnd(equal(a, 0), equal(x, 0))));
  const isPlain = logicalAnd(logicalNot(isOutside), logicalAnd(logicalAnd(greater(a, 0), greater(x, 0)), logicalAnd(less(x, Infinity), less(a, Infinity))));
  const [safeA, safeX] = [where(isPlain, a, 1), where(isPlain, x, 1)];
  const usesUpper = logicalAnd(greaterEqual(safeX, 1), greater(safeX, safeA));
  const lower = series(where(usesUpper, 1, safeA), where(usesUpper, 1, safeX), logicalAnd(isPlain, logicalNot(usesUpper)));
  const upper = continuedFraction(where(usesUpper, safeA, 1), where(usesUpper, safeX, 2), logicalAnd(isPlain, usesUpper));
  const factor = exp(sub(sub(mul(safeA, log(safeX)), safeX), lgamma(where(usesUpper, safeA, add(safeA, 1)))));
  const chosen = where(usesUpper, upper.value, lower.value);
  const part = mul(factor, chosen);
  const growth = sub(log(safeX), digamma(where(usesUpper, safeA, add(safeA, 1))));
  const partSlope = mul(factor, add(where(usesUpper, upper.slope, lower.slope), mul(chosen, growth)));
  const isWanted = isUpperWanted ? usesUpper : logicalNot(usesUpper);
  const value = where(isWanted, part, sub(1, part));
  const slope = where(isWanted, partSlope, neg(partSlope));
  // At x = 0 the lower function is 0, at infinity and for a = 0 it is 1; for infinite a it is NaN, as in JAX.
  const atEdge = where(equal(x, 0), isUpperWanted ? 1 : 0, where(logicalAnd(logicalOr(equal(x, Infinity), equal(a, 0)), less(a, Infinity)), isUpperWanted ? 0 : 1, NaN));
  return { value: where(isPlain, value, where(isOutside, NaN, atEdge)), slope: where(isPlain, slope, where(isOutside, NaN, 0)) };
}

/** x^(a - 1) exp(-x) / gamma(a): the derivative of the lower function by x. */
const density = (a: Tensor, x: Tensor): Tensor =>
  elementwiseInFloat64({ name: 'gammaDensity', value: (s, t) => exp(sub(sub(mul(sub(s, 1), log(t)), t), lgamma(s))) }, [a, x]);

const byA = (a: Tensor, x: Tensor, isUpper: boolean): Tensor =>
  elementwiseInFloat64({ name: isUpper ? 'gammainccByA' : 'gammaincByA', value: (s, t) => incomplete(s, t, isUpper).slope }, [a, x]);

const broadcast = (name: string, a: TensorLike, x: TensorLike): Tensor[] => broadcastArrays(...promoteFloating(name, [a, x]));

/** The regularised lower incomplete gamma function (jax.scipy.special.gammainc, lax.igamma); differentiable in both, once in a. */
export const gammainc = (a: TensorLike, x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'gammainc',
    value: (s, t) => incomplete(s, t, false).value,
    partials: [([s, t]) => byA(s!, t!, false), ([s, t]) => density(s!, t!)],
  }, broadcast('gammainc', a, x));

/** The regularised upper incomplete gamma function (jax.scipy.special.gammaincc, lax.igammac); differentiable in both, once in a. */
export const gammaincc = (a: TensorLike, x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'gammaincc',
    value: (s, t) => incomplete(s, t, true).value,
    partials: [([s, t]) => byA(s!, t!, true), ([s, t]) => neg(density(s!, t!))],
  }, broadcast('gammaincc', a, x));

/**
 * The derivative of `gammainc` by its first argument (lax.igamma_grad_a). NaN where a is not above 0 or infinite, and for negative x. It has no derivative
 * itself, as in JAX.
 */
export function igammaGradA(a: TensorLike, x: TensorLike): Tensor {
  const [s, t] = broadcast('igammaGradA', a, x) as [Tensor, Tensor];
  return where(logicalAnd(greater(s, 0), less(s, Infinity)), byA(s, t, false), NaN);
}
