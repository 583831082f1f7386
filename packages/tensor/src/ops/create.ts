import { isInteger, type Dtype } from '../dtype/dtype.js';
import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import type { Shape } from '../shape/shape.js';
import type { Dim } from '../shape/dim.js';
import { requireDtypeName, requireShape, scalar } from '../tensor/create.js';
import type { Scalar } from '../tensor/element.js';
import { Tensor } from '../tensor/tensor.js';
import { add, floor, mul } from './elementwise.js';
import { convert, requireCounts } from './operand.js';

/** `shape` filled with `value` (jnp.full). A symbolic shape works inside a traced function. */
export function full(shape: Shape, value: Scalar | Tensor, dtype?: Dtype): Tensor {
  if (dtype !== undefined) requireDtypeName('full', dtype);
  requireShape('full', shape);
  const filler = value instanceof Tensor ? (dtype === undefined ? value : convert(value, dtype)) : scalar(value, dtype ?? (typeof value === 'boolean' ? 'bool' : 'float32'));
  return shape.length === 0 && filler.rank === 0 ? filler : bindOne('broadcastTo', [filler], { shape });
}

export const zeros = (shape: Shape, dtype: Dtype = 'float32'): Tensor => full(shape, 0, dtype);
export const ones = (shape: Shape, dtype: Dtype = 'float32'): Tensor => full(shape, 1, dtype);
export const zerosLike = (x: Tensor, dtype: Dtype = x.dtype): Tensor => full(x.shape, 0, dtype);
export const onesLike = (x: Tensor, dtype: Dtype = x.dtype): Tensor => full(x.shape, 1, dtype);
export const fullLike = (x: Tensor, value: Scalar, dtype: Dtype = x.dtype): Tensor => full(x.shape, value, dtype);

/** Counts 0, 1, ... along `axis` (lax.broadcasted_iota). */
export const iota = (dtype: Dtype, shape: Shape, axis = 0): Tensor => bindOne('iota', [], { dtype, shape, axis });

/** The size of a dimension as a scalar: a number, or inside a traced function the size of a symbolic one. */
export const dimensionSize = (size: Dim, dtype: Dtype = 'int32'): Tensor =>
  typeof size === 'number' ? scalar(size, dtype) : bindOne('dimension', [], { size, dtype });

export interface ArangeOptions {
  readonly dtype?: Dtype;
}

/** start, start + step, ... below stop (jnp.arange); `arange(n)` counts 0 to n - 1. int32 for whole numbers, else float32. */
export function arange(startOrStop: number, stop?: number, step = 1, { dtype }: ArangeOptions = {}): Tensor {
  const start = stop === undefined ? 0 : startOrStop;
  const end = stop ?? startOrStop;
  if (step === 0) throw new ArgumentError('arange', 'step', 'must not be 0');
  const length = Math.max(0, Math.ceil((end - start) / step));
  const whole = [start, end, step].every(Number.isInteger);
  const wanted = dtype ?? (whole ? 'int32' : 'float32');
  // The length is that of the numbers as given; start and step are then of the dtype, as JAX has it.
  if (!whole && isInteger(wanted)) return convert(add(mul(iota('int64', [length]), Math.trunc(step)), Math.trunc(start)), wanted);
  const counted = iota(whole ? (wanted === 'bool' ? 'int32' : wanted) : 'float64', [length]);
  const scaled = step === 1 ? counted : mul(counted, step);
  return convert(start === 0 ? scaled : add(scaled, start), wanted);
}

export interface LinspaceOptions {
  readonly endpoint?: boolean;
  readonly dtype?: Dtype;
}

/** `num` evenly spaced numbers from start to stop (jnp.linspace), float32 unless `dtype` says otherwise. */
export function linspace(start: number, stop: number, num = 50, { endpoint = true, dtype = 'float32' }: LinspaceOptions = {}): Tensor {
  requireCounts('linspace', 'num', [num]);
  const intervals = endpoint ? num - 1 : num;
  const data = Float64Array.from({ length: num }, (_, i) => (intervals <= 0 ? start : endpoint && i === num - 1 ? stop : start * (1 - i / intervals) + stop * (i / intervals)));
  const line = new Tensor([num], 'float64', { kind: 'concrete', array: data });
  // Rounded to float32 first, as JAX computes: what is whole but for the rounding here does not fall below.
  return convert(isInteger(dtype) ? floor(convert(line, 'float32')) : line, dtype);
}

/** Ones on diagonal `k` (jnp.eye). @throws ArgumentError where a size is none. */
export function eye(rows: number, columns: number = rows, k = 0, dtype: Dtype = 'float32'): Tensor {
  requireCounts('eye', 'rows', [rows]);
  requireCounts('eye', 'columns', [columns]);
  const data = new Uint8Array(rows * columns);
  for (let i = Math.max(0, -k); i < rows && i + k < columns; i++) data[i * columns + i + k] = 1;
  return convert(new Tensor([rows, columns], 'uint8', { kind: 'concrete', array: data }), dtype);
}

