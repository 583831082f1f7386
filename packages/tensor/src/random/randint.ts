import { isInteger, type Dtype } from '../dtype/dtype.js';
import { ArgumentError, DtypeError } from '../errors/errors.js';
import { integerRange } from '../kernels/convert.js';
import { add, clip, equal, greater, lessEqual, logicalAnd, maximum, mul, rem, sub, where } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import type { Shape } from '../shape/shape.js';
import { requireDtypeName, scalar } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { requireKey, sampleShape } from './arguments.js';
import { randomBits } from './bits.js';
import { knownNumber } from './fused-multiply-add.js';
import { split } from './keys.js';
import { sliceKey } from './slice-key.js';

/** A bound: an integer, or a tensor of integers that broadcasts to the shape. */
export type IntegerBound = number | bigint | Tensor;

export interface RandintOptions {
  /** An integer dtype, int32 by default. */
  readonly dtype?: Dtype | undefined;
}

/**
 * Whole numbers of [minval, maxval) (jax.random.randint), minval where that is empty. Twice as many bits are drawn as the
 * dtype has, so that the remainder favours small numbers little.
 * @throws InvalidKeyError; DtypeError if a dtype is not an integer one; ArgumentError if a bound is a fraction; ShapeError if a bound does
 *   not broadcast to the shape.
 */
export function randint(key: Tensor, shape: Shape, minval: IntegerBound, maxval: IntegerBound, { dtype = 'int32' }: RandintOptions = {}): Tensor {
  requireKey('random.randint', key);
  requireDtypeName('random.randint', dtype);
  if (!isInteger(dtype)) throw new DtypeError('random.randint', [dtype], '`dtype` must be an integer dtype');
  requireBound('minval', minval);
  requireBound('maxval', maxval);
  sampleShape('random.randint', shape, [minval, maxval]);
  const wide = dtype === 'int64' || dtype === 'uint64' || dtype === 'uint32' ? dtype : 'int32';
  // JAX draws small integers as int32, where one past the last of them is still a bound.
  const small = wide !== dtype;
  const low = clipped(minval, dtype, wide, 0n);
  const high = clipped(maxval, dtype, wide, small ? 1n : 0n);
  const beyond = small ? scalar(false, 'bool') : isBeyond(maxval, wide);
  return convert(sampleBelow(key, shape, low, high, beyond, wide), dtype);
}

function requireBound(argument: string, bound: IntegerBound): void {
  if (bound instanceof Tensor) {
    if (!isInteger(bound.dtype)) throw new DtypeError('random.randint', [bound.dtype], `\`${argument}\` must be an integer`);
  } else if (typeof bound !== 'bigint' && !Number.isInteger(bound)) {
    throw new ArgumentError('random.randint', argument, `must be a whole number, found ${String(bound)}`);
  }
}

const clampBig = (x: bigint, low: bigint, high: bigint): bigint => (x < low ? low : x > high ? high : x);

/** The bound limited to the range of `dtype`, and `extra` numbers above it, in the dtype `wide`. */
function clipped(bound: IntegerBound, dtype: Dtype, wide: Dtype, extra: bigint): Tensor {
  const { low, high } = integerRange(dtype);
  if (!(bound instanceof Tensor)) return scalar(clampBig(BigInt(bound), low, high + extra), wide);
  const own = integerRange(bound.dtype);
  const limit = (x: bigint): Tensor => scalar(clampBig(x, own.low, own.high), bound.dtype);
  return convert(clip(bound, { min: limit(low), max: limit(high + extra) }), wide);
}

/** Where the bound is above the largest number of `dtype`: then the range ends with that number. */
function isBeyond(bound: IntegerBound, dtype: Dtype): Tensor {
  const { high } = integerRange(dtype);
  if (!(bound instanceof Tensor)) return scalar(BigInt(bound) > high, 'bool');
  return integerRange(bound.dtype).high > high ? greater(bound, scalar(high, bound.dtype)) : scalar(false, 'bool');
}

const unsignedOf = { int32: 'uint32', uint32: 'uint32', int64: 'uint64', uint64: 'uint64' } as const;

/** x modulo `divisor`, and x where that is 0. */
function remainder(x: Tensor, divisor: Tensor): Tensor {
  const known = knownNumber(divisor);
  if (known !== undefined) return known === 0 ? x : rem(x, divisor);
  return where(equal(divisor, scalar(0, divisor.dtype)), x, rem(x, maximum(divisor, scalar(1, divisor.dtype))));
}

function sampleBelow(key: Tensor, shape: Shape, low: Tensor, high: Tensor, beyond: Tensor, dtype: keyof typeof unsignedOf): Tensor {
  const unsigned = unsignedOf[dtype];
  const one = scalar(1, unsigned);
  const isEmpty = lessEqual(high, low);
  const difference = where(isEmpty, one, convert(sub(high, low), unsigned));
  // The whole range of the dtype wraps to a span of 0, which leaves the bits as they are.
  const span = where(logicalAnd(beyond, greater(high, low)), add(difference, one), difference);
  const keys = split(key);
  const [upper, lower] = [randomBits(sliceKey(keys, 0), shape, unsigned), randomBits(sliceKey(keys, 1), shape, unsigned)];
  // (upper 2^n + lower) % span without numbers beyond n bits: (2^n % span) is (2^(n/2) % span)^2 % span.
  const half = remainder(scalar(unsigned === 'uint32' ? 2 ** 16 : 2 ** 32, unsigned), span);
  const multiplier = remainder(mul(half, half), span);
  const offset = remainder(add(mul(remainder(upper, span), multiplier), remainder(lower, span)), span);
  return add(low, convert(offset, dtype));
}
