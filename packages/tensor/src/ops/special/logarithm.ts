import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, div, equal, exp, expm1, greater, greaterEqual, isnan, less, log, log1p, logicalAnd, logicalOr, mul, neg, notEqual, sub, where } from '../elementwise.js';
import { promoteFloating } from '../operand.js';
import { elementwise, elementwiseInFloat64 } from './elementwise-composite.js';

const timesLog = (logarithm: (y: Tensor) => Tensor) => (x: Tensor, y: Tensor): Tensor => where(logicalOr(notEqual(x, 0), isnan(y)), mul(x, logarithm(y)), 0);

/** x log(y), 0 where x is 0 (jax.scipy.special.xlogy). */
export const xlogy = (x: TensorLike, y: TensorLike): Tensor =>
  elementwise({ name: 'xlogy', value: timesLog(log), partials: [([, b]) => log(b!), ([a, b]) => div(a!, b!)] }, [x, y]);

/** x log(1 + y), 0 where x is 0 (jax.scipy.special.xlog1py). */
export const xlog1py = (x: TensorLike, y: TensorLike): Tensor =>
  elementwise({ name: 'xlog1py', value: timesLog(log1p), partials: [([, b]) => log1p(b!), ([a, b]) => div(a!, add(b!, 1))] }, [x, y]);

/** x log(x), 0 at 0. */
const xlogx = (x: TensorLike): Tensor =>
  elementwise({ name: 'xlogx', value: (t) => timesLog(log)(t, t), partials: [([t]) => add(log(t!), 1)] }, [x]);

/** -x log(x): 0 at 0, minus infinity below (jax.scipy.special.entr). */
export function entr(x: TensorLike): Tensor {
  const [operand] = promoteFloating('entr', [x]);
  const negative = less(operand!, 0);
  return where(negative, -Infinity, neg(xlogx(where(negative, 1, operand!))));
}

/** p log(p / q): 0 where p is 0 and q is not negative, infinite where one is negative or q alone is 0 (jax.scipy.special.rel_entr). */
export function relEntr(p: TensorLike, q: TensorLike): Tensor {
  const [a, b] = promoteFloating('relEntr', [p, q]);
  const positive = logicalAnd(greater(a!, 0), greater(b!, 0));
  const [safeA, safeB] = [where(positive, a!, 1), where(positive, b!, 1)];
  const value = sub(xlogx(safeA), xlogy(safeA, safeB));
  return where(positive, value, where(logicalAnd(equal(a!, 0), greaterEqual(b!, 0)), 0, Infinity));
}

/** p log(p / q) - p + q (jax.scipy.special.kl_div). */
export function klDiv(p: TensorLike, q: TensorLike): Tensor {
  const [a, b] = promoteFloating('klDiv', [p, q]);
  return add(sub(relEntr(a!, b!), a!), b!);
}

/** log(x / (1 - x)), the inverse of the sigmoid (jax.scipy.special.logit). */
export const logit = (x: TensorLike): Tensor =>
  elementwise({ name: 'logit', value: (t) => log(div(t, sub(1, t))), partials: [([t]) => div(1, mul(t!, sub(1, t!)))] }, [x]);

/** log(1 - exp(-x)) for x > 0, near 0 and far from it (jax.nn.log1mexp; Maechler, 2012). */
export const log1mexp = (x: TensorLike): Tensor =>
  elementwise({
    name: 'log1mexp',
    value: (t) => {
      const isNear = less(t, Math.LN2);
      return where(isNear, log(neg(expm1(neg(where(isNear, t, 1))))), log1p(neg(exp(neg(where(isNear, 1, t))))));
    },
    partials: [([t]) => div(1, expm1(t!))],
  }, [x]);

const boxCoxOf = (logarithm: Tensor, power: Tensor): Tensor => {
  const isZero = equal(power, 0);
  const safe = where(isZero, 1, power);
  return where(isZero, logarithm, div(expm1(mul(safe, logarithm)), safe));
};

/** (x^power - 1) / power, log(x) where the power is 0 (jax.scipy.special.boxcox). */
export const boxcox = (x: TensorLike, power: TensorLike): Tensor => elementwiseInFloat64({ name: 'boxcox', value: (t, by) => boxCoxOf(log(t), by) }, [x, power]);

/** The same of 1 + x (jax.scipy.special.boxcox1p). */
export const boxcox1p = (x: TensorLike, power: TensorLike): Tensor => elementwiseInFloat64({ name: 'boxcox1p', value: (t, by) => boxCoxOf(log1p(t), by) }, [x, power]);
