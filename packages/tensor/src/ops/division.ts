import { dtypeKind, isInteger } from '../dtype/dtype.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, div, equal, less, logicalAnd, notEqual, rem, round, sign, sub, where } from './elementwise.js';
import { bindOne } from '../program/bind.js';
import { promoteNumbers } from './operand.js';

/** The quotient rounded down (jnp.floor_divide); of floats by zero it is infinite, as IEEE division. */
export function floorDivide(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteNumbers('floorDivide', [x, y]);
  // What has no sign is rounded down already; by zero all bits are set, as JAX has it.
  if (dtypeKind(a!.dtype) === 'uint') return bindOne('div', [a!, b!], {});
  const remainder = rem(a!, b!);
  if (isInteger(a!.dtype)) {
    const quotient = bindOne('div', [a!, b!], {});
    return where(logicalAnd(notEqual(sign(a!), sign(b!)), notEqual(remainder, 0)), sub(quotient, 1), quotient);
  }
  const quotient = div(where(equal(b!, 0), a!, sub(a!, remainder)), b!);
  return round(where(logicalAnd(notEqual(remainder, 0), notEqual(sign(b!), sign(remainder))), sub(quotient, 1), quotient));
}

/** The remainder with the sign of the divisor (jnp.mod, jnp.remainder); of integers by zero it is 0. */
export function mod(x: TensorLike, y: TensorLike): Tensor {
  const [a, given] = promoteNumbers('mod', [x, y]);
  const b = isInteger(a!.dtype) ? where(equal(given!, 0), 1, given!) : given!;
  const remainder = rem(a!, b);
  const otherSign = logicalAnd(notEqual(remainder, 0), notEqual(less(remainder, 0), less(b, 0)));
  return where(otherSign, add(remainder, b), remainder);
}
export { mod as remainder };
