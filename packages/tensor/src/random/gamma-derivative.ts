/**
 * The derivative of a gamma sample in the shape of the distribution: x(a) moves so that P(a, x(a)), the regularised incomplete gamma
 * function, stays, thus dx/da = -(dP/da) / p(x), p the density.
 * Source: M. Figurnov, S. Mohamed, A. Mnih, "Implicit reparameterization gradients" (2018); jax.lax.random_gamma_grad.
 */
import { whileLoop } from '../control/while-loop.js';
import { zerosLike, onesLike } from '../ops/create.js';
import { broadcastArrays } from '../ops/arrange/turn.js';
import { abs, add, digamma, div, equal, greater, isfinite, less, log, logicalAnd, mul, neg, sub, where } from '../ops/elementwise.js';
import { convert, promoteFloating } from '../ops/operand.js';
import { any } from '../ops/reduce.js';
import { scalar, type TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

const precision = 2 ** -50;
/** Both expansions take about sqrt(a) times a small number of terms at x = a, fewer elsewhere. */
const mostTerms = 20000;

/** dx/da of samples x of the gamma distributions of shape a (one dtype and shape). Computed in float64; NaN for a not above 0. */
export function gammaSampleDerivative(a: Tensor, x: Tensor): Tensor {
  const wideA = convert(a, 'float64');
  const wideX = convert(x, 'float64');
  const isPositive = logicalAnd(greater(wideA, 0), greater(wideX, 0));
  const safeA = where(isPositive, wideA, 1);
  const safeX = where(isPositive, wideX, 1);
  const isUpper = logicalAnd(greater(safeX, 1), greater(safeX, safeA));
  const inside = where(
    isUpper,
    byContinuedFraction(where(isUpper, safeA, 1), where(isUpper, safeX, 2)),
    bySeries(where(isUpper, 1, safeA), where(isUpper, 1, safeX)),
  );
  const outside = where(logicalAnd(equal(wideX, 0), greater(wideA, 0)), 0, NaN);
  return convert(where(isPositive, inside, outside), a.dtype);
}

/**
 * How much a sample x of the gamma distribution moves with its shape a (lax.random_gamma_grad); broadcasts. NaN where a is not above 0, x negative or one of
 * them not finite. It has no derivative itself.
 */
export function randomGammaGrad(a: TensorLike, x: TensorLike): Tensor {
  const [shape, sample] = broadcastArrays(...promoteFloating('randomGammaGrad', [a, x])) as [Tensor, Tensor];
  const isFinite = logicalAnd(isfinite(shape), isfinite(sample));
  return where(isFinite, gammaSampleDerivative(where(isFinite, shape, 1), where(isFinite, sample, 1)), NaN);
}

type SeriesState = {
  readonly n: Tensor;
  readonly term: Tensor;
  readonly sum: Tensor;
  /** Derivatives of both by a. */
  readonly termSlope: Tensor;
  readonly sumSlope: Tensor;
  readonly isOpen: Tensor;
};

/** P(a, x) = x^a exp(-x) / gamma(a + 1) times the sum of x^n / ((a + 1) ... (a + n)), for x up to a or 1. */
function bySeries(a: Tensor, x: Tensor): Tensor {
  const next = ({ n, term, sum, termSlope, sumSlope, isOpen }: SeriesState): SeriesState => {
    const count = add(n, 1);
    const divisor = add(a, count);
    const ratio = div(x, divisor);
    const slope = mul(sub(termSlope, div(term, divisor)), ratio);
    const total = add(sumSlope, slope);
    const product = mul(term, ratio);
    return { n: count, term: product, sum: add(sum, product), termSlope: slope, sumSlope: total, isOpen: stillOpen(isOpen, slope, total, count) };
  };
  const start = { n: scalar(0, 'float64'), term: onesLike(a), sum: onesLike(a), termSlope: zerosLike(a), sumSlope: zerosLike(a), isOpen: onesLike(a, 'bool') };
  const { sum, sumSlope } = whileLoop(({ isOpen }: SeriesState) => any(isOpen), next, start as SeriesState);
  const logarithm = sub(log(x), digamma(add(a, 1)));
  return neg(mul(add(sumSlope, mul(sum, logarithm)), div(x, a)));
}

/** Where the last change was more than rounding. */
const stillOpen = (isOpen: Tensor, change: Tensor, value: Tensor, count: Tensor): Tensor =>
  logicalAnd(logicalAnd(isOpen, less(count, mostTerms)), greater(abs(change), mul(abs(value), precision)));

/** Numerator and denominator of a convergent, and their derivatives by a. */
type Convergent = { readonly p: Tensor; readonly q: Tensor; readonly pSlope: Tensor; readonly qSlope: Tensor };
type FractionState = { readonly n: Tensor; readonly last: Convergent; readonly before: Convergent; readonly slope: Tensor; readonly isOpen: Tensor };

const scaled = ({ p, q, pSlope, qSlope }: Convergent, factor: Tensor): Convergent => ({ p: mul(p, factor), q: mul(q, factor), pSlope: mul(pSlope, factor), qSlope: mul(qSlope, factor) });
/** The derivative of p / q. */
const slopeOf = ({ p, q, pSlope, qSlope }: Convergent): Tensor => div(sub(pSlope, mul(div(p, q), qSlope)), q);

/** 1 - P(a, x) = x^a exp(-x) / gamma(a) times 1 / (x + 1 - a + 1 (a - 1) / (x + 3 - a + 2 (a - 2) / (x + 5 - a + ...))), for x above a and 1. */
function byContinuedFraction(a: Tensor, x: Tensor): Tensor {
  const next = ({ n, last, before, slope, isOpen }: FractionState): FractionState => {
    const count = add(n, 1);
    const over = mul(count, sub(a, count));
    const under = add(sub(x, a), add(mul(2, count), 1));
    const p = add(mul(under, last.p), mul(over, before.p));
    const q = add(mul(under, last.q), mul(over, before.q));
    const pSlope = add(sub(mul(under, last.pSlope), last.p), add(mul(over, before.pSlope), mul(count, before.p)));
    const qSlope = add(sub(mul(under, last.qSlope), last.q), add(mul(over, before.qSlope), mul(count, before.q)));
    // Both grow without bound; only their ratio matters.
    const factor = div(1, where(equal(q, 0), 1, q));
    const convergent = scaled({ p, q, pSlope, qSlope }, factor);
    const found = where(equal(q, 0), slope, slopeOf(convergent));
    return { n: count, last: convergent, before: scaled(last, factor), slope: found, isOpen: stillOpen(isOpen, sub(found, slope), found, count) };
  };
  const zero = zerosLike(a);
  const first: Convergent = { p: onesLike(a), q: add(sub(x, a), 1), pSlope: zero, qSlope: neg(onesLike(a)) };
  const start = { n: scalar(0, 'float64'), last: first, before: { p: zero, q: onesLike(a), pSlope: zero, qSlope: zero }, slope: slopeOf(first), isOpen: onesLike(a, 'bool') };
  const { last, slope } = whileLoop(({ isOpen }: FractionState) => any(isOpen), next, start as FractionState);
  const value = div(last.p, last.q);
  return mul(add(slope, mul(value, sub(log(x), digamma(a)))), x);
}
