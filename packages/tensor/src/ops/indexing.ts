import { isFloating } from '../dtype/dtype.js';
import { ArgumentError, DtypeError } from '../errors/errors.js';
import { bind, bindOne } from '../program/bind.js';
import { mulDim, type Dim } from '../shape/dim.js';
import { dimSizeOf, type Shape } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { dimensionSize, iota } from './create.js';
import { mod } from './division.js';
import { add, clip, greaterEqual, less, logicalAnd, mul, where } from './elementwise.js';
import { fillValue } from './fill-value.js';
import { convert, promote, requireAxis, toTensor } from './operand.js';
import { moveaxis, ravel, reshape } from './shape.js';

/** What an index out of range gives: `fill` NaN (or the least value of an integer dtype), the edge, or around the end. */
export type IndexMode = 'fill' | 'clip' | 'wrap';

export interface TakeOptions {
  readonly axis?: number;
  readonly mode?: IndexMode;
}

function indexTensor(operation: string, indices: TensorLike): Tensor {
  const found = toTensor(operation, indices);
  if (isFloating(found.dtype) || found.dtype === 'bool') throw new DtypeError(operation, [found.dtype], 'indices must be integers');
  return convert(found, 'int32');
}

interface Placed {
  /** In range. */
  readonly indices: Tensor;
  /** True where the given index was in range. */
  readonly valid: Tensor;
}

/** Negative indices count from the end, unless they are clipped; then the mode says what happens to those out of range. */
function place(indices: Tensor, size: Dim, mode: IndexMode): Placed {
  const length = dimensionSize(size);
  const counted = mode === 'wrap' ? mod(indices, length) : mode === 'clip' ? indices : where(less(indices, 0), add(indices, length), indices);
  const valid = logicalAnd(greaterEqual(counted, 0), less(counted, length));
  return { indices: mode === 'wrap' ? counted : clip(counted, { min: 0, max: add(length, -1) }), valid };
}

const requireMode = (operation: string, mode: IndexMode): void => {
  if (!['fill', 'clip', 'wrap'].includes(mode)) throw new ArgumentError(operation, 'mode', `must be 'fill', 'clip' or 'wrap', found ${JSON.stringify(mode)}`);
};

/** Elements (slices along `axis`) at the indices; of the flattened tensor by default (jnp.take). */
export function take(x: TensorLike, indices: TensorLike, { axis, mode = 'fill' }: TakeOptions = {}): Tensor {
  requireMode('take', mode);
  const operand = axis === undefined ? ravel(x) : toTensor('take', x);
  const at = requireAxis('take', axis ?? 0, operand.rank);
  const { indices: placed, valid } = place(indexTensor('take', indices), operand.shape[at]!, mode);
  const taken = bindOne('gather', [operand, placed], { axis: at });
  if (mode !== 'fill') return taken;
  const mask = reshape(valid, [...valid.shape, ...operand.shape.slice(at + 1).map(() => 1)]);
  return where(mask, taken, convert(fillValue(taken.dtype), taken.dtype));
}

/** One index for each place: x along `axis` at `indices`, whose other axes are those of x (jnp.take_along_axis). */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1, mode: IndexMode = 'fill'): Tensor {
  requireMode('takeAlongAxis', mode);
  const operand = toTensor('takeAlongAxis', x);
  const at = requireAxis('takeAlongAxis', axis, operand.rank);
  const lastX = moveaxis(operand, at, -1);
  const lastIndices = moveaxis(indexTensor('takeAlongAxis', indices), at, -1);
  const size = lastX.shape.at(-1)!;
  const { indices: placed, valid } = place(lastIndices, size, mode);
  const rows = dimSizeOf(lastX.shape.slice(0, -1));
  const offset = mul(reshape(iota('int32', [rows]), [...lastX.shape.slice(0, -1), 1]), dimensionSize(size));
  const taken = bindOne('gather', [reshape(lastX, [mulDim(rows, size)]), add(placed, offset)], { axis: 0 });
  const filled = mode === 'fill' ? where(valid, taken, convert(fillValue(taken.dtype), taken.dtype)) : taken;
  return moveaxis(filled, -1, at);
}

export type ScatterMode = 'set' | 'add' | 'mul' | 'min' | 'max';

/** x with slices along `axis` combined with updates at the indices (x.at[indices].set, .add, ...). Indices out of range are dropped. */
export function scatter(x: TensorLike, indices: TensorLike, updates: TensorLike, { axis = 0, mode = 'set' }: { readonly axis?: number; readonly mode?: ScatterMode } = {}): Tensor {
  const operand = toTensor('scatter', x);
  const at = requireAxis('scatter', axis, operand.rank);
  const given = indexTensor('scatter', indices);
  const counted = where(less(given, 0), add(given, dimensionSize(operand.shape[at]!)), given);
  const flat = ravel(counted);
  const shape = operand.shape.map((dim, i) => (i === at ? flat.shape[0]! : dim));
  const wide = toTensor('scatter', updates);
  const full = [...operand.shape.slice(0, at), ...given.shape, ...operand.shape.slice(at + 1)];
  const spread = bindOne('broadcastTo', [convert(wide, operand.dtype)], { shape: full });
  return bindOne('scatter', [operand, flat, reshape(spread, shape)], { axis: at, mode });
}

const startsOf = (operation: string, starts: TensorLike | readonly TensorLike[], rank: number): Tensor[] => {
  const list = Array.isArray(starts) ? (starts as readonly TensorLike[]) : Array.from({ length: rank }, (_, i) => reshape(bindOne('slice', [toTensor(operation, starts as TensorLike)], { starts: [i], limits: [i + 1], strides: [1] }), []));
  return list.map((start) => indexTensor(operation, start));
};

/** Negative starts count from the end, as lax.dynamic_slice has it. */
const fromEnd = (starts: readonly Tensor[], shape: Shape): Tensor[] => starts.map((start, i) => where(less(start, 0), add(start, dimensionSize(shape[i]!)), start));

/** A slice of fixed sizes at starts that may be traced; they are clamped so that it fits (lax.dynamic_slice). */
export function dynamicSlice(x: TensorLike, starts: TensorLike | readonly TensorLike[], sizes: Shape): Tensor {
  const operand = toTensor('dynamicSlice', x);
  return bindOne('dynamicSlice', [operand, ...fromEnd(startsOf('dynamicSlice', starts, operand.rank), operand.shape)], { sizes });
}

/** x with `update` written at starts that may be traced; they are clamped so that it fits (lax.dynamic_update_slice). */
export function dynamicUpdateSlice(x: TensorLike, update: TensorLike, starts: TensorLike | readonly TensorLike[]): Tensor {
  const [operand, patch] = promote('dynamicUpdateSlice', [x, update]);
  return bindOne('dynamicUpdateSlice', [operand!, patch!, ...fromEnd(startsOf('dynamicUpdateSlice', starts, operand!.rank), operand!.shape)], {});
}

export interface SortOptions {
  readonly axis?: number;
  readonly descending?: boolean;
}

/** The order that sorts along `axis`, int32 and stable; NaN is the largest of all (jnp.argsort). */
export function argsort(x: TensorLike, { axis = -1, descending = false }: SortOptions = {}): Tensor {
  const operand = toTensor('argsort', x);
  const at = requireAxis('argsort', axis, operand.rank);
  const places = iota('int32', operand.shape, at);
  const order = (keys: Tensor, from: Tensor): Tensor => bind('sort', [keys, from], { axis: at, keys: 1 })[1]!;
  if (!descending) return order(operand, places);
  // Read from behind at both ends, so that equals keep their order.
  const reversed = (given: Tensor): Tensor => bindOne('reverse', [given], { axes: [at] });
  return reversed(order(reversed(operand), reversed(places)));
}

/** Ascending along `axis`, NaN last (jnp.sort). */
export function sort(x: TensorLike, { axis = -1, descending = false }: SortOptions = {}): Tensor {
  const operand = toTensor('sort', x);
  const at = requireAxis('sort', axis, operand.rank);
  if (!descending) return bind('sort', [operand], { axis: at, keys: 1 })[0]!;
  return bindOne('reverse', [bind('sort', [operand], { axis: at, keys: 1 })[0]!], { axes: [at] });
}

/** Sorts several tensors together by the first `keys` of them (lax.sort). */
export const sortTogether = (operands: readonly Tensor[], { axis = -1, keys = 1 }: { readonly axis?: number; readonly keys?: number } = {}): Tensor[] =>
  bind('sort', operands, { axis: requireAxis('sortTogether', axis, operands[0]!.rank), keys });
