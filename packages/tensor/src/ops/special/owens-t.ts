import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, atan, div, equal, erf, exp, greater, isnan, lessEqual, logicalOr, mul, neg, sign, square, sub, where } from '../elementwise.js';
import { elementwiseInFloat64 } from './elementwise-composite.js';
import { complement } from './error-function.js';

// M. Patefield, D. Tandy, "Fast and accurate calculation of Owen's T function", 2000, method T5: a rule of 13 points, the factor 1 / (2 pi) in its weights.
const points = [
  0.0035082039676451716, 0.031279042338030756, 0.08526682628321945, 0.16245071730812277, 0.25851196049125436, 0.3680755384069753, 0.485010929056047,
  0.6027751415261857, 0.7147788421775323, 0.814755109887601, 0.8971102975594897, 0.9572380808594426, 0.991788329746297,
];
const weights = [
  0.018831438115323503, 0.01856708624397765, 0.018042093461223385, 0.017263829606398752, 0.016243219975989858, 0.014994592034116705, 0.013535474469662087,
  0.011886351605820165, 0.010070377242777432, 0.008113054574229958, 0.006041900952847024, 0.0038862217010742057, 0.001679303108454609,
];

/** The integral for 0 <= a <= 1. */
function quadrature(h: Tensor, a: Tensor): Tensor {
  const half = mul(square(h), -0.5);
  const slopes = square(a);
  const sum = points.reduce<Tensor | undefined>((total, point, i) => {
    const r = add(mul(slopes, point), 1);
    const term = mul(div(exp(mul(half, r)), r), weights[i]!);
    return total ? add(total, term) : term;
  }, undefined);
  return mul(a, sum!);
}

function integral(given: Tensor, a: Tensor): Tensor {
  const h = abs(given);
  const size = abs(a);
  const isSteep = greater(size, 1);
  const product = where(equal(h, 0), 0, mul(size, h));
  const [innerH, innerA] = [where(isSteep, product, h), where(isSteep, div(1, where(isSteep, size, 1)), size)];
  const plain = where(equal(innerH, 0), div(atan(innerA), 2 * Math.PI), quadrature(innerH, innerA));
  const scaled = div(innerH, Math.SQRT2);
  const flat = where(equal(innerA, 1), mul(0.125, mul(complement(neg(scaled)), complement(scaled))), plain);
  // T(h, a) + T(a h, 1 / a) in terms of the normal distribution, by what does not cancel.
  const [u, v] = [div(h, Math.SQRT2), div(product, Math.SQRT2)];
  const [cu, cv] = [complement(u), complement(v)];
  const whole = where(lessEqual(product, 0.67), sub(0.25, mul(0.25, mul(erf(u), erf(v)))), mul(0.25, sub(add(cu, cv), mul(cu, cv))));
  const value = mul(sign(a), where(isSteep, sub(whole, flat), flat));
  return where(logicalOr(isnan(a), isnan(given)), NaN, value);
}

/** Owen's T function, the integral of exp(-h^2 (1 + t^2) / 2) / (1 + t^2) from 0 to a, over 2 pi (jax.scipy.special.owens_t). */
export const owensT = (h: TensorLike, a: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'owensT',
    value: integral,
    partials: [
      ([x, y]) => div(mul(exp(mul(square(x!), -0.5)), erf(div(mul(y!, x!), Math.SQRT2))), -2 * Math.sqrt(2 * Math.PI)),
      ([x, y]) => {
        const r = add(square(y!), 1);
        return div(exp(where(equal(x!, 0), 0, mul(mul(square(x!), r), -0.5))), mul(r, 2 * Math.PI));
      },
    ],
  }, [h, a]);
