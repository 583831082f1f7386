import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { equalShapes, formatShape } from '../../shape/shape.js';
import { onesLike } from '../create.js';
import { add, div, maximum, minimum, mul, neg, pow, where } from '../elementwise.js';
import type { ScatterMode } from '../indexing.js';
import { convert, toTensor } from '../operand.js';
import { planIndex, type IndexItem } from './items.js';
import { readPlan, type ReadOptions } from './read.js';
import { writePlan, type WriteOptions } from './write.js';

/** Reads and updates of the elements that an index names; each update gives a new tensor (JAX's `x.at[index]`). */
export interface IndexedUpdate {
  /** The elements (`x[index]`). */
  get(options?: ReadOptions): Tensor;
  /** The elements replaced by `values`, broadcast to them; of equal indices the last one stays. */
  set(values: TensorLike, options?: WriteOptions): Tensor;
  /** Equal indices add up, as they combine in the functions below. */
  add(values: TensorLike, options?: WriteOptions): Tensor;
  subtract(values: TensorLike, options?: WriteOptions): Tensor;
  multiply(values: TensorLike, options?: WriteOptions): Tensor;
  divide(values: TensorLike, options?: WriteOptions): Tensor;
  power(values: TensorLike, options?: WriteOptions): Tensor;
  min(values: TensorLike, options?: WriteOptions): Tensor;
  max(values: TensorLike, options?: WriteOptions): Tensor;
  /** The elements replaced by a function of them. Unlike in JAX, an index that occurs twice has `f` applied once. */
  apply(f: (elements: Tensor) => Tensor, options?: WriteOptions): Tensor;
}

const combineWhole: { readonly [M in ScatterMode]: (old: Tensor, value: Tensor) => Tensor } = {
  set: (_, value) => value,
  add,
  mul,
  min: minimum,
  max: maximum,
};

/** A traced mask over the whole tensor: how many elements it picks is not known, but one value for all of them can be chosen by it. */
const wholeMask = (x: Tensor, items: readonly IndexItem[]): Tensor | undefined => {
  const [mask] = items;
  const isMask = items.length === 1 && mask instanceof Tensor && mask.dtype === 'bool' && mask.isTraced;
  return isMask && equalShapes(mask.shape, x.shape) ? mask : undefined;
};

function write(x: Tensor, items: readonly IndexItem[], values: TensorLike, how: ScatterMode, options: WriteOptions | undefined): Tensor {
  const mask = wholeMask(x, items);
  if (mask === undefined) return writePlan(x, planIndex(items, x.shape), values, how, options);
  const value = convert(values, x.dtype);
  if (value.rank > 0) throw new ArgumentError('at', 'values', `must be a scalar where the mask is traced, found shape ${formatShape(value.shape)}; choose with \`where\``);
  return where(mask, combineWhole[how](x, value), x);
}

/**
 * The elements of x that `items` name, to read or to update: `at(x, [0, { slice: [1] }]).add(2)` is JAX's `x.at[0, 1:].add(2)`. The items
 * are those of `index`; one item alone may stand without brackets unless it is an array. Values are converted to the dtype of x.
 */
export function at(x: TensorLike, items: readonly IndexItem[] | Exclude<IndexItem, readonly unknown[]>): IndexedUpdate {
  const operand = toTensor('at', x);
  const list = (Array.isArray(items) ? items : [items]) as readonly IndexItem[];
  const writing = (how: ScatterMode) => (values: TensorLike, options?: WriteOptions): Tensor => write(operand, list, values, how, options);
  const get = (options?: ReadOptions): Tensor => readPlan(operand, planIndex(list, operand.shape), options);
  const product = (values: TensorLike, options?: WriteOptions): Tensor => write(onesLike(operand), list, values, 'mul', options);
  return {
    get,
    set: writing('set'),
    add: writing('add'),
    subtract: (values, options) => write(operand, list, neg(convert(values, operand.dtype)), 'add', options),
    multiply: writing('mul'),
    divide: (values, options) => div(operand, product(values, options)),
    power: (values, options) => pow(operand, product(values, options)),
    min: writing('min'),
    max: writing('max'),
    apply: (f, options) => write(operand, list, f(get({ mode: 'clip' })), 'set', options),
  };
}
