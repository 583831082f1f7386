import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, clip, cos, div, equal, greater, isnan, less, minimum, mul, neg, sin, square, sub, where } from '../elementwise.js';
import { fmod } from '../numeric/rounding.js';
import { elementwiseInFloat64, polynomial } from './elementwise-composite.js';
import * as cephes from './fresnel-coefficients.js';

const ratio = (above: readonly number[], below: readonly number[], t: Tensor): Tensor => div(polynomial(above, t), polynomial(below, t));

/** pi x^2 / 2 less whole turns: with s = x mod 2 it is pi s (x - s / 2) less whole turns, in which no digit of x is lost. */
function angle(x: Tensor): Tensor {
  const size = where(less(abs(x), Infinity), abs(x), 0);
  const rest = fmod(size, 2);
  const halfTurns = fmod(mul(rest, sub(size, div(rest, 2))), 2);
  return mul(where(greater(halfTurns, 1), sub(halfTurns, 2), halfTurns), Math.PI);
}

/** Up to here the power series in x^4 serves, whose square this is. */
const seriesEnd = 2.5625;

interface Parts {
  readonly size: Tensor;
  /** x^4 where the series serves. */
  readonly near: Tensor;
  /** The auxiliary functions over pi x, beyond. */
  readonly f: Tensor;
  readonly g: Tensor;
}

function partsOf(x: Tensor): Parts {
  const size = abs(x);
  const far = clip(where(less(size, Infinity), size, 1e10), { min: 1.6, max: 1e10 });
  const t = mul(square(far), Math.PI);
  const u = div(1, square(t));
  const f = sub(1, mul(u, ratio(cephes.farFN, cephes.farFD, u)));
  const g = div(ratio(cephes.farGN, cephes.farGD, u), t);
  const scale = mul(where(less(size, Infinity), far, Infinity), Math.PI);
  return { size: minimum(size, 1.61), near: square(square(minimum(size, 1.61))), f: div(f, scale), g: div(g, scale) };
}

const choose = (x: Tensor, near: Tensor, far: Tensor): Tensor => {
  const value = where(less(square(x), seriesEnd), near, far);
  return where(isnan(x), NaN, where(less(x, 0), neg(value), where(equal(x, 0), x, value)));
};

function sineIntegral(x: Tensor): Tensor {
  const { size, near, f, g } = partsOf(x);
  const turn = angle(x);
  return choose(x, mul(mul(size, square(size)), ratio(cephes.sineN, cephes.sineD, near)), sub(0.5, add(mul(f, cos(turn)), mul(g, sin(turn)))));
}

function cosineIntegral(x: Tensor): Tensor {
  const { size, near, f, g } = partsOf(x);
  const turn = angle(x);
  return choose(x, mul(size, ratio(cephes.cosineN, cephes.cosineD, near)), add(0.5, sub(mul(f, sin(turn)), mul(g, cos(turn)))));
}

/** The Fresnel integrals of sin(pi t^2 / 2) and cos(pi t^2 / 2) from 0 to x, `[S(x), C(x)]` (jax.scipy.special.fresnel). */
export const fresnel = (x: TensorLike): [sine: Tensor, cosine: Tensor] => [
  elementwiseInFloat64({ name: 'fresnelSine', value: sineIntegral, partials: [([t]) => sin(angle(t!))] }, [x]),
  elementwiseInFloat64({ name: 'fresnelCosine', value: cosineIntegral, partials: [([t]) => cos(angle(t!))] }, [x]),
];
