import { div, erf, erfInv, maximum, minimum, mul, sub } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import type { Shape } from '../shape/shape.js';
import { requireShape, scalar, type TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { isDrawable, requireKey, sampleShape, type SampleOptions } from './arguments.js';
import { drawNormal32, drawNormal64, type NormalInterval } from './draw.js';
import { belowOne, nextAbove, nextBelow, requireFloatDtype, type FloatDtype } from './float-format.js';
import { knownNumber } from './fused-multiply-add.js';
import { composeUniform, knownInterval } from './uniform.js';

const sqrt2 = (dtype: FloatDtype): Tensor => scalar(Math.SQRT2, dtype);

/**
 * Samples of the standard normal distribution (jax.random.normal): sqrt(2) erfInv(u), u uniform between -1 and 1.
 * @throws InvalidKeyError; DtypeError if the dtype is not floating.
 */
export function normal(key: Tensor, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  requireKey('random.normal', key);
  requireShape('random.normal', shape);
  const float = requireFloatDtype('random.normal', dtype);
  // The span, 1 - minval, rounds to 2 in every dtype.
  const interval = { minval: -belowOne(float), span: 2, lower: -Infinity, upper: Infinity };
  return drawNormal(key, shape, float, interval) ?? composeNormal(key, shape, float);
}

function drawNormal(key: Tensor, shape: Shape, dtype: FloatDtype, interval: NormalInterval): Tensor | undefined {
  if (!isDrawable(key, shape)) return undefined;
  if (dtype === 'float32') return drawNormal32(key, shape, interval);
  return dtype === 'float64' ? drawNormal64(key, shape, interval) : undefined;
}

/** `normal` as a composition of primitives. */
function composeNormal(key: Tensor, shape: Shape, dtype: FloatDtype): Tensor {
  const u = composeUniform(key, shape, dtype, scalar(-belowOne(dtype), dtype), scalar(2, dtype));
  return mul(sqrt2(dtype), erfInv(u));
}

/** The uniform distribution that becomes the truncated normal one, and the numbers strictly between the bounds. */
interface Truncation {
  readonly minval: Tensor;
  readonly span: Tensor;
  readonly lower: Tensor;
  readonly upper: Tensor;
}

function truncation(lower: Tensor, upper: Tensor, dtype: FloatDtype): Truncation {
  // XLA divides by the constant sqrt(2) by multiplying with its rounded reciprocal, which moves some bounds by a bit.
  const reciprocal = div(1, sqrt2(dtype));
  const minval = erf(mul(lower, reciprocal));
  const maxval = erf(mul(upper, reciprocal));
  return { minval, span: sub(maxval, minval), lower: nextAbove(lower, dtype), upper: nextBelow(upper, dtype) };
}

/**
 * Samples of the standard normal distribution between `lower` and `upper` (jax.random.truncated_normal), which broadcast to
 * the shape; without a shape, the one to which they broadcast.
 * @throws InvalidKeyError; DtypeError if the dtype is not floating; ShapeError if the bounds do not broadcast to the shape.
 */
export function truncatedNormal(key: Tensor, lower: TensorLike, upper: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  requireKey('random.truncatedNormal', key);
  const float = requireFloatDtype('random.truncatedNormal', dtype);
  const whole = sampleShape('random.truncatedNormal', shape, [lower, upper]);
  const bounds = truncation(convert(lower, float), convert(upper, float), float);
  const known = knownTruncation(bounds);
  return (known && drawNormal(key, whole, float, known)) ?? composeTruncatedNormal(key, whole, float, bounds);
}

function knownTruncation({ minval, span, lower, upper }: Truncation): NormalInterval | undefined {
  const interval = knownInterval(minval, span);
  const [low, high] = [knownNumber(lower), knownNumber(upper)];
  return interval && low !== undefined && high !== undefined ? { ...interval, lower: low, upper: high } : undefined;
}

/** `truncatedNormal` as a composition of primitives. */
function composeTruncatedNormal(key: Tensor, shape: Shape, dtype: FloatDtype, { minval, span, lower, upper }: Truncation): Tensor {
  const u = composeUniform(key, shape, dtype, minval, span);
  return minimum(maximum(mul(sqrt2(dtype), erfInv(u)), lower), upper);
}
