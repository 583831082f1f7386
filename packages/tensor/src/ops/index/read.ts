import { bindOne } from '../../program/bind.js';
import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { where } from '../elementwise.js';
import { fillValue } from '../fill-value.js';
import { convert, toTensor } from '../operand.js';
import { reshape } from '../shape.js';
import { linearIndices, mergeAxes, rangesOf, resultShape, toMerged } from './gathered.js';
import { planIndex, type IndexItem, type IndexPlan } from './items.js';
import { readRegion } from './region.js';

/** What an index out of range reads: the nearest element (`clip`, the default), or a value (`fill`, also as `drop`). */
export type ReadMode = 'clip' | 'promise_in_bounds' | 'fill' | 'drop';

export interface ReadOptions {
  readonly mode?: ReadMode | undefined;
  /** With `fill`: NaN by default, of integers the smallest number (unsigned: the largest), of bools true. */
  readonly fillValue?: TensorLike | undefined;
}

const readModes: readonly string[] = ['clip', 'promise_in_bounds', 'fill', 'drop'];

export function readPlan(x: Tensor, plan: IndexPlan, { mode = 'clip', fillValue: filler }: ReadOptions = {}): Tensor {
  if (!readModes.includes(mode)) throw new ArgumentError('index', 'mode', `must be one of ${readModes.join(', ')}, found ${JSON.stringify(mode)}`);
  const region = readRegion(x, rangesOf(plan, x.shape));
  const shape = resultShape(plan, region.shape);
  if (plan.arrayShape === undefined) return reshape(region, shape);
  const axes = mergeAxes(plan, region.shape);
  const { places, valid } = linearIndices(plan, x.shape);
  const taken = bindOne('gather', [toMerged(region, axes), places], { axis: axes.place });
  if (mode === 'clip' || mode === 'promise_in_bounds') return reshape(taken, shape);
  const mask = reshape(valid, [...valid.shape, ...axes.merged.slice(axes.place + 1).map(() => 1)]);
  return reshape(where(mask, taken, convert(filler ?? fillValue(x.dtype), x.dtype)), shape);
}

/**
 * NumPy's indexing, `x[1:, ..., None, 0]` as `index(x, [{ slice: [1, null] }, '...', null, 0])`: elements (their axis goes), slices with
 * steps of either sign, new axes, `'...'`, arrays of indices broadcast together, and masks. Indices in arrays that are out of range
 * read the nearest element, as in JAX.
 * @throws ArgumentError where an element is out of range or too many axes are named; ConcretizationError where a mask is traced.
 */
export function index(x: TensorLike, items: readonly IndexItem[], options: ReadOptions = {}): Tensor {
  const operand = toTensor('index', x);
  return readPlan(operand, planIndex(items, operand.shape), options);
}
