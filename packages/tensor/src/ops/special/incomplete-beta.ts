import { TransformError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastArrays } from '../arrange/turn.js';
import { onesLike } from '../create.js';
import { abs, add, div, equal, exp, greater, less, lessEqual, log, log1p, logicalAnd, logicalNot, logicalOr, mul, neg, sub, where } from '../elementwise.js';
import { promoteFloating } from '../operand.js';
import { elementwiseInFloat64 } from './elementwise-composite.js';
import { betaln } from './gamma.js';
import { iterate } from './iterate.js';

const tiny = 1e-300;
const away = (x: Tensor): Tensor => where(less(abs(x), tiny), tiny, x);

/** The continued fraction of the incomplete beta function by Lentz's method (Press et al., Numerical Recipes, 6.4). */
function continuedFraction(a: Tensor, b: Tensor, x: Tensor, active: Tensor): Tensor {
  const total = add(a, b);
  const d0 = div(1, away(sub(1, div(mul(total, x), add(a, 1)))));
  const [found] = iterate(([value, c, d], m) => {
    const twice = mul(m, 2);
    const even = div(mul(mul(m, sub(b, m)), x), mul(add(sub(a, 1), twice), add(a, twice)));
    const dEven = div(1, away(add(mul(even, d!), 1)));
    const cEven = away(add(div(even, c!), 1));
    const middle = mul(value!, mul(dEven, cEven));
    const odd = neg(div(mul(mul(add(a, m), add(total, m)), x), mul(add(a, twice), add(add(a, 1), twice))));
    const dOdd = div(1, away(add(mul(odd, dEven), 1)));
    const cOdd = away(add(div(odd, cEven), 1));
    const change = mul(dOdd, cOdd);
    return { next: [mul(middle, change), cOdd, dOdd], goesOn: greater(abs(sub(change, 1)), 2 ** -52) };
  }, [d0, onesLike(x), d0], active);
  return found!;
}

function regularized(a: Tensor, b: Tensor, x: Tensor): Tensor {
  const isPlain = logicalAnd(logicalAnd(greater(a, 0), greater(b, 0)), logicalAnd(greater(x, 0), less(x, 1)));
  const [p, q, t] = [where(isPlain, a, 1), where(isPlain, b, 1), where(isPlain, x, 0.5)];
  // The fraction converges fast left of the mean; right of it the function is one less its mirror image.
  const isRight = greater(t, div(add(p, 1), add(add(p, q), 2)));
  const [left, other, point] = [where(isRight, q, p), where(isRight, p, q), where(isRight, sub(1, t), t)];
  const front = exp(sub(add(mul(p, log(t)), mul(q, log1p(neg(t)))), betaln(p, q)));
  const value = div(mul(front, continuedFraction(left, other, point, isPlain)), left);
  const isOutside = logicalNot(logicalAnd(logicalAnd(logicalAnd(lessEqual(0, a), lessEqual(0, b)), logicalAnd(lessEqual(0, x), lessEqual(x, 1))), logicalNot(logicalAnd(equal(a, 0), equal(b, 0)))));
  const isZero = logicalOr(equal(x, 0), equal(b, 0));
  const atEdge = where(logicalOr(equal(x, 1), logicalAnd(equal(a, 0), logicalNot(isZero))), 1, where(isZero, 0, NaN));
  return where(isPlain, where(isRight, sub(1, value), value), where(isOutside, NaN, atEdge));
}

const shapeDerivative = (): Tensor => {
  throw new TransformError('the derivative', 'betainc', 'with respect to a and b is not defined, as in JAX; use `stopGradient` there');
};

/** The regularised incomplete beta function (jax.scipy.special.betainc); differentiable in x alone. */
export const betainc = (a: TensorLike, b: TensorLike, x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'betainc',
    value: regularized,
    partials: [
      shapeDerivative,
      shapeDerivative,
      ([p, q, t]) => exp(sub(add(mul(sub(p!, 1), log(t!)), mul(sub(q!, 1), log1p(neg(t!)))), betaln(p!, q!))),
    ],
  }, broadcastArrays(...promoteFloating('betainc', [a, b, x])));
