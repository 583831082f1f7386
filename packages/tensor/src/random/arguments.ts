import type { Dtype } from '../dtype/dtype.js';
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { broadcastTo } from '../ops/shape.js';
import { broadcastShapes, equalShapes, formatShape, formatSpec, isStaticShape, type Shape, type StaticShape } from '../shape/shape.js';
import { requireShape, type TensorLike } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { requireFloatDtype, type FloatDtype } from './float-format.js';
import { InvalidKeyError } from './invalid-key-error.js';

/** Options of the samplers of floating numbers. */
export interface SampleOptions {
  /** The dtype of the samples: a floating one, float32 by default. */
  readonly dtype?: Dtype | undefined;
}

const isKey = (key: unknown): key is Tensor => key instanceof Tensor && key.dtype === 'uint32' && key.rank === 1 && key.shape[0] === 2;

function fixOf(key: unknown): string {
  if (key instanceof Tensor && key.dtype === 'uint32' && key.rank > 1 && key.shape.at(-1) === 2) {
    return 'For a sample of each of several keys, map over them: `vmap((key) => random.normal(key, [3]))(keys)`.';
  }
  return 'Make one of a seed with `random.key(42)`, and others of it with `random.split(key)` or `random.foldIn(key, 1)`.';
}

function describe(value: unknown): string {
  if (value instanceof Tensor) return formatSpec(value);
  return typeof value === 'number' || value === null ? String(value) : typeof value;
}

/** @throws InvalidKeyError unless `key` is a uint32 tensor of shape (2,). */
export function requireKey(operation: string, key: unknown): asserts key is Tensor {
  if (!isKey(key)) throw new InvalidKeyError(operation, describe(key), fixOf(key));
}

export const shapeOf = (x: TensorLike): Shape => (x instanceof Tensor ? x.shape : []);

/** The sample's shape: as given, or that to which the parameters broadcast. @throws ShapeError where they do not broadcast to it. */
export function sampleShape(operation: string, shape: Shape | undefined, parameters: readonly TensorLike[]): Shape {
  const shapes = parameters.map(shapeOf);
  const together = broadcastShapes(shape === undefined ? shapes : [shape, ...shapes]);
  if (shape !== undefined) requireShape(operation, shape);
  if (together !== undefined && (shape === undefined || equalShapes(together, shape))) return together;
  const goal = shape === undefined ? 'each other' : `\`shape\` ${formatShape(shape)}`;
  throw new ShapeError(operation, shapes.map(formatShape), `the parameters must broadcast to ${goal}`);
}

export interface SamplerArguments {
  readonly shape: Shape;
  readonly float: FloatDtype;
}

/** What every sampler of floating numbers checks first, and the arguments it goes on with. @throws InvalidKeyError, DtypeError, ArgumentError, ShapeError. */
export function samplerArguments(name: string, key: Tensor, shape: Shape | undefined, parameters: readonly TensorLike[], dtype: Dtype): SamplerArguments {
  requireKey(`random.${name}`, key);
  const float = requireFloatDtype(`random.${name}`, dtype);
  if (shape !== undefined) requireShape(`random.${name}`, shape);
  return { shape: sampleShape(`random.${name}`, shape, parameters), float };
}

/** The shape of a sample of vectors without their axis: as given, or that to which the shapes of the parameters broadcast. @throws ShapeError. */
export function batchShape(name: string, shape: Shape | undefined, parameters: readonly Shape[]): Shape {
  if (shape !== undefined) requireShape(`random.${name}`, shape);
  const together = broadcastShapes(shape === undefined ? parameters : [shape, ...parameters]);
  if (together !== undefined && (shape === undefined || equalShapes(together, shape))) return together;
  const goal = shape === undefined ? 'each other' : `\`shape\` ${formatShape(shape)}`;
  throw new ShapeError(`random.${name}`, parameters.map(formatShape), `the parameters without their axes of vectors must broadcast to ${goal}`);
}

/** The parameter broadcast to `shape`. @throws ShapeError where it does not. */
export function broadcastParameter(name: string, argument: string, value: Tensor, shape: Shape): Tensor {
  requireShape(`random.${name}`, shape);
  const together = broadcastShapes([shape, value.shape]);
  if (together !== undefined && equalShapes(together, shape)) return broadcastTo(value, shape);
  throw new ShapeError(`random.${name}`, [formatShape(value.shape)], `\`${argument}\` must broadcast to ${formatShape(shape)}`);
}

/**
 * A parameter that may not be negative, where it is written as a number. (JAX gives NaN or -1 for negative ones, and so do tensors here,
 * whose values may not be known.)
 * @throws ArgumentError.
 */
export function requireNotNegative(operation: string, argument: string, value: TensorLike): void {
  if (value instanceof Tensor || typeof value === 'boolean' || value >= 0) return;
  throw new ArgumentError(operation, argument, `must not be negative, found ${String(value)}`);
}

/** True where a sample can be drawn at once into an array: the key is known, and so is every size. */
export const isDrawable = (key: Tensor, shape: Shape): shape is StaticShape => !key.isTraced && isStaticShape(shape);
