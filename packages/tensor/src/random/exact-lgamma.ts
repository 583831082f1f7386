import { add, div, mul, sub } from '../ops/elementwise.js';
import type { Tensor } from '../tensor/tensor.js';
import { exactLog, exactLog1p } from './exact-log.js';
import { fusedMultiplyAdd } from './fused-multiply-add.js';
import { scalar } from '../tensor/create.js';

// C. Lanczos, "A precision approximation of the gamma function" (1964), with the parameter and coefficients that XLA has.
const lanczosShift = 7.5;
const base = 0.99999999999980993227684700473478;
const coefficients = [
  676.520368121885098567009190444019, -1259.13921672240287047156078755283, 771.3234287776530788486528258894, -176.61502916214059906584551354, 12.507343278686904814458936853,
  -0.13857109526572011689554707, 9.984369578019570859563e-6, 1.50563273514931155834e-7,
];
const logSqrtTwoPi = 0.9189385332046727;

/**
 * log gamma(x) of float32 numbers from 1/2 on, with the steps and roundings of XLA: of large numbers float32 keeps few digits after the
 * point, and samplers accept or reject by them.
 */
export function exactLgamma(x: Tensor): Tensor {
  const z = sub(x, 1);
  const series = coefficients.reduce((sum, coefficient, i) => add(sum, div(coefficient, add(z, i + 1))), scalar(base, 'float32'));
  const t = add(z, lanczosShift);
  const logT = add(exactLog1p(mul(z, 1 / lanczosShift)), Math.log(lanczosShift));
  const factor = sub(add(z, 0.5), div(t, logT));
  return add(fusedMultiplyAdd(factor, logT, scalar(logSqrtTwoPi, 'float32'), 'float32'), exactLog(series));
}
