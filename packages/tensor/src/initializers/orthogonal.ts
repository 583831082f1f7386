import { ShapeError } from '../errors/errors.js';
import { full } from '../ops/create.js';
import { mul } from '../ops/elementwise.js';
import { padConfig } from '../ops/pad.js';
import { moveaxis, reshape } from '../ops/shape.js';
import { orthogonal as drawOrthogonal } from '../random/orthogonal.js';
import { formatShape, normalizeAxis, sizeOf } from '../shape/shape.js';
import { scalar } from '../tensor/create.js';
import { requireNumber } from './basic.js';
import { named, type Initializer, type NamedInitializer } from './initializer.js';

export interface OrthogonalOptions {
  /** What the matrix is multiplied by, 1 by default. */
  readonly scale?: number | undefined;
  /** The axis of the columns, the last by default. */
  readonly columnAxis?: number | undefined;
}

function orthogonalOf(name: string, { scale = 1, columnAxis = -1 }: OrthogonalOptions): Initializer {
  requireNumber(name, 'scale', scale);
  requireNumber(name, 'columnAxis', columnAxis);
  return (key, shape, dtype = 'float32') => {
    const axis = normalizeAxis(columnAxis, shape.length);
    if (shape.length < 2) throw new ShapeError(`initializers.${name}`, [formatShape(shape)], 'a kernel needs at least two axes');
    if (axis === undefined) throw new ShapeError(`initializers.${name}`, [formatShape(shape)], `the shape has no axis ${columnAxis} (\`columnAxis\`)`);
    if (sizeOf(shape) === 0) return full(shape, 0, dtype);
    const columns = shape[axis]!;
    const matrix = drawOrthogonal(key, sizeOf(shape) / columns, [], { dtype, m: columns });
    const placed = moveaxis(reshape(matrix, [...shape.toSpliced(axis, 1), columns]), -1, axis);
    return mul(scalar(scale, dtype), placed);
  };
}

/**
 * A random matrix with orthonormal columns, or rows where there are fewer (jax.nn.initializers.orthogonal). Axes other than that
 * of the columns count as rows together. The initializer throws ShapeError for shapes of fewer than two axes.
 * @throws ArgumentError if an option is not a number.
 */
export function orthogonal(options: OrthogonalOptions = {}): NamedInitializer {
  return named('orthogonal', options, orthogonalOf('orthogonal', options));
}

/**
 * A convolution kernel (...spatial, in, out) that is an orthogonal matrix in the middle and 0 elsewhere
 * (jax.nn.initializers.delta_orthogonal). Source: Xiao et al., "Dynamical isometry and a mean field theory of CNNs" (2018).
 * The initializer throws ShapeError for shapes without one to three spatial axes, and where out is less than in.
 * @throws ArgumentError if an option is not a number.
 */
export function deltaOrthogonal(options: OrthogonalOptions = {}): NamedInitializer {
  const matrix = orthogonalOf('deltaOrthogonal', options);
  return named('deltaOrthogonal', options, (key, shape, dtype = 'float32') => {
    if (shape.length < 3 || shape.length > 5) throw new ShapeError('initializers.deltaOrthogonal', [formatShape(shape)], 'a convolution kernel has three to five axes');
    const spatial = shape.slice(0, -2);
    const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
    if (outputs < inputs) throw new ShapeError('initializers.deltaOrthogonal', [formatShape(shape)], 'the last axis (outputs) must not be less than the one before (inputs)');
    if (sizeOf(shape) === 0) return full(shape, 0, dtype);
    const centre = reshape(matrix(key, [inputs, outputs], dtype), [...spatial.map(() => 1), inputs, outputs]);
    const around = spatial.map((size): [number, number] => [Math.floor((size - 1) / 2), size - 1 - Math.floor((size - 1) / 2)]);
    return padConfig(centre, 0, [...around, [0, 0], [0, 0]]);
  });
}
