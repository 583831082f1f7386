import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, clip, cos, div, equal, greater, isnan, less, lessEqual, log, minimum, mul, sign, sin, square, sub, where } from '../elementwise.js';
import { sinc } from '../numeric/scalar-functions.js';
import { eulerGamma } from '../numeric/constants.js';
import { elementwiseInFloat64, polynomial } from './elementwise-composite.js';
import * as cephes from './sine-integral-coefficients.js';

const ratio = (above: readonly number[], below: readonly number[], t: Tensor): Tensor => div(polynomial(above, t), polynomial(below, t));

/** The auxiliary functions f and g for x > 4: Si = pi/2 - f cos - g sin, Ci = f sin - g cos. */
function auxiliary(x: Tensor): { readonly f: Tensor; readonly g: Tensor } {
  const isMiddle = less(x, 8);
  const [middle, far] = [clip(x, { min: 4, max: 8 }), clip(x, { min: 8, max: 1e9 })].map((t) => div(1, square(t))) as [Tensor, Tensor];
  const f = where(isMiddle, ratio(cephes.middleFN, cephes.middleFD, middle), ratio(cephes.farFN, cephes.farFD, far));
  const g = where(isMiddle, mul(middle, ratio(cephes.middleGN, cephes.middleGD, middle)), mul(far, ratio(cephes.farGN, cephes.farGD, far)));
  // Beyond 1e9 g is nothing beside f, which is 1 / x.
  const isBeyond = greater(x, 1e9);
  return { f: div(where(isBeyond, 1, f), where(lessEqual(x, 4), 4, x)), g: where(isBeyond, 0, g) };
}

/** The size with infinity and NaN taken away, which no sine has. */
const finite = (size: Tensor): Tensor => where(less(size, Infinity), size, 5);

function sine(x: Tensor): Tensor {
  const size = abs(x);
  const near = minimum(size, 4);
  const far = finite(size);
  const { f, g } = auxiliary(far);
  const outer = sub(Math.PI / 2, add(mul(f, cos(far)), mul(g, sin(far))));
  const value = where(lessEqual(size, 4), mul(near, ratio(cephes.sineN, cephes.sineD, square(near))), where(equal(size, Infinity), Math.PI / 2, outer));
  return where(isnan(x), NaN, mul(sign(x), value));
}

function cosine(x: Tensor): Tensor {
  const size = abs(x);
  const near = minimum(size, 4);
  const far = finite(size);
  const { f, g } = auxiliary(far);
  const outer = sub(mul(f, sin(far)), mul(g, cos(far)));
  const inner = add(add(log(near), eulerGamma), mul(square(near), ratio(cephes.cosineN, cephes.cosineD, square(near))));
  const value = where(lessEqual(size, 4), inner, where(equal(size, Infinity), 0, outer));
  return where(isnan(x), NaN, where(equal(x, -Infinity), NaN, value));
}

/**
 * The sine and the cosine integral, `[Si(x), Ci(x)]` (jax.scipy.special.sici). Ci is minus infinity at 0; of a negative number it is that of its size, NaN at minus
 * infinity.
 */
export const sici = (x: TensorLike): [sine: Tensor, cosine: Tensor] => [
  elementwiseInFloat64({ name: 'sineIntegral', value: sine, partials: [([t]) => sinc(div(t!, Math.PI))] }, [x]),
  elementwiseInFloat64({ name: 'cosineIntegral', value: cosine, partials: [([t]) => div(cos(t!), t!)] }, [x]),
];
