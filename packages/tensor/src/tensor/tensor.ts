import type { Dtype, TypedArray } from '../dtype/dtype.js';
import { ConcretizationError } from '../errors/errors.js';
import type { Variable } from '../program/program.js';
import type { Trace } from '../program/trace.js';
import { formatSpec, sizeOf, type Shape, type StaticShape } from '../shape/shape.js';
import { elementAt, type Scalar } from './element.js';
import { printArray } from './print.js';

export type { Scalar } from './element.js';
export type NestedArray = Scalar | readonly NestedArray[];

/** Where a tensor's value comes from: an array, or a variable of the program that is being traced. */
export type TensorSource =
  | { readonly kind: 'concrete'; readonly array: TypedArray }
  | { readonly kind: 'traced'; readonly trace: Trace; readonly variable: Variable };

/**
 * An array, or in a traced function the promise of one. Concrete data are contiguous, in row-major order, and must not be
 * written to: operations share them.
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly source: TensorSource;

  /** Use `tensor`, `zeros` and so on. */
  constructor(shape: Shape, dtype: Dtype, source: TensorSource) {
    this.shape = shape;
    this.dtype = dtype;
    this.source = source;
  }

  get rank(): number {
    return this.shape.length;
  }

  get isTraced(): boolean {
    return this.source.kind === 'traced';
  }

  /** The number of elements. @throws ConcretizationError where the shape is symbolic. */
  get size(): number {
    return sizeOf(this.staticShape('size'));
  }

  /** The shape as numbers. @throws ConcretizationError where a dimension is symbolic. */
  staticShape(operation = 'staticShape()'): StaticShape {
    return this.shape.map((dim) => {
      if (typeof dim === 'number') return dim;
      throw new ConcretizationError(operation, formatSpec(this));
    });
  }

  /** The elements in row-major order: the tensor's own memory, not a copy. @throws ConcretizationError if traced. */
  data(operation = 'data()'): TypedArray {
    if (this.source.kind === 'traced') throw new ConcretizationError(operation, formatSpec(this));
    return this.source.array;
  }

  /** The single element. @throws ConcretizationError if traced, RangeError where there is not exactly one element. */
  item(): Scalar {
    const data = this.data('item()');
    if (data.length !== 1) throw new RangeError(`item() needs exactly one element, found shape ${formatSpec(this)}`);
    return elementAt(data, this.dtype, 0);
  }

  /** Nested arrays of numbers (bigints, booleans). @throws ConcretizationError if traced. */
  toArray(): NestedArray {
    const data = this.data('toArray()');
    const shape = this.staticShape();
    const build = (axis: number, offset: number): NestedArray => {
      if (axis === shape.length) return elementAt(data, this.dtype, offset);
      const stride = sizeOf(shape.slice(axis + 1));
      return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, offset + i * stride));
    };
    return build(0, 0);
  }

  /** @throws ConcretizationError if traced: a value cannot steer JavaScript while a function is traced. */
  valueOf(): Scalar {
    if (this.source.kind === 'traced') throw new ConcretizationError('using a tensor as a number', formatSpec(this));
    return this.item();
  }

  /** Tensors over the leading axis. @throws ConcretizationError if traced. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const data = this.data('iterating over a tensor');
    const [length, ...rest] = this.staticShape();
    if (length === undefined) throw new RangeError('cannot iterate over a tensor of rank 0');
    const stride = sizeOf(rest);
    for (let i = 0; i < length; i++) {
      yield new Tensor(rest, this.dtype, { kind: 'concrete', array: data.slice(i * stride, (i + 1) * stride) });
    }
  }

  toString(): string {
    if (this.source.kind === 'traced') return `Traced<${formatSpec(this)}>`;
    return printArray(this.source.array, this.staticShape(), this.dtype);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** A concrete tensor over `array`, which it then owns. */
export function concrete(array: TypedArray, shape: StaticShape, dtype: Dtype): Tensor {
  return new Tensor(shape, dtype, { kind: 'concrete', array });
}
