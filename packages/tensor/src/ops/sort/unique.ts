import { isFloating } from '../../dtype/dtype.js';
import { ArgumentError } from '../../errors/errors.js';
import { bind, bindOne } from '../../program/bind.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { full, iota } from '../create.js';
import { equal, isnan, less, logicalAnd, logicalNot, logicalOr, notEqual, sub, where } from '../elementwise.js';
import { convert, promote, toTensor } from '../operand.js';
import { all, any, cumsum, sum } from '../reduce.js';
import { concatenate, expandDims, ravel, reshape, sliceAxis } from '../shape.js';
import { truePlaces, type SizeOptions } from './nonzero.js';

export interface UniqueOptions extends SizeOptions {
  /** Whether all NaNs are one value: in `unique` by default, in `uniqueAll` not. */
  readonly equalNan?: boolean;
}

export interface UniqueResult {
  /** The different elements, ascending. */
  readonly values: Tensor;
  /** Where each stands first in the flattened operand, int32. */
  readonly indices: Tensor;
  /** For each element of the operand the place of its value, int32, in the shape of the operand. */
  readonly inverse: Tensor;
  /** How often each value stands there, int32. */
  readonly counts: Tensor;
}

/** Sorted elements, which of them are the first of their value, and where they come from. */
function sortedFlags(flat: Tensor, equalNan: boolean): { sorted: Tensor; isFirst: Tensor; order: Tensor } {
  const [sorted, order] = bind('sort', [flat, iota('int32', flat.shape)], { axis: 0, keys: 1 });
  const size = flat.shape[0] as number;
  if (size === 0) return { sorted: sorted!, isFirst: full([0], false, 'bool'), order: order! };
  const [low, high] = [sliceAxis(sorted!, 0, 0, size - 1), sliceAxis(sorted!, 0, 1, size)];
  const differ = notEqual(low, high);
  const counted = isFloating(flat.dtype) && equalNan ? logicalAnd(differ, logicalNot(logicalAnd(isnan(low), isnan(high)))) : differ;
  return { sorted: sorted!, isFirst: concatenate([full([1], true, 'bool'), counted], 0), order: order! };
}

/**
 * The different elements of the flattened tensor with where and how often they stand (jnp.unique_all). With `size` their number is
 * fixed: missing ones have `fillValue` (by default the first value), and count 0.
 * @throws ConcretizationError where x is traced and `size` is not given.
 */
export function uniqueAll(x: TensorLike, { size, fillValue, equalNan = false }: UniqueOptions = {}): UniqueResult {
  const operand = toTensor('unique', x);
  const flat = ravel(operand);
  const length = flat.shape[0]!;
  if (!isStatic(length)) throw new ArgumentError('unique', 'x', `has the symbolic size ${String(length)}`);
  if (length === 0 && size !== undefined && size > 0 && fillValue === undefined) throw new ArgumentError('unique', 'fillValue', 'must be given where x is empty and `size` is not 0');
  const { sorted, isFirst, order } = sortedFlags(flat, equalNan);
  const starts = truePlaces(isFirst, size === undefined ? {} : { size, fillValue: 0 });
  const read = (from: Tensor): Tensor => (length === 0 ? full([size ?? 0], 0, from.dtype) : bindOne('gather', [from, starts], { axis: 0 }));
  const found = sum(isFirst);
  const isThere = less(iota('int32', starts.shape), found);
  const values = read(sorted);
  const rank = sub(cumsum(isFirst), 1);
  const inverse = bindOne('scatter', [full(flat.shape, 0, 'int32'), order, rank], { axis: 0, mode: 'set' });
  const counts = bindOne('scatter', [full(starts.shape, 0, 'int32'), rank, full(flat.shape, 1, 'int32')], { axis: 0, mode: 'add' });
  return {
    values: size !== undefined && fillValue !== undefined ? where(isThere, values, convert(fillValue, values.dtype)) : values,
    indices: read(order),
    inverse: reshape(inverse, operand.shape),
    counts,
  };
}

/** The different elements of the flattened tensor, ascending (jnp.unique). */
export const unique = (x: TensorLike, options: UniqueOptions = {}): Tensor => uniqueAll(x, { equalNan: true, ...options }).values;

/** The different elements, ascending; every NaN is one (jnp.unique_values). */
export const uniqueValues = (x: TensorLike, options: Omit<UniqueOptions, 'equalNan'> = {}): Tensor => uniqueAll(x, options).values;

/** The different elements and how often each stands there (jnp.unique_counts). */
export function uniqueCounts(x: TensorLike, options: Omit<UniqueOptions, 'equalNan'> = {}): Pick<UniqueResult, 'values' | 'counts'> {
  const { values, counts } = uniqueAll(x, options);
  return { values, counts };
}

/** The different elements and for each element the place of its value (jnp.unique_inverse). */
export function uniqueInverse(x: TensorLike, options: Omit<UniqueOptions, 'equalNan'> = {}): Pick<UniqueResult, 'values' | 'inverse'> {
  const { values, inverse } = uniqueAll(x, options);
  return { values, inverse };
}

/** Whether each element is one of the others (jnp.isin). */
export function isin(elements: TensorLike, others: TensorLike, { invert = false }: { readonly invert?: boolean } = {}): Tensor {
  const [a, b] = promote('isin', [elements, others]);
  const row = ravel(b!);
  const column = expandDims(a!, a!.rank);
  return invert ? all(notEqual(column, row), { axis: -1 }) : any(equal(column, row), { axis: -1 });
}

/** The elements of a vector that a mask keeps, in order. */
function kept(values: Tensor, mask: Tensor, { size, fillValue = 0 }: SizeOptions): Tensor {
  const places = truePlaces(mask, size === undefined ? {} : { size, fillValue: 0 });
  if ((values.shape[0] as number) === 0) return full([size ?? 0], convert(fillValue, values.dtype), values.dtype);
  const taken = bindOne('gather', [values, places], { axis: 0 });
  return size === undefined ? taken : where(less(iota('int32', [size]), sum(mask)), taken, convert(fillValue, values.dtype));
}

/** The elements of either, ascending, each once (jnp.union1d). */
export const union1d = (x: TensorLike, y: TensorLike, options: SizeOptions = {}): Tensor => unique(concatenate([ravel(x), ravel(y)], 0), options);

/** The chosen ones of the different elements of a vector. */
function firstOf(x: Tensor, isChosen: (values: Tensor) => Tensor, options: SizeOptions): Tensor {
  const { sorted, isFirst } = sortedFlags(x, true);
  return kept(sorted, logicalAnd(isFirst, isChosen(sorted)), options);
}

/** The elements of both, ascending, each once (jnp.intersect1d). */
export function intersect1d(x: TensorLike, y: TensorLike, options: SizeOptions = {}): Tensor {
  const [a, b] = promote('intersect1d', [ravel(x), ravel(y)]);
  return firstOf(a!, (values) => isin(values, b!), options);
}

/** The elements of x that y has not, ascending, each once (jnp.setdiff1d). */
export function setdiff1d(x: TensorLike, y: TensorLike, options: SizeOptions = {}): Tensor {
  const [a, b] = promote('setdiff1d', [ravel(x), ravel(y)]);
  return firstOf(a!, (values) => isin(values, b!, { invert: true }), options);
}

/** The elements of one of both alone, ascending, each once (jnp.setxor1d). */
export function setxor1d(x: TensorLike, y: TensorLike, options: SizeOptions = {}): Tensor {
  const [a, b] = promote('setxor1d', [ravel(x), ravel(y)]);
  return firstOf(concatenate([a!, b!], 0), (values) => logicalOr(isin(values, a!, { invert: true }), isin(values, b!, { invert: true })), options);
}
