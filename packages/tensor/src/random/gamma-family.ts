/** Distributions that are made of gamma variables. */
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { softmax } from '../ops/activation.js';
import { abs, add, div, exp, maximum, mul, pow, sqrt, sub } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import { sum } from '../ops/reduce.js';
import { expandDims } from '../ops/shape.js';
import { formatShape, type Shape } from '../shape/shape.js';
import { requireShape, scalar, type TensorLike } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { batchShape, requireKey, requireNotNegative, samplerArguments, type SampleOptions } from './arguments.js';
import { rademacher } from './bernoulli.js';
import { exponential } from './continuous.js';
import { requireFloatDtype } from './float-format.js';
import { gamma, loggamma } from './gamma.js';
import { split } from './keys.js';
import { normal } from './normal.js';
import { sliceKey } from './slice-key.js';

/**
 * Samples of the beta distribution of parameters a and b (jax.random.beta).
 * @throws InvalidKeyError, DtypeError, ShapeError; ArgumentError if a parameter is a negative number.
 */
export function beta(key: Tensor, a: TensorLike, b: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('beta', key, shape, [a, b], dtype);
  requireNotNegative('random.beta', 'a', a);
  requireNotNegative('random.beta', 'b', b);
  const keys = split(key);
  const logarithm = (i: number, x: TensorLike): Tensor => loggamma(sliceKey(keys, i), convert(x, float), whole, { dtype });
  const [logA, logB] = [logarithm(0, a), logarithm(1, b)];
  // x / (x + y) of gamma variables, scaled so that both do not vanish.
  const largest = maximum(logA, logB);
  const [scaledA, scaledB] = [exp(sub(logA, largest)), exp(sub(logB, largest))];
  return div(scaledA, add(scaledA, scaledB));
}

/**
 * Samples of the Dirichlet distribution (jax.random.dirichlet): probabilities (...shape, n) of n outcomes, alpha (..., n). `shape` is that of
 * `alpha` without its last axis by default.
 * @throws InvalidKeyError, DtypeError; ShapeError if `alpha` is a scalar or does not broadcast to the shape.
 */
export function dirichlet(key: Tensor, alpha: Tensor, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  requireKey('random.dirichlet', key);
  const float = requireFloatDtype('random.dirichlet', dtype);
  if (!(alpha instanceof Tensor) || alpha.rank === 0) {
    throw new ShapeError('random.dirichlet', [alpha instanceof Tensor ? formatShape(alpha.shape) : typeof alpha], '`alpha` needs an axis of outcomes, for instance `tensor([1, 1, 1])`');
  }
  const batch = batchShape('dirichlet', shape, [alpha.shape.slice(0, -1)]);
  return softmax(loggamma(key, convert(alpha, float), [...batch, alpha.shape.at(-1)!], { dtype }), { axis: -1 });
}

/** Samples of the chi-square distribution of `df` degrees of freedom (jax.random.chisquare). @throws InvalidKeyError, DtypeError, ShapeError, ArgumentError. */
export function chisquare(key: Tensor, df: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('chisquare', key, shape, [df], dtype);
  requireNotNegative('random.chisquare', 'df', df);
  return mul(exp(loggamma(key, div(convert(df, float), 2), whole, { dtype })), 2);
}

/** Samples of Student's t distribution of `df` degrees of freedom (jax.random.t). @throws InvalidKeyError, DtypeError, ShapeError, ArgumentError. */
export function t(key: Tensor, df: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('t', key, shape, [df], dtype);
  requireNotNegative('random.t', 'df', df);
  const keys = split(key);
  const half = div(convert(df, float), 2);
  const size = sqrt(div(half, gamma(sliceKey(keys, 1), half, whole, { dtype })));
  return mul(normal(sliceKey(keys, 0), whole, { dtype }), size);
}

/** Samples of the F distribution of `dfnum` and `dfden` degrees of freedom (jax.random.f). @throws InvalidKeyError, DtypeError, ShapeError, ArgumentError. */
export function f(key: Tensor, dfnum: TensorLike, dfden: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('f', key, shape, [dfnum, dfden], dtype);
  const keys = split(key);
  // The denominator has the first key, as in JAX.
  const mean = (i: number, df: TensorLike): Tensor => div(chisquare(sliceKey(keys, i), df, whole, { dtype }), convert(df, float));
  return div(mean(1, dfnum), mean(0, dfden));
}

/**
 * Samples with a density in proportion to exp(-|x|^p) (jax.random.generalized_normal).
 * @throws InvalidKeyError, DtypeError, ShapeError; ArgumentError if `p` is a negative number.
 */
export function generalizedNormal(key: Tensor, p: TensorLike, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { float } = samplerArguments('generalizedNormal', key, shape, [p], dtype);
  requireNotNegative('random.generalizedNormal', 'p', p);
  const keys = split(key);
  const inverse = div(scalar(1, float), convert(p, float));
  const size = pow(gamma(sliceKey(keys, 0), inverse, shape, { dtype }), inverse);
  return mul(rademacher(sliceKey(keys, 1), shape, { dtype }), size);
}

/**
 * Points (...shape, d) spread evenly in the unit ball of the norm (|x_1|^p + ... + |x_d|^p)^(1/p) (jax.random.ball).
 * Source: F. Barthe, O. Guedon, S. Mendelson, A. Naor, "A probabilistic approach to the geometry of the l_p^n-ball" (2005).
 * @throws InvalidKeyError, DtypeError; ArgumentError if `d` is not a whole number or `p` is negative.
 */
export function ball(key: Tensor, d: number, p: TensorLike = 2, shape: Shape = [], { dtype = 'float32' }: SampleOptions = {}): Tensor {
  requireKey('random.ball', key);
  const float = requireFloatDtype('random.ball', dtype);
  requireShape('random.ball', shape);
  if (!Number.isInteger(d) || d < 0) throw new ArgumentError('random.ball', 'd', `must be a whole number, found ${String(d)}`);
  const keys = split(key);
  const exponent = convert(p, float);
  const direction = generalizedNormal(sliceKey(keys, 0), exponent, [...shape, d], { dtype });
  const power = add(sum(pow(abs(direction), exponent), { axis: -1 }), exponential(sliceKey(keys, 1), shape, { dtype }));
  return div(direction, expandDims(pow(power, div(1, exponent)), -1));
}
