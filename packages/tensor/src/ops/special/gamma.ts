import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, digamma, div, equal, exp, floor, greaterEqual, isnan, less, lessEqual, lgamma, logicalAnd, logicalOr, mul, notEqual, sub, where } from '../elementwise.js';
import { mod } from '../division.js';
import { signbit } from '../numeric/sign.js';
import { convert, promoteFloating } from '../operand.js';
import { elementwise, elementwiseInFloat64 } from './elementwise-composite.js';

/** The sign of the gamma function; NaN at the negative integers (jax.scipy.special.gammasgn). */
export function gammasgn(x: TensorLike): Tensor {
  const [operand] = promoteFloating('gammasgn', [x]);
  const t = operand!;
  const whole = floor(t);
  const isNegative = less(t, 0);
  const isPole = logicalAnd(isNegative, equal(t, whole));
  const isBelow = logicalOr(logicalAnd(isNegative, notEqual(mod(whole, 2), 0)), logicalAnd(equal(t, 0), signbit(t)));
  return where(logicalOr(isPole, isnan(t)), NaN, where(isBelow, convert(-1, t.dtype), 1));
}

/** The gamma function (jax.scipy.special.gamma). */
export const gamma = (x: TensorLike): Tensor =>
  elementwiseInFloat64({ name: 'gamma', value: (t) => mul(gammasgn(t), exp(lgamma(t))), partials: [([t], y) => mul(y, digamma(t!))] }, [x]);

/** lgamma(a) + lgamma(b) - lgamma(a + b) (jax.scipy.special.betaln). */
export const betaln = (a: TensorLike, b: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'betaln',
    value: (x, y) => sub(add(lgamma(x), lgamma(y)), lgamma(add(x, y))),
    partials: [([x, y]) => sub(digamma(x!), digamma(add(x!, y!))), ([x, y]) => sub(digamma(y!), digamma(add(x!, y!)))],
  }, [a, b]);

/** The beta function (jax.scipy.special.beta). */
export const beta = (a: TensorLike, b: TensorLike): Tensor =>
  elementwise({
    name: 'beta',
    value: (x, y) => mul(mul(mul(gammasgn(x), gammasgn(y)), gammasgn(add(x, y))), exp(betaln(x, y))),
    partials: [([x, y], z) => mul(z, sub(digamma(x!), digamma(add(x!, y!)))), ([x, y], z) => mul(z, sub(digamma(y!), digamma(add(x!, y!))))],
  }, [a, b]);

/** log of the multivariate gamma function of dimension `d` (jax.scipy.special.multigammaln). @throws ArgumentError where d is no whole number from 1 on. */
export function multigammaln(a: TensorLike, d: number): Tensor {
  if (!Number.isInteger(d) || d < 1) throw new ArgumentError('multigammaln', 'd', `must be a whole number from 1 on, found ${d}`);
  const [operand] = promoteFloating('multigammaln', [a]);
  const start = convert(0.25 * d * (d - 1) * Math.log(Math.PI), operand!.dtype);
  return Array.from({ length: d }, (_, i) => lgamma(sub(operand!, i / 2))).reduce<Tensor>((total, term) => add(total, term), start);
}

/** n!, also between whole numbers; 0 of negative ones (jax.scipy.special.factorial). */
export function factorial(n: TensorLike): Tensor {
  const [operand] = promoteFloating('factorial', [n]);
  const isNegative = less(operand!, 0);
  return where(isNegative, 0, gamma(add(where(isNegative, 0, operand!), 1)));
}

/** How many ways there are to take k of n things (jax.scipy.special.comb); 0 where there is none. */
export function comb(n: TensorLike, k: TensorLike): Tensor {
  const [all, some] = promoteFloating('comb', [n, k]);
  const isPossible = logicalAnd(logicalAnd(lessEqual(some!, all!), greaterEqual(all!, 0)), greaterEqual(some!, 0));
  const [a, b] = [where(isPossible, all!, 0), where(isPossible, some!, 0)];
  const ways = elementwiseInFloat64({
    name: 'comb',
    value: (x, y) => exp(sub(sub(lgamma(add(x, 1)), lgamma(add(y, 1))), lgamma(sub(add(x, 1), y)))),
    partials: [
      ([x, y], z) => mul(z, sub(digamma(add(x!, 1)), digamma(sub(add(x!, 1), y!)))),
      ([x, y], z) => mul(z, sub(digamma(sub(add(x!, 1), y!)), digamma(add(y!, 1)))),
    ],
  }, [a, b]);
  return where(isPossible, ways, 0);
}

/** Pochhammer's symbol, gamma(x + m) / gamma(x) (jax.scipy.special.poch). */
export function poch(x: TensorLike, m: TensorLike): Tensor {
  const [z, by] = promoteFloating('poch', [x, m]);
  return elementwiseInFloat64({
    name: 'poch',
    value: (a, b) => where(equal(b, 0), 1, div(gamma(add(a, b)), gamma(a))),
    partials: [([a, b], y) => mul(y, sub(digamma(add(a!, b!)), digamma(a!))), ([a, b], y) => mul(y, digamma(add(a!, b!)))],
  }, [z!, by!]);
}
