import { toFloating } from '../dtype/promotion.js';
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { dimSizeOf, formatShape } from '../shape/shape.js';
import { composite } from './composite.js';
import { dimensionSize } from './create.js';
import { add, div, exp, isfinite, log, maximum, minimum, sqrt, square, sub, where } from './elementwise.js';
import { convert, requireAxes, requireAxis, toTensor } from './operand.js';
import { broadcastTo, expandDims, ravel, squeeze } from './shape.js';

export interface ReduceOptions {
  /** The reduced axes; all of them by default. */
  readonly axis?: number | readonly number[] | undefined;
  /** True keeps each reduced axis with size 1. */
  readonly keepdims?: boolean | undefined;
  /** Which elements take part: bools that broadcast to x. */
  readonly where?: TensorLike | undefined;
}

export interface ExtremumOptions extends ReduceOptions {
  /** An element besides: what there is where none takes part. */
  readonly initial?: TensorLike | undefined;
}

/** The elements that take part, and what changes nothing in place of the others. */
const chosen = (x: Tensor, mask: TensorLike | undefined, neutral: TensorLike): Tensor => (mask === undefined ? x : where(mask, x, convert(neutral, x.dtype)));

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';

function reduce(name: string, primitive: Reduction, x: Tensor, { axis, keepdims = false }: ReduceOptions): Tensor {
  const axes = requireAxes(name, axis, x.rank);
  return axes.length === 0 ? x : bindOne(primitive, [x], { axes, keepDims: keepdims });
}

/** Small integers and bools add up in 32 bits, as jnp.sum has it. */
function widen(x: Tensor): Tensor {
  if (x.dtype === 'bool' || x.dtype === 'int8' || x.dtype === 'int16') return convert(x, 'int32');
  return x.dtype === 'uint8' || x.dtype === 'uint16' ? convert(x, 'uint32') : x;
}

/** jnp.sum. Small integers and bools give int32 (uint32). */
export const sum = (x: TensorLike, options: ReduceOptions = {}): Tensor => reduce('sum', 'reduceSum', chosen(widen(toTensor('sum', x)), options.where, 0), options);
/** jnp.prod. Small integers and bools give int32 (uint32). */
export const prod = (x: TensorLike, options: ReduceOptions = {}): Tensor => reduce('prod', 'reduceProd', chosen(widen(toTensor('prod', x)), options.where, 1), options);
/** @throws ShapeError where nothing is reduced: no number is the largest (smallest) of none. ArgumentError where elements are chosen without `initial`. */
function extremum(name: 'max' | 'min', primitive: 'reduceMax' | 'reduceMin', x: TensorLike, { where: mask, initial, ...options }: ExtremumOptions): Tensor {
  const operand = toTensor(name, x);
  if (initial === undefined) {
    if (mask !== undefined) throw new ArgumentError(name, 'initial', 'must be given where `where` chooses elements: it is the result where none is chosen');
    const empty = requireAxes(name, options.axis, operand.rank).find((axis) => operand.shape[axis] === 0);
    if (empty !== undefined) throw new ShapeError(name, [formatShape(operand.shape)], `axis ${empty} is empty, so it has no ${name}`);
    return reduce(name, primitive, operand, options);
  }
  const least = convert(initial, operand.dtype);
  return (name === 'max' ? maximum : minimum)(reduce(name, primitive, chosen(operand, mask, least), options), least);
}

/** jnp.max; NaN wins. */
export const max = (x: TensorLike, options: ExtremumOptions = {}): Tensor => extremum('max', 'reduceMax', x, options);
/** jnp.min; NaN wins. */
export const min = (x: TensorLike, options: ExtremumOptions = {}): Tensor => extremum('min', 'reduceMin', x, options);
export const all = (x: TensorLike, options: ReduceOptions = {}): Tensor => reduce('all', 'reduceMin', chosen(convert(toTensor('all', x), 'bool'), options.where, true), options);
export const any = (x: TensorLike, options: ReduceOptions = {}): Tensor => reduce('any', 'reduceMax', chosen(convert(toTensor('any', x), 'bool'), options.where, false), options);

/** The number of elements that fall together, as a scalar of the dtype of `x`. */
const countOf = (x: Tensor, axes: readonly number[]): Tensor => dimensionSize(dimSizeOf(axes.map((axis) => x.shape[axis]!)), x.dtype);

/** How many elements take part, in the dtype of x. */
const countChosen = (x: Tensor, mask: TensorLike, options: ReduceOptions): Tensor => sum(broadcastTo(convert(convert(toTensor('where', mask), 'bool'), x.dtype), x.shape), options);

/** jnp.mean; integers give float32. */
export function mean(x: TensorLike, { axis, keepdims = false, where: mask }: ReduceOptions = {}): Tensor {
  const given = toTensor('mean', x);
  const operand = convert(given, toFloating(given.dtype));
  const axes = requireAxes('mean', axis, operand.rank);
  if (mask !== undefined) return div(sum(operand, { axis: axes, keepdims, where: mask }), countChosen(operand, mask, { axis: axes, keepdims }));
  if (axes.length === 0) return operand;
  const decompose = (t: Tensor): Tensor[] => [div(bindOne('reduceSum', [t], { axes, keepDims: keepdims }), countOf(t, axes))];
  const attributes = { axes: axes.map((one) => one - operand.rank), keepDims: keepdims };
  return composite('mean', [operand], decompose, { attributes })[0]!;
}

export interface VarianceOptions extends ReduceOptions {
  /** What is taken off the count before dividing. */
  readonly ddof?: number;
}

/** jnp.var. */
export function variance(x: TensorLike, { axis, keepdims = false, ddof = 0, where: mask }: VarianceOptions = {}): Tensor {
  const given = toTensor('variance', x);
  const operand = convert(given, toFloating(given.dtype));
  const axes = requireAxes('variance', axis, operand.rank);
  const centered = square(sub(operand, mean(operand, { axis: axes, keepdims: true, where: mask })));
  if (mask !== undefined) return div(sum(centered, { axis: axes, keepdims, where: mask }), sub(countChosen(operand, mask, { axis: axes, keepdims }), ddof));
  if (ddof === 0) return mean(centered, { axis: axes, keepdims });
  return div(sum(centered, { axis: axes, keepdims }), sub(countOf(operand, axes), ddof));
}

/** jnp.std. */
export const std = (x: TensorLike, options: VarianceOptions = {}): Tensor => sqrt(variance(x, options));

/** log(sum(exp(x))) without overflow (jax.nn.logsumexp). */
export function logsumexp(x: TensorLike, { axis, keepdims = false, where: mask }: ReduceOptions = {}): Tensor {
  const given = toTensor('logsumexp', x);
  const operand = chosen(convert(given, toFloating(given.dtype)), mask, -Infinity);
  const axes = requireAxes('logsumexp', axis, operand.rank);
  if (axes.length === 0) return operand;
  const ends = axes.map((one) => one - operand.rank);
  const decompose = (t: Tensor): Tensor[] => {
    const top = bindOne('reduceMax', [t], { axes, keepDims: true });
    const shift = bindOne('stopGradient', [where(isfinite(top), top, 0)], {});
    const total = add(log(bindOne('reduceSum', [exp(sub(t, shift))], { axes, keepDims: true })), shift);
    return [keepdims ? total : squeeze(total, ends)];
  };
  return composite('logsumexp', [operand], decompose, { attributes: { axes: ends, keepDims: keepdims } })[0]!;
}

export interface ArgumentOptions {
  /** The axis; the flattened tensor by default. */
  readonly axis?: number;
  readonly keepdims?: boolean;
}

function argument(name: string, primitive: 'argMax' | 'argMin', x: TensorLike, { axis, keepdims = false }: ArgumentOptions): Tensor {
  const operand = toTensor(name, x);
  if (axis !== undefined) return bindOne(primitive, [operand], { axis: requireAxis(name, axis, operand.rank), keepDims: keepdims });
  const flat = bindOne(primitive, [ravel(operand)], { axis: 0, keepDims: false });
  return keepdims ? expandDims(flat, operand.shape.map((_, i) => i)) : flat;
}

/** The int32 index of the first largest element (jnp.argmax). */
export const argmax = (x: TensorLike, options: ArgumentOptions = {}): Tensor => argument('argmax', 'argMax', x, options);
/** The int32 index of the first smallest element (jnp.argmin). */
export const argmin = (x: TensorLike, options: ArgumentOptions = {}): Tensor => argument('argmin', 'argMin', x, options);

export interface CumulativeOptions {
  /** The axis; the flattened tensor by default. */
  readonly axis?: number;
  /** From the end. */
  readonly reverse?: boolean;
}

function cumulative(name: string, primitive: 'cumSum' | 'cumProd', x: TensorLike, { axis, reverse = false }: CumulativeOptions): Tensor {
  const operand = widen(toTensor(name, x));
  const flat = axis === undefined ? ravel(operand) : operand;
  return bindOne(primitive, [flat], { axis: requireAxis(name, axis ?? 0, flat.rank), reverse });
}

/** jnp.cumsum. */
export const cumsum = (x: TensorLike, options: CumulativeOptions = {}): Tensor => cumulative('cumsum', 'cumSum', x, options);
/** jnp.cumprod. */
export const cumprod = (x: TensorLike, options: CumulativeOptions = {}): Tensor => cumulative('cumprod', 'cumProd', x, options);
