import { erfcP, erfcQ, erfT, erfU } from '../../kernels/exact-math/coefficients.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, div, exp, floor, greaterEqual, less, lessEqual, minimum, mul, neg, square, sub, where } from '../elementwise.js';
import { elementwiseInFloat64, polynomial } from './elementwise-composite.js';

// Cephes `ndtr.c` (S. Moshier): erf(x) = x T(x^2) / U(x^2) up to 1; erfc(x) = exp(-x^2) P(x) / Q(x) up to 8, R(x) / S(x) beyond.
const erfcR = [5.64189583547755073984e-1, 1.27536670759978104416, 5.01905042251180477414, 6.16021097993053585195, 7.40974269950448939160, 2.97886665372100240670];
const erfcS = [1, 2.26052863220117276590, 9.39603524938001434673, 1.20489539808096656605e1, 1.70814450747565897222e1, 9.60896809063285878198, 3.36907645100081516050];
/** From here on erfc is 0 in float64. */
const limit = 28;

/** exp(-x^2): x is cut after four binary places, so that its square is exact where the exponential would magnify an error. */
function gaussian(x: Tensor): Tensor {
  const cut = mul(floor(mul(x, 16)), 1 / 16);
  return mul(exp(neg(square(cut))), exp(neg(mul(sub(x, cut), add(x, cut)))));
}

/** exp(x^2) erfc(x) for x from 1 on. */
export function scaledComplement(x: Tensor): Tensor {
  // The polynomials grow with the sixth and eighth power: beyond the limits they would overflow.
  const near = minimum(x, 8);
  const far = minimum(x, 1e40);
  const outer = where(less(x, 1e40), div(polynomial(erfcR, far), polynomial(erfcS, far)), div(1 / Math.sqrt(Math.PI), x));
  return where(less(x, 8), div(polynomial(erfcP, near), polynomial(erfcQ, near)), outer);
}

/** erfc in float64. */
export function complement(x: Tensor): Tensor {
  const size = minimum(abs(x), limit);
  const inner = minimum(size, 1);
  const squared = square(inner);
  const near = div(mul(where(less(x, 0), neg(inner), inner), polynomial(erfT, squared)), polynomial(erfU, squared));
  const outer = where(less(size, 1), 1, size);
  const far = mul(gaussian(outer), scaledComplement(outer));
  // NaN takes the first branch: it compares as false.
  return where(greaterEqual(size, 1), where(lessEqual(x, 0), sub(2, far), far), sub(1, near));
}

/** 1 - erf(x), without cancellation where erf is close to 1 (lax.erfc, jax.scipy.special.erfc). */
export const erfc = (x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'erfc',
    value: complement,
    partials: [([t]) => mul(exp(neg(square(t!))), -2 / Math.sqrt(Math.PI))],
  }, [x]);
