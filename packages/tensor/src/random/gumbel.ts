import { ArgumentError, ShapeError } from '../errors/errors.js';
import { add, greaterEqual, mul, neg, where } from '../ops/elementwise.js';
import { argsort } from '../ops/indexing.js';
import { requireAxis } from '../ops/operand.js';
import { argmax } from '../ops/reduce.js';
import { moveaxis, reshape, sliceAxis } from '../ops/shape.js';
import { isStatic } from '../shape/dim.js';
import { broadcastShapes, equalShapes, formatShape, sizeOf, type Shape, type StaticShape } from '../shape/shape.js';
import { requireShape, scalar } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { requireKey, type SampleOptions } from './arguments.js';
import { exactLog, exactLog1p } from './exact-log.js';
import { epsilon, requireFloatDtype, tiny } from './float-format.js';
import { uniform } from './uniform.js';

/** `high` draws twice as many bits, so that rarer events than about 1e-7 occur in float32. */
export type GumbelMode = 'low' | 'high';

export interface GumbelOptions extends SampleOptions {
  readonly mode?: GumbelMode | undefined;
}

function requireMode(operation: string, mode: GumbelMode): void {
  if (mode !== 'low' && mode !== 'high') throw new ArgumentError(operation, 'mode', `must be 'low' or 'high', found ${JSON.stringify(mode)}`);
}

/** Samples of the Gumbel distribution (jax.random.gumbel): -log(-log(u)). @throws InvalidKeyError, DtypeError, ArgumentError. */
export function gumbel(key: Tensor, shape: Shape = [], { dtype = 'float32', mode = 'low' }: GumbelOptions = {}): Tensor {
  requireKey('random.gumbel', key);
  requireShape('random.gumbel', shape);
  requireMode('random.gumbel', mode);
  const float = requireFloatDtype('random.gumbel', dtype);
  if (mode === 'low') return neg(exactLog(neg(exactLog(uniform(key, shape, { dtype, minval: tiny(float) })))));
  const pair = uniform(key, [2, ...shape], { dtype });
  const [coarse, fine] = [0, 1].map((i) => reshape(sliceAxis(pair, 0, i, i + 1), shape)) as [Tensor, Tensor];
  const refined = add(add(coarse, mul(scalar(epsilon(float), float), fine)), scalar(tiny(float), float));
  const u = where(greaterEqual(coarse, scalar(0.5, float)), coarse, refined);
  return neg(exactLog(neg(exactLog1p(neg(u)))));
}

export interface CategoricalOptions {
  /** The axis of `logits` along which the categories lie; the last by default. */
  readonly axis?: number | undefined;
  /** The shape of the result: that of `logits` without the axis (its default), with further axes before. */
  readonly shape?: Shape | undefined;
  /** False draws different categories along the further axes of the shape. */
  readonly replace?: boolean | undefined;
  readonly mode?: GumbelMode | undefined;
}

/**
 * Categories with the probabilities softmax(logits) (jax.random.categorical), int32: the largest of logits and Gumbel noise.
 * @throws InvalidKeyError; DtypeError if the logits are not floating; ShapeError, ArgumentError where the shape does not fit them.
 */
export function categorical(key: Tensor, logits: Tensor, { axis = -1, shape, replace = true, mode = 'low' }: CategoricalOptions = {}): Tensor {
  requireKey('random.categorical', key);
  requireMode('random.categorical', mode);
  if (!(logits instanceof Tensor)) throw new ArgumentError('random.categorical', 'logits', `must be a tensor, found ${typeof logits}; make one with \`tensor([...])\``);
  const dtype = requireFloatDtype('random.categorical', logits.dtype);
  const at = requireAxis('random.categorical', axis, logits.rank);
  const batch = logits.shape.filter((_, i) => i !== at);
  const whole = shape ?? batch;
  requireShape('random.categorical', whole);
  const together = broadcastShapes([whole, batch]);
  if (together === undefined || !equalShapes(together, whole)) {
    throw new ShapeError('random.categorical', [formatShape(logits.shape)], `\`logits\` without axis ${at}, ${formatShape(batch)}, must broadcast to \`shape\` ${formatShape(whole)}`);
  }
  const prefix = whole.slice(0, whole.length - batch.length);
  if (!replace) return withoutReplacement(key, logits, at, prefix, batch, mode);
  const inner: Shape = whole.slice(prefix.length).toSpliced(at, 0, logits.shape[at]!);
  const noise = gumbel(key, [...prefix, ...inner], { dtype, mode });
  return argmax(add(noise, logits), { axis: prefix.length + at });
}

/** The largest `count` places along the last axis, in falling order; of equal ones the first. */
export const largestPlaces = (x: Tensor, count: number): Tensor => sliceAxis(argsort(x, { descending: true }), -1, 0, count);

function withoutReplacement(key: Tensor, logits: Tensor, axis: number, prefix: Shape, batch: Shape, mode: GumbelMode): Tensor {
  const categories = logits.shape[axis]!;
  if (!prefix.every(isStatic)) throw new ShapeError('random.categorical', [formatShape(prefix)], 'without replacement the further axes must have known sizes');
  const count = sizeOf(prefix as StaticShape);
  if (isStatic(categories) && count > categories) {
    throw new ArgumentError('random.categorical', 'shape', `asks for ${count} different categories, but there are ${categories}`);
  }
  const noisy = add(logits, gumbel(key, logits.shape, { dtype: logits.dtype, mode }));
  const places = largestPlaces(moveaxis(noisy, axis, -1), count);
  return reshape(moveaxis(places, -1, 0), [...prefix, ...batch]);
}
