import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, div, equal, integerPow, isfinite, less, logicalAnd, logicalNot, mul, neg, pow, sub, where } from '../elementwise.js';
import { elementwiseInFloat64 } from './elementwise-composite.js';

/** The power 1/3 by magnitude, and a step of Newton's method, which takes its last error away. */
function cubeRoot(x: Tensor): Tensor {
  const plain = logicalAnd(isfinite(x), logicalNot(equal(x, 0)));
  const size = where(plain, abs(x), 1);
  const near = pow(size, 1 / 3);
  const root = sub(near, div(sub(near, div(size, mul(near, near))), 3));
  return where(plain, where(less(x, 0), neg(root), root), x);
}

/** The real cube root, of negative numbers too (jnp.cbrt); its derivative at 0 is infinite. */
export const cbrt = (x: TensorLike): Tensor =>
  elementwiseInFloat64({ name: 'cbrt', value: cubeRoot, partials: [(_, y) => div(integerPow(y, -2), 3)] }, [x]);
