import type { Dtype } from '../dtype/dtype.js';
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { div, mul, sqrt } from '../ops/elementwise.js';
import { normal, truncatedNormal } from '../random/normal.js';
import { uniform } from '../random/uniform.js';
import { formatShape, normalizeAxis, sizeOf } from '../shape/shape.js';
import { scalar } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireNumber } from './basic.js';
import { named, type NamedInitializer } from './initializer.js';

/** One axis or several; negative ones count from the end. */
export type Axes = number | readonly number[];

/** Which axes of a kernel are what; the rest is its receptive field. */
export interface FanOptions {
  /** The axes of the inputs, -2 by default. */
  readonly inAxis?: Axes | undefined;
  /** The axes of the outputs, -1 by default. */
  readonly outAxis?: Axes | undefined;
  /** Axes that count for neither, none by default. */
  readonly batchAxis?: Axes | undefined;
}

const fanModes = ['fanIn', 'fanOut', 'fanAvg', 'fanGeoAvg'] as const;
const distributions = ['truncatedNormal', 'normal', 'uniform'] as const;

/** What the variance is divided by: the inputs, the outputs, or their arithmetic or geometric mean. */
export type FanMode = (typeof fanModes)[number];
export type Distribution = (typeof distributions)[number];

interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

function axesOf(initializer: string, argument: string, axes: Axes): readonly number[] {
  const list = typeof axes === 'number' ? [axes] : axes;
  if (!Array.isArray(list) || !list.every(Number.isInteger)) {
    throw new ArgumentError(`initializers.${initializer}`, argument, `must be an axis or an array of axes, found ${JSON.stringify(axes)}`);
  }
  return list;
}

/** How many inputs an output has, and the reverse. */
function fansOf(initializer: string, shape: readonly number[], options: FanOptions): Fans {
  const sizeAlong = (argument: keyof FanOptions, axes: Axes): number =>
    axesOf(initializer, argument, axes).reduce<number>((product, axis) => {
      const at = normalizeAxis(axis, shape.length);
      if (at !== undefined) return product * shape[at]!;
      throw new ShapeError(`initializers.${initializer}`, [formatShape(shape)], `the shape has no axis ${axis} (\`${argument}\`); kernels have two axes or more, for others say which axes are inputs and outputs`);
    }, 1);
  const { inAxis = -2, outAxis = -1, batchAxis = [] } = options;
  const [inputs, outputs, batch] = [sizeAlong('inAxis', inAxis), sizeAlong('outAxis', outAxis), sizeAlong('batchAxis', batchAxis)];
  const elements = sizeOf(shape);
  if (elements === 0) throw new ShapeError(`initializers.${initializer}`, [formatShape(shape)], 'the variance of an empty kernel is not defined; use `zeros`');
  const receptiveField = elements / inputs / outputs / batch;
  return { fanIn: inputs * receptiveField, fanOut: outputs * receptiveField };
}

const denominators: { readonly [M in FanMode]: (fans: Fans) => number } = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAvg: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
  fanGeoAvg: ({ fanIn, fanOut }) => Math.sqrt(fanIn * fanOut),
};

/** The standard deviation of a standard normal number that is cut off at -2 and 2. */
const truncatedDeviation = 0.87962566103423978;

const samplers: { readonly [D in Distribution]: (key: Tensor, shape: readonly number[], dtype: Dtype, variance: Tensor) => Tensor } = {
  truncatedNormal: (key, shape, dtype, variance) => mul(truncatedNormal(key, -2, 2, shape, { dtype }), div(sqrt(variance), scalar(truncatedDeviation, dtype))),
  normal: (key, shape, dtype, variance) => mul(normal(key, shape, { dtype }), sqrt(variance)),
  uniform: (key, shape, dtype, variance) => mul(uniform(key, shape, { dtype, minval: -1 }), sqrt(mul(scalar(3, dtype), variance))),
};

function requireOneOf<T extends string>(argument: string, value: T, allowed: readonly T[]): void {
  if (!allowed.includes(value)) throw new ArgumentError('initializers.varianceScaling', argument, `must be one of ${allowed.join(', ')}, found ${JSON.stringify(value)}`);
}

function scaling(name: string, attributes: object, scale: number, mode: FanMode, distribution: Distribution, options: FanOptions): NamedInitializer {
  for (const [argument, axes] of Object.entries(options) as [string, Axes | undefined][]) if (axes !== undefined) axesOf(name, argument, axes);
  return named(name, attributes, (key, shape, dtype = 'float32') => {
    const variance = scalar(scale / denominators[mode](fansOf(name, shape, options)), dtype);
    return samplers[distribution](key, shape, dtype, variance);
  });
}

/**
 * Numbers of variance `scale` / fan (jax.nn.initializers.variance_scaling), the fan being the inputs, the outputs or a mean of both.
 * The initializer throws ShapeError for shapes without the axes, and for empty ones.
 * @throws ArgumentError if an argument is not one of those allowed.
 */
export function varianceScaling(scale: number, mode: FanMode, distribution: Distribution, options: FanOptions = {}): NamedInitializer {
  requireNumber('varianceScaling', 'scale', scale);
  requireOneOf('mode', mode, fanModes);
  requireOneOf('distribution', distribution, distributions);
  return scaling('varianceScaling', { scale, mode, distribution, ...options }, scale, mode, distribution, options);
}

const preset = (name: string, scale: number, mode: FanMode, distribution: Distribution) => (options: FanOptions = {}): NamedInitializer =>
  scaling(name, options, scale, mode, distribution, options);

/** LeCun: variance 1 / inputs, truncated normal. Source: LeCun et al., "Efficient BackProp" (1998). */
export const lecunNormal = preset('lecunNormal', 1, 'fanIn', 'truncatedNormal');
/** LeCun: variance 1 / inputs, uniform. */
export const lecunUniform = preset('lecunUniform', 1, 'fanIn', 'uniform');
/** Glorot or Xavier: variance 2 / (inputs + outputs), truncated normal. Source: Glorot and Bengio (2010). */
export const glorotNormal = preset('glorotNormal', 1, 'fanAvg', 'truncatedNormal');
/** Glorot or Xavier: variance 2 / (inputs + outputs), uniform. */
export const glorotUniform = preset('glorotUniform', 1, 'fanAvg', 'uniform');
/** He or Kaiming: variance 2 / inputs, truncated normal. Source: He et al., "Delving deep into rectifiers" (2015). */
export const heNormal = preset('heNormal', 2, 'fanIn', 'truncatedNormal');
/** He or Kaiming: variance 2 / inputs, uniform. */
export const heUniform = preset('heUniform', 2, 'fanIn', 'uniform');

export { glorotNormal as xavierNormal, glorotUniform as xavierUniform, heNormal as kaimingNormal, heUniform as kaimingUniform };
