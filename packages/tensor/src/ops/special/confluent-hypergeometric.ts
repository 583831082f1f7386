import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastArrays } from '../arrange/turn.js';
import { onesLike, zerosLike } from '../create.js';
import { abs, add, digamma, div, equal, exp, floor, greater, greaterEqual, isnan, less, lessEqual, lgamma, log, logicalAnd, logicalNot, logicalOr, mul, neg, sub, where } from '../elementwise.js';
import { promoteFloating } from '../operand.js';
import { elementwiseInFloat64 } from './elementwise-composite.js';
import { gammasgn } from './gamma.js';
import { iterate } from './iterate.js';

const epsilon = 2 ** -53;

/** A value with its derivatives by the two parameters. */
interface WithSlopes {
  readonly value: Tensor;
  readonly byA: Tensor;
  readonly byB: Tensor;
}

/** The factor from one term of a series to the next, and its derivatives. */
type Ratio = (k: Tensor) => WithSlopes;

/** 1 + r(0) + r(0) r(1) + ..., until nothing changes any more. */
function sumOfProducts(like: Tensor, ratio: Ratio, active: Tensor): WithSlopes {
  const [one, zero] = [onesLike(like), zerosLike(like)];
  const [, , , value, byA, byB] = iterate(([term, termA, termB, total, totalA, totalB], count) => {
    const r = ratio(sub(count, 1));
    const nextA = add(mul(termA!, r.value), mul(term!, r.byA));
    const nextB = add(mul(termB!, r.value), mul(term!, r.byB));
    const next = mul(term!, r.value);
    const sums = [add(total!, next), add(totalA!, nextA), add(totalB!, nextB)] as const;
    const moves = (change: Tensor, sum: Tensor): Tensor => greater(abs(change), mul(abs(sum), epsilon));
    return { next: [next, nextA, nextB, ...sums], goesOn: logicalOr(moves(next, sums[0]), logicalOr(moves(nextA, sums[1]), moves(nextB, sums[2]))) };
  }, [one, zero, zero, one, zero, zero], active);
  return { value: value!, byA: byA!, byB: byB! };
}

/** The sum of (p)_k / (b)_k x^k / k! for x >= 0. */
const powerSeries = (p: Tensor, b: Tensor, x: Tensor, active: Tensor): WithSlopes =>
  sumOfProducts(x, (k) => {
    const below = add(b, k);
    const byA = div(x, mul(below, add(k, 1)));
    const value = mul(add(p, k), byA);
    return { value, byA, byB: neg(div(value, below)) };
  }, active);

/** What is left of the function for large x over gamma(b) / gamma(p) exp(x) x^(p - b) (Abramowitz and Stegun, 13.5.1). */
const asymptoticSeries = (p: Tensor, b: Tensor, x: Tensor, active: Tensor): WithSlopes =>
  sumOfProducts(x, (k) => {
    const [first, second, below] = [add(sub(b, p), k), add(sub(1, p), k), mul(add(k, 1), x)];
    return { value: div(mul(first, second), below), byA: neg(div(add(first, second), below)), byB: div(second, below) };
  }, active);

/** From here on the asymptotic series serves, which float64 needs where exp(x) overflows. */
const farEnd = 500;

const isNaturalOrZero = (x: Tensor): Tensor => logicalAnd(greaterEqual(x, 0), equal(x, floor(x)));

/** For a and b of which neither makes the function a polynomial divided by zero. Left of zero by Kummer's transformation, M(a, b, x) = exp(x) M(b - a, b, -x), whose terms do not cancel. */
function expansion(a: Tensor, b: Tensor, x: Tensor, active: Tensor): WithSlopes {
  const isLeft = less(x, 0);
  const p = where(isLeft, sub(b, a), a);
  const size = abs(x);
  // A polynomial has no asymptotic series: its sum is finite.
  const isFar = logicalAnd(active, logicalAnd(greater(size, farEnd), logicalNot(isNaturalOrZero(neg(p)))));
  const isNear = logicalAnd(active, logicalNot(isFar));
  const near = powerSeries(p, b, where(isNear, size, 0), isNear);
  const safe = (t: Tensor): Tensor => where(isFar, t, 1);
  const [farP, farB, farX] = [safe(p), safe(b), safe(size)];
  const far = asymptoticSeries(farP, farB, farX, isFar);
  const logarithm = log(farX);
  const growth = add(where(isLeft, 0, farX), add(mul(sub(farP, farB), logarithm), sub(lgamma(farB), lgamma(farP))));
  const scale = where(isFar, mul(mul(gammasgn(farB), gammasgn(farP)), exp(growth)), where(isLeft, exp(neg(size)), 1));
  const slopeP = where(isFar, add(far.byA, mul(far.value, sub(logarithm, digamma(farP)))), near.byA);
  const slopeB = where(isFar, add(far.byB, mul(far.value, sub(digamma(farB), logarithm))), near.byB);
  return {
    value: mul(scale, where(isFar, far.value, near.value)),
    byA: mul(scale, where(isLeft, neg(slopeP), slopeP)),
    byB: mul(scale, where(isLeft, add(slopeP, slopeB), slopeB)),
  };
}

function confluent(a: Tensor, b: Tensor, x: Tensor): WithSlopes {
  const isFinite = logicalAnd(less(abs(x), Infinity), logicalAnd(less(abs(a), Infinity), less(abs(b), Infinity)));
  const isPole = logicalAnd(lessEqual(b, 0), equal(b, floor(b)));
  const isPlain = logicalAnd(isFinite, logicalNot(isPole));
  const inside = expansion(where(isPlain, a, 1), where(isPlain, b, 1), where(isPlain, x, 0), isPlain);
  const outside = where(logicalOr(isNaN3(a, b, x), logicalNot(isFinite)), NaN, where(equal(a, 0), 1, where(equal(a, b), exp(x), Infinity)));
  return { value: where(isPlain, inside.value, outside), byA: where(isPlain, inside.byA, NaN), byB: where(isPlain, inside.byB, NaN) };
}

const isNaN3 = (a: Tensor, b: Tensor, x: Tensor): Tensor => logicalOr(isnan(a), logicalOr(isnan(b), isnan(x)));

const slope = (name: 'byA' | 'byB') => ([a, b, x]: readonly Tensor[]): Tensor =>
  elementwiseInFloat64({ name: name === 'byA' ? 'hyp1f1ByA' : 'hyp1f1ByB', value: (p, q, t) => confluent(p, q, t)[name] }, [a!, b!, x!]);

/**
 * The confluent hypergeometric function M(a, b, x) (jax.scipy.special.hyp1f1), for x of both signs; infinite where b is zero or a negative integer. Differentiable in all three, in a
 * and b once.
 */
export const hyp1f1 = (a: TensorLike, b: TensorLike, x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'hyp1f1',
    value: (p, q, t) => confluent(p, q, t).value,
    partials: [slope('byA'), slope('byB'), ([p, q, t]) => mul(div(p!, q!), hyp1f1(add(p!, 1), add(q!, 1), t!))],
  }, broadcastArrays(...promoteFloating('hyp1f1', [a, b, x])));
