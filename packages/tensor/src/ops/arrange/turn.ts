import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { broadcastShapes, dimSizeOf, formatShape, type Shape } from '../../shape/shape.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { convert, requireAxis, toTensor } from '../operand.js';
import { flip } from '../rearrange.js';
import { broadcastTo, concatenate, moveaxis, ravel, reshape, slice, sliceAxis, swapaxes } from '../shape.js';

/** Left to right: the second axis reversed (jnp.fliplr). */
export const fliplr = (x: TensorLike): Tensor => flip(x, 1);
/** Upside down: the first axis reversed (jnp.flipud). */
export const flipud = (x: TensorLike): Tensor => flip(x, 0);

/** Turned by 90 degrees `k` times, from the first of the axes towards the second (jnp.rot90). */
export function rot90(x: TensorLike, k = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  const operand = toTensor('rot90', x);
  const [from, to] = axes.map((axis) => requireAxis('rot90', axis, operand.rank)) as [number, number];
  if (from === to) throw new ArgumentError('rot90', 'axes', `must name two axes, found axis ${from} twice`);
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return operand;
  if (turns === 2) return flip(operand, [from, to]);
  return turns === 1 ? swapaxes(flip(operand, to), from, to) : flip(swapaxes(operand, from, to), to);
}

/** Axis `axis` moved before axis `start` (jnp.rollaxis). */
export function rollaxis(x: TensorLike, axis: number, start = 0): Tensor {
  const operand = toTensor('rollaxis', x);
  const from = requireAxis('rollaxis', axis, operand.rank);
  const before = start < 0 ? start + operand.rank : start;
  if (!Number.isInteger(start) || before < 0 || before > operand.rank) throw new ArgumentError('rollaxis', 'start', `must be a whole number from ${-operand.rank} to ${operand.rank}, found ${start}`);
  return moveaxis(operand, from, from < before ? before - 1 : before);
}

/** The last two axes exchanged (jnp.matrix_transpose). */
export const matrixTranspose = (x: TensorLike): Tensor => swapaxes(x, -1, -2);

/** All of them in the shape that they broadcast to (jnp.broadcast_arrays). @throws ShapeError where they do not. */
export function broadcastArrays(...xs: readonly TensorLike[]): Tensor[] {
  const operands = xs.map((x) => toTensor('broadcastArrays', x));
  const shape = broadcastShapes(operands.map((operand) => operand.shape));
  if (shape === undefined) throw new ShapeError('broadcastArrays', operands.map((operand) => formatShape(operand.shape)), 'the shapes do not broadcast');
  return operands.map((operand) => broadcastTo(operand, shape));
}

/** In the shape of another tensor (lax.broadcast_like). @throws ShapeError where it does not broadcast to it. */
export const broadcastLike = (x: TensorLike, like: { readonly shape: Shape }): Tensor => broadcastTo(toTensor('broadcastLike', x), like.shape);

/** With axes of size 1 in front, as many as are missing to `rank` (lax.broadcast_to_rank). @throws ArgumentError where there are more than that */
export function broadcastToRank(x: TensorLike, rank: number): Tensor {
  const operand = toTensor('broadcastToRank', x);
  const missing = rank - operand.rank;
  if (!Number.isInteger(rank) || missing < 0) throw new ArgumentError('broadcastToRank', 'rank', `must be a whole number from ${operand.rank}, the rank of x, on; found ${rank}`);
  return reshape(operand, [...Array.from({ length: missing }, () => 1), ...operand.shape]);
}

/** The elements in order, over and over, in another shape of known size (jnp.resize). */
export function resize(x: TensorLike, shape: Shape): Tensor {
  const flat = ravel(toTensor('resize', x));
  const [have, want] = [flat.shape[0]!, dimSizeOf(shape)];
  if (!isStatic(have) || !isStatic(want)) throw new ArgumentError('resize', 'shape', 'and that of x must be known');
  if (want === 0) return reshape(slice(flat, [0], [0]), shape);
  if (have === 0) throw new ArgumentError('resize', 'x', 'has no elements to fill the shape with');
  const copies = concatenate(Array.from({ length: Math.ceil(want / have) }, () => flat), 0);
  return reshape(slice(copies, [0], [want]), shape);
}

const placesOf = (operation: string, places: number | readonly number[], size: number, most: number): number[] =>
  (typeof places === 'number' ? [places] : places).map((place) => {
    const found = place < 0 ? place + size : place;
    if (!Number.isInteger(place) || found < 0 || found > most) throw new ArgumentError(operation, 'places', `must be whole numbers from ${-size} to ${most}, found ${place}`);
    return found;
  });

function knownSize(operation: string, x: Tensor, axis: number): number {
  const size = x.shape[axis]!;
  if (!isStatic(size)) throw new ArgumentError(operation, 'axis', `names axis ${axis} of symbolic size ${String(size)}`);
  return size;
}

/** Without the elements at `places`, of the flattened tensor by default (jnp.delete). Places out of range are errors. */
export function deleteElements(x: TensorLike, places: number | readonly number[], axis?: number): Tensor {
  const operand = axis === undefined ? ravel(x) : toTensor('deleteElements', x);
  const at = requireAxis('deleteElements', axis ?? 0, operand.rank);
  const size = knownSize('deleteElements', operand, at);
  const gone = [...new Set(placesOf('deleteElements', places, size, size - 1))].sort((a, b) => a - b);
  const bounds = [-1, ...gone, size];
  const parts = bounds.slice(1).flatMap((end, i) => (end > bounds[i]! + 1 ? [sliceAxis(operand, at, bounds[i]! + 1, end)] : []));
  return parts.length === 0 ? sliceAxis(operand, at, 0, 0) : concatenate(parts, at);
}

/**
 * `values` before the elements at `places`, of the flattened tensor by default (jnp.insert): at one place all of them, at several one
 * at each.
 */
export function insert(x: TensorLike, places: number | readonly number[], values: TensorLike, axis?: number): Tensor {
  const given = toTensor('insert', x);
  const operand = axis === undefined ? ravel(given) : given;
  const at = requireAxis('insert', axis ?? 0, operand.rank);
  const size = knownSize('insert', operand, at);
  const found = placesOf('insert', places, size, size);
  const block = insertedBlock(operand, convert(values, operand.dtype), at, typeof places === 'number', found.length);
  const count = knownSize('insert', block, at);
  const order = typeof places === 'number' ? Array.from({ length: count }, () => found[0]!) : found;
  const pieces: Tensor[] = [];
  let start = 0;
  const sorted = order.map((place, i) => ({ place, i })).sort((a, b) => a.place - b.place || a.i - b.i);
  for (const { place, i } of sorted) {
    if (place > start) pieces.push(sliceAxis(operand, at, start, place));
    pieces.push(sliceAxis(block, at, i, i + 1));
    start = Math.max(start, place);
  }
  if (start < size) pieces.push(sliceAxis(operand, at, start, size));
  return pieces.length === 0 ? operand : concatenate(pieces, at);
}

/** What goes in, with the axes of the operand: at one place, the first axis of the values is the one that goes in (numpy.insert). */
function insertedBlock(operand: Tensor, values: Tensor, at: number, isOne: boolean, places: number): Tensor {
  const missing = Math.max(0, operand.rank - values.rank);
  const full = reshape(values, [...Array.from({ length: missing }, () => 1), ...values.shape]);
  const moved = isOne ? moveaxis(full, 0, at) : values;
  const count = isOne ? knownSize('insert', moved, at) : places;
  return broadcastTo(moved, operand.shape.map((dim, i) => (i === at ? count : dim)));
}
