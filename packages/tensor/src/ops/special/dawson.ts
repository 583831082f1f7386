import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, clip, div, equal, less, minimum, maximum, mul, sign, square, sub, where } from '../elementwise.js';
import { elementwiseInFloat64, polynomial } from './elementwise-composite.js';

// Cephes `dawsn.c` (S. Moshier; W. Cody, K. Paciorek, H. Thacher, "Chebyshev approximations for Dawson's integral", 1970): up to 3.25, up to 6.25, beyond.
const nearN = [
  1.1368149897175597e-11, 8.492622676674738e-10, 1.9443420417555306e-8, 9.531517412544844e-7, 3.078283098749132e-6, 0.00035251336852028877, -0.0008501498467244109,
  0.04226182230055466, -0.09174803717734524, 1,
];
const nearD = [
  2.403720730667626e-11, 1.488646813684934e-9, 5.212652810105416e-8, 1.2725847827318697e-6, 2.324902498207895e-5, 0.00032552474182605793, 0.003488058146571626,
  0.027944853119882897, 0.15887424196012057, 0.5749186294893204, 1,
];
const middleN = [
  0.5089551564179009, -0.24475441814269785, 0.09415123353035344, -0.021871125514203903, 0.003662076123295692, -0.0004232091144603888, 3.5964130479389666e-5,
  -2.1464035171996896e-6, 9.100107800763914e-8, -2.4027452082825098e-9, 3.592333854409284e-11,
];
const middleD = [
  1, -0.6318398698733682, 0.2367067882282487, -0.053180636700322324, 0.008480417185862954, -0.0009479967684866654, 7.810255929445524e-5, -4.558751532524426e-6,
  1.8910035811142186e-7, -4.913246913319206e-9, 7.184664032357345e-11,
];
const farN = [
  -0.5905928605347732, 0.6292352427243688, -0.17285897538038814, 0.016483704782518965, -0.0004868276130204627,
];
const farD = [
  1, -2.698200571975449, 1.7327079904594784, -0.3937085822819395, 0.03442789240412334, -0.0009736552260409412,
];

/** D(x) 2 x as a rational function of 1 / x^2. */
function outer(above: readonly number[], below: readonly number[], x: Tensor): Tensor {
  const t = div(1, square(x));
  return div(mul(0.5, add(1, mul(t, div(polynomial(above, t), polynomial(below, t))))), x);
}

function dawson(x: Tensor): Tensor {
  const size = abs(x);
  const near = minimum(size, 3.25);
  const squared = square(near);
  const inner = mul(near, div(polynomial(nearN, squared), polynomial(nearD, squared)));
  const middle = outer(middleN, middleD, clip(size, { min: 3.25, max: 6.25 }));
  const far = outer(farN, farD, maximum(size, 6.25));
  return mul(sign(x), where(less(size, 3.25), inner, where(less(size, 6.25), middle, far)));
}

/** Dawson's integral, exp(-x^2) times the integral of exp(t^2) from 0 to x (jax.scipy.special.dawsn). */
export const dawsn = (x: TensorLike): Tensor =>
  elementwiseInFloat64({ name: 'dawsn', value: dawson, partials: [([t], y) => where(equal(abs(t!), Infinity), 0, sub(1, mul(mul(2, t!), y)))] }, [x]);
