import { add, bitwiseAnd, bitwiseXor, maximum, mul, rightShiftLogical, sub } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import type { Shape } from '../shape/shape.js';
import { scalar, type TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { isDrawable, requireKey, sampleShape, type SampleOptions } from './arguments.js';
import { drawUniform32, drawUniform64, type Interval } from './draw.js';
import { fractionBits, requireFloatDtype, type FloatDtype } from './float-format.js';
import { fusedMultiplyAdd, knownNumber } from './fused-multiply-add.js';
import { randomWords } from './words.js';

export interface UniformOptions extends SampleOptions {
  /** The lower bound, 0 by default; it broadcasts to the shape. */
  readonly minval?: TensorLike | undefined;
  /** The upper bound, 1 by default: no sample reaches it, rounding apart. */
  readonly maxval?: TensorLike | undefined;
}

/**
 * Samples of the uniform distribution on [minval, maxval) (jax.random.uniform).
 * @throws InvalidKeyError; DtypeError if the dtype is not floating; ShapeError if the bounds do not broadcast to the shape.
 */
export function uniform(key: Tensor, shape: Shape = [], { dtype = 'float32', minval = 0, maxval = 1 }: UniformOptions = {}): Tensor {
  requireKey('random.uniform', key);
  const float = requireFloatDtype('random.uniform', dtype);
  sampleShape('random.uniform', shape, [minval, maxval]);
  return uniformBetween(key, shape, float, convert(minval, float), convert(maxval, float));
}

/** `uniform` with bounds of the dtype. */
export function uniformBetween(key: Tensor, shape: Shape, dtype: FloatDtype, minval: Tensor, maxval: Tensor): Tensor {
  const span = sub(maxval, minval);
  const interval = knownInterval(minval, span);
  if (interval && isDrawable(key, shape)) {
    if (dtype === 'float32') return drawUniform32(key, shape, interval);
    if (dtype === 'float64') return drawUniform64(key, shape, interval);
  }
  return composeUniform(key, shape, dtype, minval, span);
}

/** The bounds as numbers, where they are known and in order. */
export function knownInterval(minval: Tensor, span: Tensor): Interval | undefined {
  const [low, width] = [knownNumber(minval), knownNumber(span)];
  return low !== undefined && width !== undefined && width >= 0 ? { minval: low, span: width } : undefined;
}

/** `uniform` as a composition of primitives. */
export function composeUniform(key: Tensor, shape: Shape, dtype: FloatDtype, minval: Tensor, span: Tensor): Tensor {
  const unit = unitFloats(key, shape, dtype);
  if (knownNumber(minval) === 0 && knownNumber(span) === 1) return unit;
  const moved = fusedMultiplyAdd(unit, span, minval, dtype);
  // Rounding keeps order, so that a positive span leads to no number below minval.
  return knownInterval(minval, span) ? moved : maximum(minval, moved);
}

const word = (value: number): Tensor => scalar(value, 'uint32');
const scaled = (bits: Tensor, exponent: number, dtype: FloatDtype): Tensor => mul(convert(bits, dtype), scalar(2 ** exponent, dtype));

/**
 * Numbers in [0, 1) with as many random bits as the significand holds: where JAX puts the bits below the exponent of 1 and
 * takes 1 away, this scales them; both are exact.
 */
function unitFloats(key: Tensor, shape: Shape, dtype: FloatDtype): Tensor {
  const [word0, word1] = randomWords(key, shape);
  if (dtype === 'float64') return add(scaled(word0, -32, dtype), scaled(rightShiftLogical(word1, word(12)), -52, dtype));
  const bits = bitwiseXor(word0, word1);
  const fraction = fractionBits(dtype);
  if (dtype === 'float32') return scaled(rightShiftLogical(bits, word(32 - fraction)), -fraction, dtype);
  // JAX draws 16 bits for float16 and 8 for bfloat16, and keeps the upper ones of these.
  const drawn = dtype === 'float16' ? 16 : 8;
  const kept = bitwiseAnd(rightShiftLogical(bits, word(drawn - fraction)), word(2 ** fraction - 1));
  return scaled(kept, -fraction, dtype);
}
