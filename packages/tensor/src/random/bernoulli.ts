import { bytesPerElement, isFloating, type Dtype } from '../dtype/dtype.js';
import { ArgumentError, DtypeError } from '../errors/errors.js';
import { less, mul, sub } from '../ops/elementwise.js';
import { convert, promotedDtype } from '../ops/operand.js';
import { reshape, sliceAxis } from '../ops/shape.js';
import type { Shape } from '../shape/shape.js';
import { requireDtypeName, scalar, type TensorLike } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { requireKey, sampleShape } from './arguments.js';
import { epsilon, requireFloatDtype } from './float-format.js';
import { uniform } from './uniform.js';

export interface BernoulliOptions {
  /** `high` draws twice as many bits, for probabilities that float32 numbers of 23 bits miss (below about 1e-7). */
  readonly mode?: 'low' | 'high' | undefined;
}

/**
 * True with probability `p`, which broadcasts to the shape (jax.random.bernoulli): bool, of the shape of `p` by default.
 * @throws InvalidKeyError; DtypeError if `p` is a tensor of integers; ShapeError if it does not broadcast to the shape.
 */
export function bernoulli(key: Tensor, p: TensorLike = 0.5, shape?: Shape, { mode = 'low' }: BernoulliOptions = {}): Tensor {
  requireKey('random.bernoulli', key);
  if (mode !== 'low' && mode !== 'high') throw new ArgumentError('random.bernoulli', 'mode', `must be 'low' or 'high', found ${JSON.stringify(mode)}`);
  // A number is a probability, also where it is the whole number 0 or 1.
  const found = p instanceof Tensor ? promotedDtype('random.bernoulli', [p]) : 'float32';
  if (!isFloating(found)) throw new DtypeError('random.bernoulli', [found], '`p` must be of a floating dtype');
  const dtype = requireFloatDtype('random.bernoulli', found);
  const probability = convert(p, dtype);
  const whole = sampleShape('random.bernoulli', shape, [probability]);
  if (mode === 'low') return less(uniform(key, whole, { dtype }), probability);
  const pair = uniform(key, [2, ...whole], { dtype });
  const sample = (i: number): Tensor => reshape(sliceAxis(pair, 0, i, i + 1), whole);
  return less(mul(sample(1), scalar(epsilon(dtype), dtype)), sub(probability, sample(0)));
}

export interface RademacherOptions {
  /** int32 by default. */
  readonly dtype?: Dtype | undefined;
}

/**
 * -1 and 1, equally likely (jax.random.rademacher). As in JAX, which has 64-bit dtypes only together with float64 as the
 * default, those are drawn with 64-bit words.
 * @throws InvalidKeyError, ArgumentError.
 */
export function rademacher(key: Tensor, shape: Shape = [], { dtype = 'int32' }: RademacherOptions = {}): Tensor {
  requireKey('random.rademacher', key);
  requireDtypeName('random.rademacher', dtype);
  const half = scalar(0.5, bytesPerElement(dtype) === 8 ? 'float64' : 'float32');
  const coin = convert(bernoulli(key, half, shape), dtype);
  return sub(mul(scalar(2, dtype), coin), scalar(1, dtype));
}
