import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, div, equal, greater, less, log, log1p, logicalAnd, logicalOr, mul, neg, square, sub, where } from '../elementwise.js';
import { convert } from '../operand.js';
import { elementwiseInFloat64, polynomial } from './elementwise-composite.js';

// Cephes `spence.c` (S. Moshier): for arguments near 1.
const above = [
  4.6512858607399003e-5, 0.007315890452380947, 0.13384763957830903, 0.8796913117545303, 2.7114985119655346, 4.256971560081218, 3.297713409852251, 1,
];
const below = [
  0.0006909904889125533, 0.02540437639325444, 0.2829748606025681, 1.4117259775183106, 3.6380053334513707, 5.03278880143317, 3.547713409852251, 1,
];

function dilogarithm(x: Tensor): Tensor {
  const isPlain = logicalAnd(greater(x, 0), less(x, Infinity));
  const given = where(isPlain, x, 1);
  const isLarge = greater(given, 2);
  const t = where(isLarge, div(1, given), given);
  const isRight = greater(t, 1.5);
  const isLeft = less(t, 0.5);
  const w = where(isRight, sub(div(1, t), 1), where(isLeft, neg(t), sub(t, 1)));
  const near = neg(mul(w, div(polynomial(above, w), polynomial(below, w))));
  const logarithm = log(t);
  const reflected = where(isLeft, sub(sub(Math.PI ** 2 / 6, mul(logarithm, log1p(neg(where(isLeft, t, 0.25))))), near), near);
  const value = where(logicalOr(isLarge, isRight), neg(add(mul(0.5, square(logarithm)), reflected)), reflected);
  const edge = where(equal(x, 0), convert(Math.PI ** 2 / 6, x.dtype), where(equal(x, Infinity), -Infinity, NaN));
  return where(isPlain, value, edge);
}

/** Spence's function, the integral of log(t) / (1 - t) from 1 to x, NaN for negative x (jax.scipy.special.spence): the dilogarithm of 1 - x. */
export const spence = (x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'spence',
    value: dilogarithm,
    partials: [([t]) => {
      const u = sub(t!, 1);
      const isOne = equal(u, 0);
      const logarithm = where(less(abs(u), 0.5), log1p(u), log(t!));
      return neg(where(isOne, 1, div(logarithm, where(isOne, 1, u))));
    }],
  }, [x]);
