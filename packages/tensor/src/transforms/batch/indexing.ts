import { dimensionSize, full, iota } from '../../ops/create.js';
import { add, clip, greaterEqual, less, logicalAnd, minimum, mul, sub, where } from '../../ops/elementwise.js';
import { moveaxis, ravel, reshape } from '../../ops/shape.js';
import { bindOne } from '../../program/bind.js';
import { mulDim, type Dim } from '../../shape/dim.js';
import type { Shape } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { front, materialize, shiftAxis, toFront, type BatchAxis, type BatchRule } from './rule.js';

type Indexing = 'gather' | 'scatter' | 'dynamicSlice' | 'dynamicUpdateSlice';

/** Number of the example, as a column in front of `rank` more axes. */
const example = (size: Dim, rank: number): Tensor => reshape(iota('int32', [size]), [size, ...Array.from({ length: rank }, () => 1)]);

/** Each example's own indices (batch, ...) into `axis` of its own x (batch, ...): one gather from the joined axes. */
function gatherEach(x: Tensor, indices: Tensor, axis: number): Tensor {
  const [size, length] = [x.shape[0]!, x.shape[axis + 1]!];
  const moved = moveaxis(x, axis + 1, 1);
  const joined = reshape(moved, [mulDim(size, length), ...moved.shape.slice(2)]);
  const offset = mul(example(size, indices.rank - 1), dimensionSize(length));
  const taken = bindOne('gather', [joined, add(indices, offset)], { axis: 0 });
  const count = indices.rank - 1;
  const from = Array.from({ length: count }, (_, i) => 1 + i);
  return moveaxis(taken, from, from.map((one) => one + axis));
}

/** Start of each example's window, clamped so that a window of `size` fits `length`. */
const clampStart = (start: Tensor, length: Dim, size: Dim): Tensor => clip(start, { min: 0, max: sub(dimensionSize(length), dimensionSize(size)) });

const startColumns = (starts: readonly Tensor[], axes: readonly BatchAxis[], size: Dim): Tensor[] => starts.map((start, i) => reshape(materialize(start, axes[i]!, size), [size, 1]));

function sliceEach(x: Tensor, starts: readonly Tensor[], sizes: Shape): Tensor {
  return sizes.reduce<Tensor>((result, size, axis) => {
    const length = result.shape[axis + 1]!;
    if (length === size) return result;
    const places = add(clampStart(starts[axis]!, length, size), reshape(iota('int32', [size]), [1, size]));
    return gatherEach(result, places, axis);
  }, x);
}

function updateEach(x: Tensor, update: Tensor, starts: readonly Tensor[]): Tensor {
  let inside: Tensor = full([], true, 'bool');
  let spread = update;
  for (let axis = 0; axis < starts.length; axis++) {
    const [length, size] = [x.shape[axis + 1]!, update.shape[axis + 1]!];
    const offset = sub(reshape(iota('int32', [length]), [1, length]), clampStart(starts[axis]!, length, size));
    const within = logicalAnd(greaterEqual(offset, 0), less(offset, dimensionSize(size)));
    inside = logicalAnd(inside, reshape(within, [x.shape[0]!, ...x.shape.slice(1).map((_, i) => (i === axis ? length : 1))]));
    spread = gatherEach(spread, minimum(clip(offset, { min: 0 }), sub(dimensionSize(size), 1)), axis);
  }
  return where(inside, spread, x);
}

export const indexingBatchRules: { readonly [P in Indexing]: BatchRule<P> } = {
  gather: ([x, indices], [axisX, axisI], { axis }, size) => {
    if (axisI === null) {
      const along = shiftAxis(axis, axisX!);
      const outputs = [bindOne('gather', [x!, indices!], { axis: along })];
      return { outputs, axes: [axis < axisX! ? axisX! - 1 + indices!.rank : axisX!] };
    }
    if (axisX === null) return { outputs: [bindOne('gather', [x!, indices!], { axis })], axes: [axis + axisI!] };
    return front([gatherEach(materialize(x!, axisX!, size), toFront(indices!, axisI!), axis)]);
  },
  scatter: ([x, indices, updates], [axisX, axisI, axisU], { axis, mode }, size) => {
    const operand = materialize(x!, axisX!, size);
    const values = materialize(updates!, axisU!, size);
    if (axisI === null) return front([bindOne('scatter', [operand, indices!, values], { axis: axis + 1, mode })]);
    const places = toFront(indices!, axisI!);
    const length = operand.shape[axis + 1]!;
    const inside = logicalAnd(greaterEqual(places, 0), less(places, dimensionSize(length)));
    const total = mulDim(size, length);
    const flat = ravel(where(inside, add(places, mul(example(size, 1), dimensionSize(length))), dimensionSize(total)));
    const joined = (of: Tensor): Tensor => {
      const moved = moveaxis(of, axis + 1, 1);
      return reshape(moved, [mulDim(moved.shape[0]!, moved.shape[1]!), ...moved.shape.slice(2)]);
    };
    const result = bindOne('scatter', [joined(operand), flat, joined(values)], { axis: 0, mode });
    return front([moveaxis(reshape(result, [size, length, ...result.shape.slice(1)]), 1, axis + 1)]);
  },
  dynamicSlice: ([x, ...starts], [axis, ...startAxes], { sizes }, size) => {
    if (startAxes.every((one) => one === null)) {
      const moved = toFront(x!, axis!);
      return front([bindOne('dynamicSlice', [moved, full([], 0, 'int32'), ...starts], { sizes: [size, ...sizes] })]);
    }
    return front([sliceEach(materialize(x!, axis!, size), startColumns(starts, startAxes, size), sizes)]);
  },
  dynamicUpdateSlice: ([x, update, ...starts], [axisX, axisU, ...startAxes], params, size) => {
    const operand = materialize(x!, axisX!, size);
    const patch = materialize(update!, axisU!, size);
    if (startAxes.every((one) => one === null)) return front([bindOne('dynamicUpdateSlice', [operand, patch, full([], 0, 'int32'), ...starts], params)]);
    return front([updateEach(operand, patch, startColumns(starts, startAxes, size))]);
  },
};
