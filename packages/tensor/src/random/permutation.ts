import { toFloating } from '../dtype/promotion.js';
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { arange, zeros } from '../ops/create.js';
import { add, less, logicalAnd, logicalNot, lessEqual, mul, rightShift, sub, where } from '../ops/elementwise.js';
import { sortTogether, take } from '../ops/indexing.js';
import { convert, requireAxis } from '../ops/operand.js';
import { cumsum } from '../ops/reduce.js';
import { broadcastTo, reshape, sliceAxis } from '../ops/shape.js';
import { formatShape, sizeOf, type StaticShape } from '../shape/shape.js';
import { requireShape, scalar } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { requireKey } from './arguments.js';
import { randomBits } from './bits.js';
import { exactLog } from './exact-log.js';
import { gumbel, largestPlaces, type GumbelMode } from './gumbel.js';
import { split } from './keys.js';
import { randint } from './randint.js';
import { sliceKey } from './slice-key.js';
import { uniform } from './uniform.js';

export interface PermutationOptions {
  /** The axis that is shuffled; the first by default. */
  readonly axis?: number | undefined;
  /** True shuffles every vector along the axis on its own, false all in the same order. */
  readonly independent?: boolean | undefined;
}

/** The count that a number stands for. @throws ArgumentError if it is not a whole number. */
function requireCount(operation: string, argument: string, value: number): number {
  if (!Number.isInteger(value) || value < 0) throw new ArgumentError(operation, argument, `must be a tensor or a whole number, found ${String(value)}`);
  return value;
}

/** Sorted by random 32-bit keys, so often that equal keys leave no trace (a rule of thumb in XLA and JAX). */
function shuffle(key: Tensor, x: Tensor, axis: number): Tensor {
  const shape = x.staticShape('random.permutation');
  const rounds = Math.ceil((3 * Math.log(Math.max(1, sizeOf(shape)))) / Math.log(2 ** 32 - 1));
  let state = key;
  let shuffled = x;
  for (let round = 0; round < rounds; round++) {
    const keys = split(state);
    state = sliceKey(keys, 0);
    shuffled = sortTogether([randomBits(sliceKey(keys, 1), shape, 'uint32'), shuffled], { axis, keys: 1 })[1]!;
  }
  return shuffled;
}

/**
 * The elements of x in random order along an axis; the numbers 0 to x - 1 (int32) where it is a number (jax.random.permutation).
 * @throws InvalidKeyError; ArgumentError if the number is not whole or the axis out of range; ConcretizationError for symbolic sizes.
 */
export function permutation(key: Tensor, x: Tensor | number, { axis = 0, independent = false }: PermutationOptions = {}): Tensor {
  requireKey('random.permutation', key);
  const whole = x instanceof Tensor ? x : arange(requireCount('random.permutation', 'x', x));
  if (whole.rank === 0) throw new ShapeError('random.permutation', [formatShape(whole.shape)], 'a tensor needs at least one axis; give a count as a JavaScript number');
  const at = requireAxis('random.permutation', axis, whole.rank);
  if (independent || whole.rank === 1) return shuffle(key, whole, at);
  const order = shuffle(key, arange(whole.staticShape('random.permutation')[at]!), 0);
  return take(whole, order, { axis: at, mode: 'clip' });
}

export interface ChoiceOptions {
  /** False draws every element at most once. */
  readonly replace?: boolean | undefined;
  /** The probability of each element, or numbers in proportion to it: (n). Equal by default. */
  readonly p?: Tensor | undefined;
  /** The axis of `a` whose slices are drawn; the first by default. */
  readonly axis?: number | undefined;
  readonly mode?: GumbelMode | undefined;
}

/**
 * Elements (slices along an axis) of `a`, or numbers from 0 to a - 1 where it is a number (jax.random.choice). The axis is
 * replaced by those of `shape`.
 * @throws InvalidKeyError; ArgumentError if there is nothing to draw, or less than asked for without replacement; ShapeError if `p` does not fit.
 */
export function choice(key: Tensor, a: Tensor | number, shape: StaticShape = [], { replace = true, p, axis = 0, mode = 'low' }: ChoiceOptions = {}): Tensor {
  requireKey('random.choice', key);
  requireShape('random.choice', shape);
  const source = a instanceof Tensor && a.rank > 0 ? a : undefined;
  const at = source ? requireAxis('random.choice', axis, source.rank) : 0;
  const count = source ? source.staticShape('random.choice')[at]! : requireCount('random.choice', 'a', Number(a instanceof Tensor ? a.item() : a));
  const draws = sizeOf(shape);
  if (draws === 0) return zeros(source ? source.shape.toSpliced(at, 1, ...shape) : shape, source?.dtype ?? 'int32');
  if (count === 0) throw new ArgumentError('random.choice', 'a', 'holds nothing to draw from');
  if (!replace && draws > count) throw new ArgumentError('random.choice', 'shape', `asks for ${draws} elements of ${count}; that needs \`replace: true\``);
  if (p === undefined && !replace) {
    const shuffled = sliceAxis(permutation(key, source ?? count, { axis: at }), at, 0, draws);
    return reshape(shuffled, shuffled.shape.toSpliced(at, 1, ...shape));
  }
  const places = p === undefined ? randint(key, shape, 0, count) : weightedPlaces(key, requireWeights(p, count), shape, replace, mode);
  return source ? take(source, places, { axis: at, mode: 'clip' }) : places;
}

function requireWeights(p: Tensor, count: number): Tensor {
  if (p.rank !== 1 || p.shape[0] !== count) throw new ShapeError('random.choice', [formatShape(p.shape)], `\`p\` must have shape (${count},), one number for each element`);
  return convert(p, toFloating(p.dtype));
}

function weightedPlaces(key: Tensor, p: Tensor, shape: StaticShape, replace: boolean, mode: GumbelMode): Tensor {
  const { dtype } = p;
  if (!replace) return reshape(largestPlaces(add(gumbel(key, p.shape, { dtype, mode }), exactLog(p)), sizeOf(shape)), shape);
  const sums = cumsum(p);
  const total = reshape(sliceAxis(sums, 0, -1, p.shape[0]!), []);
  return searchSorted(sums, mul(total, sub(scalar(1, dtype), uniform(key, shape, { dtype }))));
}

/** For each value the first place of the ascending `sorted` (n) that is not below it (n if all are), by bisection. */
function searchSorted(sorted: Tensor, values: Tensor): Tensor {
  const count = sorted.staticShape('random.choice')[0]!;
  let low = broadcastTo(scalar(0, 'int32'), values.shape);
  let high = broadcastTo(scalar(count, 'int32'), values.shape);
  for (let step = 0; step < Math.ceil(Math.log2(count + 1)); step++) {
    const middle = rightShift(add(low, high), 1);
    const reached = lessEqual(values, take(sorted, middle, { mode: 'clip' }));
    const open = less(low, high);
    low = where(logicalAnd(open, logicalNot(reached)), add(middle, 1), low);
    high = where(logicalAnd(open, reached), middle, high);
  }
  return low;
}
