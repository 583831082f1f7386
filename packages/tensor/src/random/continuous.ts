import { bytesPerElement, isInteger, type Dtype } from '../dtype/dtype.js';
import { toFloating } from '../dtype/promotion.js';
import { DtypeError } from '../errors/errors.js';
import { abs, add, div, equal, exp, floor, less, lessEqual, mul, neg, pow, sign, sqrt, square, sub, tan, where } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import { sum } from '../ops/reduce.js';
import type { Shape } from '../shape/shape.js';
import { requireDtypeName, requireShape, scalar, type TensorLike } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { requireKey, requireNotNegative, samplerArguments, sampleShape, type SampleOptions } from './arguments.js';
import { rademacher } from './bernoulli.js';
import { exactLog, exactLog1p } from './exact-log.js';
import { belowOne, epsilon, tiny } from './float-format.js';
import { split } from './keys.js';
import { normal } from './normal.js';
import { sliceKey } from './slice-key.js';
import { uniform } from './uniform.js';

/** Samples of the exponential distribution of rate 1 (jax.random.exponential). @throws InvalidKeyError, DtypeError. */
export function exponential(key: Tensor, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  samplerArguments('exponential', key, shape, [], dtype);
  return neg(exactLog1p(neg(uniform(key, shape, { dtype }))));
}

/** Samples of the Laplace distribution (jax.random.laplace). @throws InvalidKeyError, DtypeError. */
export function laplace(key: Tensor, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { float } = samplerArguments('laplace', key, shape, [], dtype);
  const u = uniform(key, shape, { dtype, minval: -belowOne(float) });
  return mul(sign(u), exactLog1p(neg(abs(u))));
}

/** Samples of the logistic distribution (jax.random.logistic). @throws InvalidKeyError, DtypeError. */
export function logistic(key: Tensor, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { float } = samplerArguments('logistic', key, shape, [], dtype);
  const u = uniform(key, shape, { dtype, minval: tiny(float) });
  return sub(exactLog(u), exactLog1p(neg(u)));
}

/** Samples of the Cauchy distribution (jax.random.cauchy). @throws InvalidKeyError, DtypeError. */
export function cauchy(key: Tensor, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { float } = samplerArguments('cauchy', key, shape, [], dtype);
  const u = uniform(key, shape, { dtype, minval: epsilon(float) });
  return tan(mul(scalar(Math.PI, float), sub(u, scalar(0.5, float))));
}

/** Samples of the Pareto distribution with shape `b` and scale 1 (jax.random.pareto). @throws InvalidKeyError, DtypeError, ShapeError. */
export function pareto(key: Tensor, b: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('pareto', key, shape, [b], dtype);
  return exp(div(exponential(key, whole, { dtype }), convert(b, float)));
}

export interface LognormalOptions extends SampleOptions {
  /** The deviation of the logarithm, 1 by default. */
  readonly sigma?: TensorLike | undefined;
}

/** exp(sigma x), x standard normal (jax.random.lognormal). @throws InvalidKeyError, DtypeError, ShapeError. */
export function lognormal(key: Tensor, shape?: Shape, { dtype = 'float32', sigma = 1 }: LognormalOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('lognormal', key, shape, [sigma], dtype);
  return exp(mul(normal(key, whole, { dtype }), convert(sigma, float)));
}

/** Samples of the Weibull distribution (jax.random.weibull_min). @throws InvalidKeyError, DtypeError, ShapeError, ArgumentError. */
export function weibullMin(key: Tensor, scale: TensorLike, concentration: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('weibullMin', key, shape, [scale, concentration], dtype);
  requireNotNegative('random.weibullMin', 'scale', scale);
  const power = div(scalar(1, float), convert(concentration, float));
  return mul(pow(exponential(key, whole, { dtype }), power), convert(scale, float));
}

/** Samples of the Rayleigh distribution (jax.random.rayleigh). @throws InvalidKeyError, DtypeError, ShapeError, ArgumentError. */
export function rayleigh(key: Tensor, scale: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('rayleigh', key, shape, [scale], dtype);
  requireNotNegative('random.rayleigh', 'scale', scale);
  const u = uniform(key, whole, { dtype });
  return mul(convert(scale, float), sqrt(mul(exactLog(u), scalar(-2, float))));
}

/** Samples of the Maxwell distribution: lengths of three normal numbers (jax.random.maxwell). @throws InvalidKeyError, DtypeError. */
export function maxwell(key: Tensor, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  samplerArguments('maxwell', key, shape, [], dtype);
  return sqrt(sum(square(normal(key, [...shape, 3], { dtype })), { axis: -1 }));
}

/**
 * Maxwell samples with random signs, times `scale` plus `loc` (jax.random.double_sided_maxwell). As there, the shape of the
 * parameters follows `shape` in the result.
 * @throws InvalidKeyError, DtypeError, ShapeError.
 */
export function doubleSidedMaxwell(key: Tensor, loc: TensorLike, scale: TensorLike, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: together, float } = samplerArguments('doubleSidedMaxwell', key, undefined, [loc, scale], dtype);
  requireShape('random.doubleSidedMaxwell', shape);
  const whole = [...(shape.length === 0 ? together : shape), ...together];
  const keys = split(key);
  const size = maxwell(sliceKey(keys, 0), whole, { dtype });
  const signs = rademacher(sliceKey(keys, 1), whole, { dtype });
  return add(mul(mul(signs, size), convert(scale, float)), convert(loc, float));
}

/** Samples of the triangular distribution (jax.random.triangular). @throws InvalidKeyError, DtypeError, ShapeError. */
export function triangular(key: Tensor, left: TensorLike, mode: TensorLike, right: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('triangular', key, shape, [left, mode, right], dtype);
  const [low, peak, high] = [left, mode, right].map((x) => convert(x, float)) as [Tensor, Tensor, Tensor];
  const width = sub(high, low);
  const u = uniform(key, whole, { dtype });
  const rising = add(low, sqrt(mul(mul(u, width), sub(peak, low))));
  const falling = sub(high, sqrt(mul(mul(sub(scalar(1, float), u), width), sub(high, peak))));
  return where(less(u, div(sub(peak, low), width)), rising, falling);
}

/** Samples of the Wald (inverse normal) distribution of scale 1 (jax.random.wald). @throws InvalidKeyError, DtypeError, ShapeError. */
export function wald(key: Tensor, mean: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('wald', key, shape, [mean], dtype);
  const mu = convert(mean, float);
  const keys = split(key);
  const y = square(normal(sliceKey(keys, 0), whole, { dtype }));
  const u = uniform(sliceKey(keys, 1), whole, { dtype });
  const root = sqrt(add(mul(mul(4, mu), y), mul(square(mu), square(y))));
  const x = sub(add(mu, div(mul(square(mu), y), 2)), mul(div(mu, 2), root));
  return where(lessEqual(u, div(mu, add(mu, x))), x, div(square(mu), x));
}

export interface GeometricOptions {
  /** An integer dtype, int32 by default. */
  readonly dtype?: Dtype | undefined;
}

/**
 * The number of trials up to the first success of probability p (jax.random.geometric). Where p is a number, 64-bit dtypes
 * are drawn with float64, as in JAX.
 * @throws InvalidKeyError, DtypeError, ShapeError.
 */
export function geometric(key: Tensor, p: TensorLike, shape?: Shape, { dtype = 'int32' }: GeometricOptions = {}): Tensor {
  requireKey('random.geometric', key);
  requireDtypeName('random.geometric', dtype);
  if (!isInteger(dtype)) throw new DtypeError('random.geometric', [dtype], '`dtype` must be an integer dtype');
  const float = p instanceof Tensor ? toFloating(p.dtype) : bytesPerElement(dtype) === 8 ? 'float64' : 'float32';
  const whole = sampleShape('random.geometric', shape, [p]);
  const drawn = uniform(key, whole, { dtype: float });
  const u = where(equal(drawn, 0), 1, drawn);
  const trials = add(floor(div(exactLog(u), exactLog1p(neg(convert(p, float))))), 1);
  return convert(trials, dtype);
}
