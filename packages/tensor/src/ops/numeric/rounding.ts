import { isFloating, isInteger } from '../../dtype/dtype.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { floorDivide, mod } from '../division.js';
import { equal, rem, round, sub, trunc, where } from '../elementwise.js';
import { convert, promoteFloating, promoteNumbers, toTensor } from '../operand.js';

/** To the nearest whole number, halves to even; integers become float32 (jnp.rint). */
export const rint = (x: TensorLike): Tensor => {
  const operand = toTensor('rint', x);
  return isFloating(operand.dtype) ? round(operand) : convert(operand, 'float32');
};

/** The fraction and the whole part of each element, both with its sign (jnp.modf). */
export function modf(x: TensorLike): [fraction: Tensor, whole: Tensor] {
  const [operand] = promoteFloating('modf', [x]);
  const whole = trunc(operand!);
  return [sub(operand!, whole), whole];
}

/** The remainder with the sign of the dividend; of integers by zero it is 0 (jnp.fmod). */
export function fmod(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteNumbers('fmod', [x, y]);
  return rem(a!, isInteger(b!.dtype) ? where(equal(b!, 0), 1, b!) : b!);
}

/** The quotient rounded down, and the remainder with the sign of the divisor (jnp.divmod). */
export const divmod = (x: TensorLike, y: TensorLike): [quotient: Tensor, remainder: Tensor] => [floorDivide(x, y), mod(x, y)];
