import { ArgumentError, ShapeError } from '../errors/errors.js';
import { add, bitwiseNot, equal, greater, greaterEqual, leftShift, less, maximum, mul, neg, rightShiftLogical, where } from '../ops/elementwise.js';
import { argsort } from '../ops/indexing.js';
import { convert, requireAxis } from '../ops/operand.js';
import { argmax } from '../ops/reduce.js';
import { moveaxis, reshape, sliceAxis } from '../ops/shape.js';
import { isStatic } from '../shape/dim.js';
import { broadcastShapes, equalShapes, formatShape, sizeOf, type Shape, type StaticShape } from '../shape/shape.js';
import { requireShape, scalar } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { requireKey, type SampleOptions } from './arguments.js';
import { randomBits } from './bits.js';
import { exactLog, exactLog1p } from './exact-log.js';
import { epsilon, nextBelow, requireFloatDtype, tiny } from './float-format.js';
import { uniform } from './uniform.js';

/**
 * `high` draws twice as many bits, so that rarer events than about 1e-7 occur in float32; `highest` uses all of them in float32 (and is
 * `high` in other dtypes).
 */
export type GumbelMode = 'low' | 'high' | 'highest';

export interface GumbelOptions extends SampleOptions {
  readonly mode?: GumbelMode | undefined;
}

function requireMode(operation: string, mode: GumbelMode): void {
  if (mode !== 'low' && mode !== 'high' && mode !== 'highest') throw new ArgumentError(operation, 'mode', `must be 'low', 'high' or 'highest', found ${JSON.stringify(mode)}`);
}

/** Samples of the Gumbel distribution (jax.random.gumbel): -log(-log(u)). @throws InvalidKeyError, DtypeError, ArgumentError. */
export function gumbel(key: Tensor, shape: Shape = [], { dtype = 'float32', mode = 'low' }: GumbelOptions = {}): Tensor {
  requireKey('random.gumbel', key);
  requireShape('random.gumbel', shape);
  requireMode('random.gumbel', mode);
  const float = requireFloatDtype('random.gumbel', dtype);
  if (mode === 'low') return neg(exactLog(neg(exactLog(uniform(key, shape, { dtype, minval: tiny(float) })))));
  if (mode === 'highest' && float === 'float32') return gumbelOfAllBits(key, shape);
  const pair = uniform(key, [2, ...shape], { dtype });
  const [coarse, fine] = [0, 1].map((i) => reshape(sliceAxis(pair, 0, i, i + 1), shape)) as [Tensor, Tensor];
  const refined = add(add(coarse, mul(scalar(epsilon(float), float), fine)), scalar(tiny(float), float));
  const u = where(greaterEqual(coarse, scalar(0.5, float)), coarse, refined);
  return neg(exactLog(neg(exactLog1p(neg(u)))));
}

/** Of a fraction of 64 random bits, from whichever end of (0, 1) is nearer. */
function gumbelOfAllBits(key: Tensor, shape: Shape): Tensor {
  const pair = randomBits(key, [2, ...shape], 'uint32');
  const [upper, lower] = [0, 1].map((i) => reshape(sliceAxis(pair, 0, i, i + 1), shape)) as [Tensor, Tensor];
  const isLow = less(upper, scalar(2 ** 31, 'uint32'));
  // 1 less the fraction: all bits the other way, and one more in the last place.
  const one = scalar(1, 'uint32');
  const carry = where(equal(lower, scalar(0, 'uint32')), one, scalar(0, 'uint32'));
  const rest = fractionOf(add(bitwiseNot(upper), carry), add(bitwiseNot(lower), one));
  const nearZero = where(isLow, fractionOf(upper, lower), scalar(0.5, 'float32'));
  return where(isLow, neg(exactLog(neg(exactLog1p(neg(nearZero))))), neg(exactLog(neg(exactLog(rest)))));
}

/** upper 2^-32 + lower 2^-64 as a float32 number, cut off after its 24 digits. */
function fractionOf(upper: Tensor, lower: Tensor): Tensor {
  // float64 holds 53 bits: with 21 of the lower ones there are 24 digits unless the upper word is small, and then all of them fit.
  const kept = where(less(upper, scalar(2 ** 11, 'uint32')), lower, leftShift(rightShiftLogical(lower, scalar(11, 'uint32')), scalar(11, 'uint32')));
  const exact = add(mul(convert(upper, 'float64'), 2 ** -32), mul(convert(kept, 'float64'), 2 ** -64));
  const nearest = convert(maximum(exact, 2 ** -65), 'float32');
  return where(greater(convert(nearest, 'float64'), exact), nextBelow(nearest, 'float32'), nearest);
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
