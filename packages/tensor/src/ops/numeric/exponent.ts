import { isHalf, type Dtype } from '../../dtype/dtype.js';
import { DtypeError } from '../../errors/errors.js';
import type { CallRule } from '../../primitives/call-rules.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { composite } from '../composite.js';
import { abs, add, clip, div, equal, floor, greater, greaterEqual, isfinite, isnan, less, log, logicalAnd, logicalNot, logicalOr, maximum, mul, neg, notEqual, pow, sub, trunc, where } from '../elementwise.js';
import { convert, promoteFloating, toTensor } from '../operand.js';
import { broadcastTo } from '../shape.js';
import { broadcastShapes } from '../../shape/shape.js';

/** Binary digits after the point, and the least exponent of a number with all of them. */
const formats: { readonly [D in 'float16' | 'bfloat16' | 'float32' | 'float64']: { readonly digits: number; readonly least: number } } = {
  float16: { digits: 10, least: -14 },
  bfloat16: { digits: 7, least: -126 },
  float32: { digits: 23, least: -126 },
  float64: { digits: 52, least: -1022 },
};

/** x 2^exponent for whole exponents of float64, in two factors that are both in range. */
function scale(x: Tensor, exponent: Tensor): Tensor {
  const limited = clip(exponent, { min: -2200, max: 2200 });
  const half = trunc(div(limited, 2));
  const two = convert(2, 'float64');
  const quarter = trunc(div(half, 2));
  const power = (by: Tensor): Tensor => pow(two, by);
  const rest = sub(limited, half);
  const restQuarter = trunc(div(rest, 2));
  return mul(mul(mul(mul(x, power(quarter)), power(sub(half, quarter))), power(restQuarter)), power(sub(rest, restQuarter)));
}

/** Mantissa of magnitude in [1/2, 1) and exponent of float64, both as float64; the number itself and 0 where it is 0 or not finite. */
function decompose(x: Tensor): [mantissa: Tensor, exponent: Tensor] {
  const plain = logicalAnd(isfinite(x), notEqual(x, 0));
  const safe = where(plain, x, 1);
  // The logarithm may be off by one near powers of two; the mantissa says so.
  const near = add(floor(div(log(abs(safe)), Math.LN2)), 1);
  const first = scale(safe, neg(near));
  const size = abs(first);
  const step = where(greaterEqual(size, 1), 1, where(less(size, 0.5), -1, 0));
  return [where(plain, scale(safe, neg(add(near, step))), x), where(plain, add(near, step), 0)];
}

const mantissaRule: CallRule = {
  kind: 'jvp',
  jvp: (_, [t], [, exponent]) => [t ? convert(scale(convert(t, 'float64'), neg(convert(exponent!, 'float64'))), t.dtype) : null, null],
};

/** x as mantissa 2^exponent, the magnitude of the mantissa in [1/2, 1), the exponent int32; of 0, infinities and NaN the number itself and 0 (jnp.frexp). */
export function frexp(x: TensorLike): [mantissa: Tensor, exponent: Tensor] {
  const [operand] = promoteFloating('frexp', [x]);
  const [mantissa, exponent] = composite('frexp', [operand!], (t) => {
    const [found, power] = decompose(convert(t, 'float64'));
    return [convert(found, t.dtype), convert(power, 'int32')];
  }, { rule: mantissaRule });
  return [mantissa!, exponent!];
}

/** x 2^exponent, the exponent of an integer dtype (jnp.ldexp). @throws DtypeError where it is floating. */
export function ldexp(x: TensorLike, exponent: TensorLike): Tensor {
  const [operand] = promoteFloating('ldexp', [x]);
  const power = toTensor('ldexp', exponent);
  if (['float16', 'bfloat16', 'float32', 'float64'].includes(power.dtype)) throw new DtypeError('ldexp', [power.dtype], 'the exponent must be of an integer dtype');
  const rule: CallRule = {
    kind: 'jvp',
    jvp: ([base, by], [t], [y]) => [t ? broadcastTo(convert(scale(convert(t, 'float64'), convert(by!, 'float64')), base!.dtype), y!.shape) : null],
  };
  return composite('ldexp', [operand!, power], (base, by) => {
    const wide = convert(base, 'float64');
    const isFixed = logicalOr(equal(wide, 0), logicalNot(isfinite(wide)));
    return [convert(where(isFixed, wide, scale(where(isFixed, 1, wide), convert(by, 'float64'))), base.dtype)];
  }, { rule })[0]!;
}

const constantRule: CallRule = { kind: 'jvp', jvp: () => [null] };

/** In float64, where the steps of every smaller dtype are exact. */
function neighbour(x: Tensor, towards: Tensor, dtype: Dtype): Tensor {
  const { digits, least } = formats[dtype as keyof typeof formats];
  const [mantissa, exponent] = decompose(x);
  const place = sub(exponent, 1);
  const step = scale(broadcastTo(convert(1, 'float64'), x.shape), sub(maximum(place, least), digits));
  const isPower = logicalAnd(equal(abs(mantissa), 0.5), greater(place, least));
  const size = abs(x);
  const largest = (2 - 2 ** -digits) * 2 ** (-least + 1);
  const inward = where(equal(size, Infinity), largest, sub(size, where(isPower, mul(step, 0.5), step)));
  const outward = add(size, step);
  const away = logicalOr(logicalAnd(greater(x, 0), greater(towards, x)), logicalAnd(less(x, 0), less(towards, x)));
  const moved = where(away, outward, inward);
  const smallest = 2 ** Math.max(least - digits, -1074);
  const fromZero = where(greater(towards, 0), convert(smallest, 'float64'), -smallest);
  const next = where(equal(x, 0), fromZero, where(less(x, 0), neg(moved), moved));
  return where(logicalOr(isnan(x), isnan(towards)), NaN, where(equal(x, towards), towards, next));
}

/** The next number after x of its dtype in the direction of y (jnp.nextafter); it has no derivative. */
export function nextafter(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promoteFloating('nextafter', [x, y]);
  const shape = broadcastShapes([a!.shape, b!.shape]);
  const operands = [a!, b!].map((operand) => (shape ? broadcastTo(operand, shape) : operand));
  const body = (t: Tensor, u: Tensor): Tensor[] => [convert(neighbour(convert(t, 'float64'), convert(u, 'float64'), t.dtype), t.dtype)];
  return composite('nextafter', operands, body, { attributes: { half: isHalf(a!.dtype) }, rule: constantRule })[0]!;
}

/** The distance from x to the next number away from zero, with the sign of x (jnp.spacing). */
export function spacing(x: TensorLike): Tensor {
  const [operand] = promoteFloating('spacing', [x]);
  const outward = where(less(operand!, 0), -Infinity, Infinity);
  return sub(nextafter(operand!, convert(outward, operand!.dtype)), operand!);
}
