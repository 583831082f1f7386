import { isFloating } from '../../dtype/dtype.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, div, equal, greater, isnan, less, logicalAnd, logicalOr, maximum, minimum, mul, neg, sqrt, square, where, add } from '../elementwise.js';
import { convert, promote, promoteFloating, toTensor } from '../operand.js';

/** x, as a number: bools become int32 (jnp.positive). */
export const positive = (x: TensorLike): Tensor => {
  const operand = toTensor('positive', x);
  return operand.dtype === 'bool' ? convert(operand, 'int32') : operand;
};

/** Whether an element is below zero, -0 included; false at NaN, whose sign JavaScript does not keep (jnp.signbit). */
export function signbit(x: TensorLike): Tensor {
  const operand = toTensor('signbit', x);
  const negative = less(operand, 0);
  return isFloating(operand.dtype) ? logicalOr(negative, logicalAnd(equal(operand, 0), less(div(1, operand), 0))) : negative;
}

/** The magnitude of x with the sign of y (jnp.copysign). */
export function copysign(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteFloating('copysign', [x, y]);
  return where(signbit(b!), neg(abs(a!)), abs(a!));
}

/** 0 below zero, 1 above, `atZero` at zero, NaN at NaN (jnp.heaviside). */
export function heaviside(x: TensorLike, atZero: TensorLike): Tensor {
  const [a, b] = promoteFloating('heaviside', [x, atZero]);
  return where(less(a!, 0), 0, where(greater(a!, 0), 1, where(isnan(a!), a!, b!)));
}

/** The larger of x and y; a NaN is passed over (jnp.fmax). */
export function fmax(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('fmax', [x, y]);
  return where(logicalOr(greater(a!, b!), isnan(b!)), a!, b!);
}

/** The smaller of x and y; a NaN is passed over (jnp.fmin). */
export function fmin(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('fmin', [x, y]);
  return where(logicalOr(less(a!, b!), isnan(b!)), a!, b!);
}

/** sqrt(x^2 + y^2) without overflow (jnp.hypot). */
export function hypot(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteFloating('hypot', [x, y]).map((operand) => abs(operand));
  const [large, small] = [maximum(a!, b!), minimum(a!, b!)];
  const isZero = equal(large, 0);
  const ratio = div(small, where(isZero, 1, large));
  const length = where(isZero, large, mul(large, sqrt(add(square(ratio), 1))));
  return where(logicalOr(equal(a!, Infinity), equal(b!, Infinity)), Infinity, length);
}

/** Whether elements are +Infinity (jnp.isposinf). */
export const isposinf = (x: TensorLike): Tensor => equal(toTensor('isposinf', x), Infinity);
/** Whether elements are -Infinity (jnp.isneginf). */
export const isneginf = (x: TensorLike): Tensor => equal(toTensor('isneginf', x), -Infinity);

/** |x| of floats; integers become float32 (jnp.fabs). */
export const fabs = (x: TensorLike): Tensor => abs(promoteFloating('fabs', [x])[0]!);
