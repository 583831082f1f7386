import type { Dtype } from '../../dtype/dtype.js';
import { isFloating } from '../../dtype/dtype.js';
import type { CallRule } from '../../primitives/call-rules.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { composite } from '../composite.js';
import { abs, add, cos, div, equal, exp, isfinite, isnan, lessEqual, log1p, logicalAnd, logicalOr, maximum, mul, neg, pow, sin, square, sub, where } from '../elementwise.js';
import { convert, promoteFloating, toTensor } from '../operand.js';
import { broadcastTo } from '../shape.js';
import { all } from '../reduce.js';
import { broadcastShapes, equalShapes } from '../../shape/shape.js';
import { elementwise, elementwiseInFloat64, polynomial } from '../special/elementwise-composite.js';
import { isneginf, isposinf } from './sign.js';

/** Degrees to radians (jnp.deg2rad). */
export const deg2rad = (x: TensorLike): Tensor => mul(promoteFloating('deg2rad', [x])[0]!, Math.PI / 180);
/** Radians to degrees (jnp.rad2deg). */
export const rad2deg = (x: TensorLike): Tensor => mul(promoteFloating('rad2deg', [x])[0]!, 180 / Math.PI);
export { deg2rad as radians, rad2deg as degrees };

/** The Taylor series of sin(z)/z and of its derivative over z, in z^2, leading coefficient first: enough for |z| up to 1/2. */
const series = Array.from({ length: 9 }, (_, i) => (i % 2 === 0 ? 1 : -1) / Array.from({ length: 2 * i + 1 }, (_unused, k) => k + 1).reduce((a, b) => a * b, 1)).reverse();
const slopeSeries = series.slice(0, -1).map((coefficient, i) => coefficient * 2 * (series.length - 1 - i));

const nearZero = (z: Tensor): Tensor => lessEqual(abs(z), 0.5);

/** d/dz sin(z)/z = (z cos z - sin z) / z^2, which near 0 is a difference of equals. */
function sincSlope(z: Tensor): Tensor {
  const isNear = nearZero(z);
  const safe = where(isNear, 1, z);
  return where(isNear, mul(z, polynomial(slopeSeries, square(where(isNear, z, 0)))), div(sub(mul(safe, cos(safe)), sin(safe)), square(safe)));
}

/** sin(pi x) / (pi x), 1 at 0 (jnp.sinc), smooth there. */
export const sinc = (x: TensorLike): Tensor =>
  elementwise({
    name: 'sinc',
    value: (t) => {
      const z = mul(t, Math.PI);
      const isZero = equal(z, 0);
      return where(isZero, 1, div(sin(z), where(isZero, 1, z)));
    },
    partials: [([t]) => elementwiseInFloat64({ name: 'sincSlope', value: (u) => mul(sincSlope(mul(u, Math.PI)), Math.PI) }, [t!])],
  }, [x]);

/** x^y in floats, also for whole exponents (jnp.float_power); integers become float32. */
export function floatPower(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteFloating('floatPower', [x, y]);
  return pow(a!, b!);
}

const logaddexp2Rule: CallRule = {
  kind: 'jvp',
  jvp: ([x, y], [tx, ty], [z]) => {
    const finite = (of: Tensor): Tensor => where(equal(of, Infinity), 0, of);
    const share = (of: Tensor, t: Tensor): Tensor => mul(t, exp(mul(sub(finite(of), finite(z!)), Math.LN2)));
    const [fromX, fromY] = [tx ? share(x!, tx) : null, ty ? share(y!, ty) : null];
    const total = fromX && fromY ? add(fromX, fromY) : (fromX ?? fromY);
    return [total && broadcastTo(total, z!.shape)];
  },
};

/** log2(2^x + 2^y) without overflow (jnp.logaddexp2). */
export function logaddexp2(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteFloating('logaddexp2', [x, y]);
  const decompose = (t: Tensor, u: Tensor): Tensor[] => {
    const difference = sub(t, u);
    const above = div(log1p(exp(mul(neg(abs(difference)), Math.LN2))), Math.LN2);
    return [where(isnan(difference), add(t, u), add(maximum(t, u), above))];
  };
  return composite('logaddexp2', [a!, b!], decompose, { rule: logaddexp2Rule })[0]!;
}

export interface NanToNumOptions {
  readonly nan?: TensorLike;
  readonly posinf?: TensorLike;
  readonly neginf?: TensorLike;
}

const largestOf: { readonly [name: string]: number } = { float16: 65504, bfloat16: 3.3895313892515355e38, float32: 3.4028234663852886e38, float64: Number.MAX_VALUE };

/** NaN becomes 0 and the infinities the largest numbers of the dtype, or what the options say (jnp.nan_to_num). */
export function nanToNum(x: TensorLike, { nan = 0, posinf, neginf }: NanToNumOptions = {}): Tensor {
  const operand = toTensor('nanToNum', x);
  if (!isFloating(operand.dtype)) return operand;
  const largest = largestOf[operand.dtype]!;
  const of = (value: TensorLike): Tensor => convert(value, operand.dtype);
  const numbers = where(isnan(operand), of(nan), operand);
  const below = where(isposinf(numbers), of(posinf ?? largest), numbers);
  return where(isneginf(below), of(neginf ?? -largest), below);
}

export interface CloseOptions {
  readonly rtol?: TensorLike;
  readonly atol?: TensorLike;
  readonly equalNan?: boolean;
}

/** |x - y| <= atol + rtol |y| element by element; infinities are close to themselves (jnp.isclose). */
export function isclose(x: TensorLike, y: TensorLike, { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions = {}): Tensor {
  const [a, b] = promoteFloating('isclose', [x, y]);
  const of = (value: TensorLike, dtype: Dtype): Tensor => convert(value, dtype);
  const inRange = lessEqual(abs(sub(a!, b!)), add(of(atol, a!.dtype), mul(of(rtol, a!.dtype), abs(b!))));
  const close = logicalOr(equal(a!, b!), logicalAnd(isfinite(b!), inRange));
  return equalNan ? logicalOr(close, logicalAnd(isnan(a!), isnan(b!))) : close;
}

/** Whether all elements are close (jnp.allclose). */
export const allclose = (x: TensorLike, y: TensorLike, options: CloseOptions = {}): Tensor => all(isclose(x, y, options));

/** Whether x and y have one shape and equal elements (jnp.array_equal). */
export function arrayEqual(x: TensorLike, y: TensorLike, { equalNan = false }: { readonly equalNan?: boolean } = {}): Tensor {
  const [a, b] = [toTensor('arrayEqual', x), toTensor('arrayEqual', y)];
  if (!equalShapes(a.shape, b.shape)) return convert(false, 'bool');
  const same = equal(a, b);
  return all(equalNan ? logicalOr(same, logicalAnd(isnan(a), isnan(b))) : same);
}

/** Whether x and y have equal elements after broadcasting (jnp.array_equiv); of shapes that do not broadcast, false. */
export function arrayEquiv(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = [toTensor('arrayEquiv', x), toTensor('arrayEquiv', y)];
  return broadcastShapes([a.shape, b.shape]) === undefined ? convert(false, 'bool') : all(equal(a, b));
}
