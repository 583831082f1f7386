import { allocate, isDtype, type Dtype, type TypedArray } from '../dtype/dtype.js';
import { resultDtype, type WeakKind } from '../dtype/promotion.js';
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { formatShape, sizeOf, type Shape } from '../shape/shape.js';
import { setElement, type Scalar } from './element.js';
import { concrete, type NestedArray, type Tensor } from './tensor.js';

/** What functions take where they take a tensor: a JavaScript number is weakly typed, it takes the dtype of its partners. */
export type TensorLike = Tensor | Scalar;

const dtypeOfArray = (data: TypedArray): Dtype => {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Uint16Array) return 'uint16';
  if (data instanceof Uint32Array) return 'uint32';
  return 'uint64';
};

export const weakKind = (value: Scalar): WeakKind =>
  typeof value === 'boolean' ? 'bool' : typeof value === 'bigint' || Number.isInteger(value) ? 'int' : 'float';

const isTypedArray = (data: unknown): data is TypedArray => ArrayBuffer.isView(data) && !(data instanceof DataView);

function flatten(data: NestedArray): { shape: number[]; values: Scalar[] } {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = data; Array.isArray(level); level = level[0] as NestedArray | undefined) shape.push(level.length);
  const values: Scalar[] = [];
  const visit = (level: NestedArray, axis: number): void => {
    if (Array.isArray(level) !== axis < shape.length || (Array.isArray(level) && level.length !== shape[axis])) {
      throw new ShapeError('tensor', [formatShape(shape)], `nested arrays must be regular, but differ at depth ${axis}`);
    }
    if (Array.isArray(level)) for (const inner of level as readonly NestedArray[]) visit(inner, axis + 1);
    else values.push(level as Scalar);
  };
  visit(data, 0);
  return { shape, values };
}

export interface TensorOptions {
  readonly dtype?: Dtype;
  readonly shape?: readonly number[];
}

/**
 * A tensor from a number, nested arrays, or a typed array (which is taken over, not copied, where the dtype is its own).
 * Without `dtype`: a typed array's own; else int32 for whole numbers, float32 for fractions, bool for booleans.
 * A Uint8Array with dtype bool holds 0 and 1, a Uint16Array with a 16-bit float dtype its bit patterns.
 * @throws ShapeError where nested arrays are irregular or `shape` does not hold the elements.
 */
export function tensor(data: NestedArray | TypedArray, options: TensorOptions = {}): Tensor {
  if (options.dtype !== undefined) requireDtypeName('tensor', options.dtype);
  const { shape, array, dtype } = isTypedArray(data) ? fromTypedArray(data, options.dtype) : fromNested(data, options.dtype);
  const wanted = options.shape ?? shape;
  if (sizeOf(wanted) !== array.length) throw new ShapeError('tensor', [formatShape(wanted)], `cannot hold ${array.length} elements`);
  return concrete(array, wanted, dtype);
}

function fromTypedArray(data: TypedArray, wanted: Dtype | undefined): { shape: number[]; array: TypedArray; dtype: Dtype } {
  const dtype = wanted ?? dtypeOfArray(data);
  if (allocate(dtype, 0).constructor === data.constructor) return { shape: [data.length], array: data, dtype };
  const array = allocate(dtype, data.length) as TypedArray;
  data.forEach((value: number | bigint, i: number) => setElement(array, dtype, i, value));
  return { shape: [data.length], array, dtype };
}

function fromNested(data: NestedArray, wanted: Dtype | undefined): { shape: number[]; array: TypedArray; dtype: Dtype } {
  const { shape, values } = flatten(data);
  const dtype = wanted ?? resultDtype([], [...new Set(values.map(weakKind))]);
  const array = allocate(dtype, values.length) as TypedArray;
  values.forEach((value, i) => setElement(array, dtype, i, value));
  return { shape, array, dtype };
}

/** A scalar of `dtype`. */
export function scalar(value: Scalar, dtype: Dtype): Tensor {
  const array = allocate(dtype, 1) as TypedArray;
  setElement(array, dtype, 0, value);
  return concrete(array, [], dtype);
}

export function requireDtypeName(operation: string, dtype: unknown): asserts dtype is Dtype {
  if (!isDtype(dtype)) throw new ArgumentError(operation, 'dtype', `must be a dtype such as 'float32', found ${JSON.stringify(dtype)}`);
}

export function requireShape(operation: string, shape: Shape): void {
  if (!Array.isArray(shape) || shape.some((dim) => typeof dim === 'number' && (!Number.isInteger(dim) || dim < 0))) {
    throw new ArgumentError(operation, 'shape', `must be an array of non-negative whole numbers, found ${JSON.stringify(shape)}`);
  }
}

export { isTypedArray };
