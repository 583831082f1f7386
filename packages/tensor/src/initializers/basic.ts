import { ArgumentError } from '../errors/errors.js';
import { mul } from '../ops/elementwise.js';
import { full } from '../ops/create.js';
import { convert } from '../ops/operand.js';
import { broadcastTo } from '../ops/shape.js';
import { normal as drawNormal, truncatedNormal as drawTruncatedNormal } from '../random/normal.js';
import { uniform as drawUniform } from '../random/uniform.js';
import { scalar, tensor } from '../tensor/create.js';
import { Tensor, type NestedArray } from '../tensor/tensor.js';
import { named, type NamedInitializer } from './initializer.js';

/** Zeros. Itself an initializer: `biasInit: zeros`. */
export const zeros: NamedInitializer = named('zeros', {}, (_, shape, dtype = 'float32') => full(shape, 0, dtype));
/** Ones. Itself an initializer. */
export const ones: NamedInitializer = named('ones', {}, (_, shape, dtype = 'float32') => full(shape, 1, dtype));

/** `zeros` in the form of a factory, as `flax.linen.zeros_init`. */
export const zerosInit = (): NamedInitializer => zeros;
/** `ones` in the form of a factory, as `flax.linen.ones_init`. */
export const onesInit = (): NamedInitializer => ones;

/** A number, or nested arrays of numbers that broadcast to the parameter's shape. */
export type ConstantValue = number | boolean | readonly ConstantValue[];

/** Nested arrays as JSON holds them. */
const plainNumbers = (value: NestedArray): ConstantValue => {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' ? value.map(plainNumbers) : value;
};

/**
 * The same value whatever the key: a number everywhere, or an array that broadcasts to the shape (jax.nn.initializers.constant).
 * @throws ConcretizationError if the value is a traced tensor.
 */
export function constant(value: ConstantValue | Tensor): NamedInitializer {
  const known = value instanceof Tensor ? value : undefined;
  const plain = value instanceof Tensor ? plainNumbers(value.toArray()) : value;
  return named('constant', { value: plain }, (_, shape, dtype = 'float32') => broadcastTo(known ? convert(known, dtype) : tensor(plain, { dtype }), shape));
}

/** @throws ArgumentError if the attribute is not a number. */
export function requireNumber(initializer: string, attribute: string, value: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new ArgumentError(`initializers.${initializer}`, attribute, `must be a number, found ${JSON.stringify(value)}`);
  return value;
}

export interface NormalOptions {
  /** The standard deviation, 0.01 by default. */
  readonly stddev?: number | undefined;
}

/** Numbers of a normal distribution around 0 (jax.nn.initializers.normal). */
export function normal(options: NormalOptions = {}): NamedInitializer {
  const stddev = requireNumber('normal', 'stddev', options.stddev ?? 0.01);
  return named('normal', options, (key, shape, dtype = 'float32') => mul(drawNormal(key, shape, { dtype }), scalar(stddev, dtype)));
}

export interface TruncatedNormalOptions extends NormalOptions {
  /** The bounds before scaling, -2 and 2 by default. */
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
}

/**
 * Numbers of a truncated normal distribution times `stddev` (jax.nn.initializers.truncated_normal). Their standard deviation is less
 * than `stddev` by what is cut off.
 */
export function truncatedNormal(options: TruncatedNormalOptions = {}): NamedInitializer {
  const stddev = requireNumber('truncatedNormal', 'stddev', options.stddev ?? 0.01);
  const lower = requireNumber('truncatedNormal', 'lower', options.lower ?? -2);
  const upper = requireNumber('truncatedNormal', 'upper', options.upper ?? 2);
  return named('truncatedNormal', options, (key, shape, dtype = 'float32') => mul(drawTruncatedNormal(key, lower, upper, shape, { dtype }), scalar(stddev, dtype)));
}

export interface UniformOptions {
  /** The upper bound, 0.01 by default; the lower one is 0. */
  readonly scale?: number | undefined;
}

/** Numbers of [0, scale) (jax.nn.initializers.uniform). */
export function uniform(options: UniformOptions = {}): NamedInitializer {
  const scale = requireNumber('uniform', 'scale', options.scale ?? 0.01);
  return named('uniform', options, (key, shape, dtype = 'float32') => mul(drawUniform(key, shape, { dtype }), scalar(scale, dtype)));
}
