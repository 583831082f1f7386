import { ArgumentError, ShapeError } from '../errors/errors.js';
import { bind, bindOne } from '../program/bind.js';
import { divideDim, isStatic, subDim, type Dim } from '../shape/dim.js';
import { dimSizeOf, equalShapes, formatShape, type Shape } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { promote, requireAxes, requireAxis, toTensor } from './operand.js';

/** To `shape`; one entry may be -1 and is then inferred (jnp.reshape). @throws ShapeError where the elements do not fit. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const operand = toTensor('reshape', x);
  const unknown = shape.indexOf(-1);
  if (shape.some((dim, i) => isStatic(dim) && (dim < 0 || !Number.isInteger(dim)) && i !== unknown)) {
    throw new ArgumentError('reshape', 'shape', `must hold whole numbers from 0 on and at most one -1, found ${formatShape(shape)}`);
  }
  let wanted = shape;
  if (unknown >= 0) {
    const known = dimSizeOf(shape.filter((_, i) => i !== unknown));
    const inferred = divideDim(dimSizeOf(operand.shape), known);
    if (inferred === undefined) throw new ShapeError('reshape', [formatShape(operand.shape)], `cannot become ${formatShape(shape)}: ${String(known)} does not divide the number of elements`);
    wanted = shape.map((dim, i) => (i === unknown ? inferred : dim));
  }
  return equalShapes(operand.shape, wanted) ? operand : bindOne('reshape', [operand], { shape: wanted });
}

/** To one axis. */
export const ravel = (x: TensorLike): Tensor => {
  const operand = toTensor('ravel', x);
  return reshape(operand, [dimSizeOf(operand.shape)]);
};

/** Axis i of the result is axis `axes[i]` of x; reversed by default (jnp.transpose). */
export function transpose(x: TensorLike, axes?: readonly number[]): Tensor {
  const operand = toTensor('transpose', x);
  const permutation = axes === undefined ? operand.shape.map((_, i) => operand.rank - 1 - i) : axes.map((axis) => requireAxis('transpose', axis, operand.rank));
  return permutation.every((axis, i) => axis === i) && permutation.length === operand.rank ? operand : bindOne('transpose', [operand], { permutation });
}

export function swapaxes(x: TensorLike, axis1: number, axis2: number): Tensor {
  const operand = toTensor('swapaxes', x);
  const [a, b] = [requireAxis('swapaxes', axis1, operand.rank), requireAxis('swapaxes', axis2, operand.rank)];
  return transpose(operand, operand.shape.map((_, i) => (i === a ? b : i === b ? a : i)));
}

export const listOf = (axis: number | readonly number[]): readonly number[] => (typeof axis === 'number' ? [axis] : axis);

/** Moves axes to new places; the others keep their order (jnp.moveaxis). */
export function moveaxis(x: TensorLike, source: number | readonly number[], destination: number | readonly number[]): Tensor {
  const operand = toTensor('moveaxis', x);
  const from = listOf(source).map((axis) => requireAxis('moveaxis', axis, operand.rank));
  const to = listOf(destination).map((axis) => requireAxis('moveaxis', axis, operand.rank));
  if (new Set(from).size !== from.length) throw new ArgumentError('moveaxis', 'source', `names an axis twice: ${from.join(', ')}`);
  if (new Set(to).size !== to.length) throw new ArgumentError('moveaxis', 'destination', `names an axis twice: ${to.join(', ')}`);
  if (from.length !== to.length) throw new ArgumentError('moveaxis', 'destination', `must name as many axes as source (${from.length}), found ${to.length}`);
  const rest = operand.shape.map((_, i) => i).filter((axis) => !from.includes(axis));
  const permutation = Array.from({ length: operand.rank }, (_, i) => (to.includes(i) ? from[to.indexOf(i)]! : rest.shift()!));
  return transpose(operand, permutation);
}

/** Inserts axes of size 1, at places counted in the result (jnp.expand_dims). */
export function expandDims(x: TensorLike, axis: number | readonly number[]): Tensor {
  const operand = toTensor('expandDims', x);
  const rank = operand.rank + listOf(axis).length;
  const added = requireAxes('expandDims', axis, rank);
  const rest = [...operand.shape];
  return reshape(operand, Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : rest.shift()!)));
}

/** Removes axes of size 1; all of them by default (jnp.squeeze). @throws ArgumentError where one is larger. */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const operand = toTensor('squeeze', x);
  const removed = axis === undefined ? operand.shape.flatMap((dim, i) => (dim === 1 ? [i] : [])) : requireAxes('squeeze', axis, operand.rank);
  const large = removed.find((one) => operand.shape[one] !== 1);
  if (large !== undefined) throw new ArgumentError('squeeze', 'axis', `names axis ${large}, which has size ${String(operand.shape[large])} and not 1`);
  return reshape(operand, operand.shape.filter((_, i) => !removed.includes(i)));
}

/** As NumPy broadcasts, aligned at the last axis (jnp.broadcast_to). */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const operand = toTensor('broadcastTo', x);
  return equalShapes(operand.shape, shape) ? operand : bindOne('broadcastTo', [operand], { shape });
}

/** Joins along an existing axis (jnp.concatenate). */
export function concatenate(xs: readonly TensorLike[], axis = 0): Tensor {
  if (xs.length === 0) throw new ArgumentError('concatenate', 'xs', 'must hold at least one tensor');
  const operands = promote('concatenate', xs);
  const at = requireAxis('concatenate', axis, operands[0]!.rank);
  return operands.length === 1 ? operands[0]! : bindOne('concatenate', operands, { axis: at });
}

/** Joins along a new axis (jnp.stack). */
export function stack(xs: readonly TensorLike[], axis = 0): Tensor {
  if (xs.length === 0) throw new ArgumentError('stack', 'xs', 'must hold at least one tensor');
  const operands = promote('stack', xs);
  const at = requireAxis('stack', axis, operands[0]!.rank + 1);
  return concatenate(operands.map((x) => expandDims(x, at)), at);
}

/** Elements start, start + stride, ... below limit of each axis (lax.slice). */
export function slice(x: TensorLike, starts: readonly Dim[], limits: readonly Dim[], strides?: readonly number[]): Tensor {
  const operand = toTensor('slice', x);
  const steps = strides ?? starts.map(() => 1);
  if (starts.length !== operand.rank || limits.length !== operand.rank || steps.length !== operand.rank) {
    throw new ArgumentError('slice', 'starts, limits and strides', `must have one entry for each of the ${operand.rank} axes`);
  }
  const whole = operand.shape.every((dim, i) => starts[i] === 0 && limits[i] === dim && steps[i] === 1);
  return whole ? operand : bindOne('slice', [operand], { starts, limits, strides: steps });
}

/** Elements from start to limit along one axis; negative numbers count from the end (lax.slice_in_dim). */
export function sliceAxis(x: TensorLike, axis: number, start: Dim, limit: Dim, stride = 1): Tensor {
  const operand = toTensor('sliceAxis', x);
  const at = requireAxis('sliceAxis', axis, operand.rank);
  const place = (dim: Dim): Dim => (isStatic(dim) && dim < 0 && isStatic(operand.shape[at]!) ? dim + operand.shape[at] : dim);
  const pick = (value: Dim, other: (dim: Dim) => Dim): Dim[] => operand.shape.map((dim, i) => (i === at ? value : other(dim)));
  return slice(operand, pick(place(start), () => 0), pick(place(limit), (dim) => dim), pick(stride, () => 1) as number[]);
}

/** Cuts an axis into equal parts, or at the given indices (jnp.split). */
export function split(x: TensorLike, indicesOrSections: number | readonly number[], axis = 0): Tensor[] {
  const operand = toTensor('split', x);
  const at = requireAxis('split', axis, operand.rank);
  const size = operand.shape[at]!;
  let bounds: readonly Dim[];
  if (typeof indicesOrSections === 'number') {
    const part = divideDim(size, indicesOrSections);
    if (!isStatic(size) || part === undefined) throw new ArgumentError('split', 'indicesOrSections', `must divide axis ${at} of size ${String(size)}, found ${indicesOrSections}`);
    bounds = Array.from({ length: indicesOrSections + 1 }, (_, i) => i * (part as number));
  } else {
    const isOutside = indicesOrSections.some((index, i) => index < (indicesOrSections[i - 1] ?? 0) || (isStatic(size) && index > size));
    if (isOutside) throw new ArgumentError('split', 'indicesOrSections', `must ascend from 0 to the size ${String(size)} of axis ${at}, found ${indicesOrSections.join(', ')}`);
    bounds = [0, ...indicesOrSections, size];
  }
  const sizes = bounds.slice(1).map((limit, i) => subDim(limit, bounds[i]!));
  return sizes.length === 1 ? [operand] : bind('split', [operand], { axis: at, sizes });
}

