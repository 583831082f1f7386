import type { Dtype } from '../../dtype/dtype.js';
import { ArgumentError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import type { Shape } from '../../shape/shape.js';
import { tensor, type TensorLike } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { bindOne } from '../../program/bind.js';
import { eye, iota, zeros, type LinspaceOptions } from '../create.js';
import { equal, floor, greaterEqual, integerPow, where } from '../elementwise.js';
import { convert, requireAxis, toTensor } from '../operand.js';
import { sum } from '../reduce.js';
import { broadcastTo, expandDims, moveaxis, ravel, reshape, stack } from '../shape.js';
import { diag } from '../triangle.js';

export interface MeshgridOptions {
  /** `xy`: the first vector runs along the second axis (the default); `ij`: along the first. */
  readonly indexing?: 'xy' | 'ij';
  /** True leaves the axes along which a grid does not change with size 1. */
  readonly sparse?: boolean;
}

/** The coordinates of a grid, one tensor for each vector (jnp.meshgrid). */
export function meshgrid(xs: readonly TensorLike[], { indexing = 'xy', sparse = false }: MeshgridOptions = {}): Tensor[] {
  const vectors = xs.map((x) => ravel(x));
  const axisOf = (i: number): number => (indexing === 'xy' && i < 2 && xs.length > 1 ? 1 - i : i);
  const shape: Shape = vectors.map((_, axis) => vectors[axisOf(axis)]!.shape[0]!);
  return vectors.map((vector, i) => {
    const thin = reshape(vector, shape.map((_, axis) => (axis === axisOf(i) ? vector.shape[0]! : 1)));
    return sparse ? thin : broadcastTo(thin, shape);
  });
}

const floats = (values: Float64Array<ArrayBuffer>, dtype: Dtype): Tensor => {
  const line = new Tensor([values.length], 'float64', { kind: 'concrete', array: values });
  return convert(dtype.includes('int') ? floor(line) : line, dtype);
};

export interface LogspaceOptions extends LinspaceOptions {
  readonly base?: number;
}

/** base to the power of `num` evenly spaced exponents (jnp.logspace). */
export function logspace(start: number, stop: number, num = 50, { endpoint = true, base = 10, dtype = 'float32' }: LogspaceOptions = {}): Tensor {
  const intervals = endpoint ? num - 1 : num;
  return floats(Float64Array.from({ length: num }, (_, i) => base ** (intervals <= 0 ? start : start + ((stop - start) * i) / intervals)), dtype);
}

/** `num` numbers from start to stop with one ratio; both have one sign (jnp.geomspace). @throws ArgumentError where one is 0 or signs differ. */
export function geomspace(start: number, stop: number, num = 50, { endpoint = true, dtype = 'float32' }: LinspaceOptions = {}): Tensor {
  if (!(start * stop > 0)) throw new ArgumentError('geomspace', 'start and stop', `must have one sign and not be 0, found ${start} and ${stop}`);
  const intervals = endpoint ? num - 1 : num;
  const values = Float64Array.from({ length: num }, (_, i) => {
    if (i === 0) return start;
    return endpoint && i === num - 1 ? stop : start * (stop / start) ** (i / intervals);
  });
  return floats(values, dtype);
}

/** Where each element stands: along a new first axis its place on every axis (jnp.indices). */
export function indices(dimensions: readonly number[], dtype: Dtype = 'int32'): Tensor {
  if (dimensions.length === 0) return zeros([0], dtype);
  return stack(dimensions.map((_, axis) => iota(dtype, dimensions, axis)), 0);
}

/** Ones on and below diagonal `k` (jnp.tri). */
export function tri(rows: number, columns = rows, k = 0, dtype: Dtype = 'float32'): Tensor {
  return convert(greaterEqual(iota('int32', [rows, columns], 0), bindOne('sub', [iota('int32', [rows, columns], 1), convert(k, 'int32')], {})), dtype);
}

export const identity = (size: number, dtype: Dtype = 'float32'): Tensor => eye(size, size, 0, dtype);

/** Powers of each element of a vector, the highest first (jnp.vander). */
export function vander(x: TensorLike, columns?: number, { increasing = false }: { readonly increasing?: boolean } = {}): Tensor {
  const operand = toTensor('vander', x);
  const size = columns ?? operand.shape[0];
  if (operand.rank !== 1 || size === undefined || !isStatic(size)) throw new ArgumentError('vander', 'x', `must be a vector, and the number of columns known; found rank ${operand.rank}`);
  const number = operand.dtype === 'bool' ? convert(operand, 'int32') : operand;
  if (size === 0) return zeros([operand.shape[0]!, 0], number.dtype);
  const powers = Array.from({ length: size }, (_, i) => integerPow(number, increasing ? i : size - 1 - i));
  return stack(powers, 1);
}

/** The flattened tensor on diagonal `k` of a matrix (jnp.diagflat). */
export const diagflat = (x: TensorLike, k = 0): Tensor => diag(ravel(x), k);

export interface DiagonalOptions {
  readonly offset?: number;
  readonly axis1?: number;
  readonly axis2?: number;
}

/** The diagonals of matrices that lie in two axes, along a new last axis (jnp.diagonal). @throws ArgumentError where one is of symbolic size. */
export function diagonal(x: TensorLike, { offset = 0, axis1 = 0, axis2 = 1 }: DiagonalOptions = {}): Tensor {
  const operand = toTensor('diagonal', x);
  const [from, to] = [requireAxis('diagonal', axis1, operand.rank), requireAxis('diagonal', axis2, operand.rank)];
  const moved = moveaxis(operand, [from, to], [-2, -1]);
  const [rows, columns] = moved.shape.slice(-2);
  if (from === to || !isStatic(rows!) || !isStatic(columns!)) throw new ArgumentError('diagonal', 'axis1 and axis2', 'must be two axes of known size');
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min(rows - down, columns - right));
  const places = tensor(Int32Array.from({ length }, (_, i) => (i + down) * columns + i + right));
  const leading = moved.shape.slice(0, -2);
  return bindOne('gather', [reshape(moved, [...leading, rows * columns]), places], { axis: leading.length });
}

/** The sums of diagonals (jnp.trace). */
export const matrixTrace = (x: TensorLike, options: DiagonalOptions = {}): Tensor => sum(diagonal(x, options), { axis: -1 });

/** The last two axes with `value` on their diagonal: a number, or a vector that is as long (jnp.fill_diagonal). */
export function fillDiagonal(x: TensorLike, value: TensorLike): Tensor {
  const operand = toTensor('fillDiagonal', x);
  if (operand.rank !== 2) throw new ArgumentError('fillDiagonal', 'x', `must be a matrix, found rank ${operand.rank}`);
  const onDiagonal = equal(iota('int32', [operand.shape[0]!, 1], 0), iota('int32', [1, operand.shape[1]!], 1));
  const values = convert(value, operand.dtype);
  return where(onDiagonal, values.rank === 1 ? expandDims(values, 1) : values, operand);
}

const places = (list: readonly (readonly [number, number])[]): [rows: Tensor, columns: Tensor] => [
  tensor(Int32Array.from(list, ([row]) => row)),
  tensor(Int32Array.from(list, ([, column]) => column)),
];

const cells = (rows: number, columns: number, keeps: (row: number, column: number) => boolean): [number, number][] =>
  Array.from({ length: rows * columns }, (_, i): [number, number] => [Math.floor(i / columns), i % columns]).filter(([row, column]) => keeps(row, column));

/** The places on and below diagonal `k`, as two int32 vectors (jnp.tril_indices). */
export const trilIndices = (rows: number, k = 0, columns = rows): [rows: Tensor, columns: Tensor] => places(cells(rows, columns, (row, column) => column - row <= k));
/** The places on and above diagonal `k`, as two int32 vectors (jnp.triu_indices). */
export const triuIndices = (rows: number, k = 0, columns = rows): [rows: Tensor, columns: Tensor] => places(cells(rows, columns, (row, column) => column - row >= k));
/** The places on the main diagonal of `rank` axes (jnp.diag_indices). */
export const diagIndices = (size: number, rank = 2): Tensor[] => Array.from({ length: rank }, () => iota('int32', [size]));
