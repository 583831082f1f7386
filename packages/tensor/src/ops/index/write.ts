import { ArgumentError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { dimSizeOf, type Shape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, maximum, minimum, mul, where } from '../elementwise.js';
import type { ScatterMode } from '../indexing.js';
import { convert } from '../operand.js';
import { broadcastTo, ravel, reshape } from '../shape.js';
import { flatResultShape, fromMerged, linearIndices, mergeAxes, rangesOf, resultShape, toMerged } from './gathered.js';
import type { IndexPlan } from './items.js';
import { readRegion, writeRegion } from './region.js';
import { scatterExtremum, scatterProduct } from './scatter-rules.js';

/** What becomes of an update whose index is out of range: nothing (`drop`, the default, also as `fill`), or it goes to the nearest element (`clip`). */
export type WriteMode = 'drop' | 'fill' | 'clip' | 'promise_in_bounds';

export interface WriteOptions {
  readonly mode?: WriteMode | undefined;
}

const writeModes: readonly string[] = ['drop', 'fill', 'clip', 'promise_in_bounds'];

const combine: { readonly [M in ScatterMode]: (old: Tensor, update: Tensor) => Tensor } = { set: (_, update) => update, add, mul, min: minimum, max: maximum };

/** Slices combined along one axis at int32 indices of one axis; those out of range are dropped. */
function scatterAlong(x: Tensor, indices: Tensor, updates: Tensor, axis: number, how: ScatterMode): Tensor {
  if (how === 'min' || how === 'max') return scatterExtremum(x, indices, updates, axis, how);
  if (how === 'mul') return scatterProduct(x, indices, updates, axis);
  return bindOne('scatter', [x, indices, updates], { axis, mode: how });
}

/** Updates to the shape that the index reads. @throws ArgumentError where they do not broadcast to it. */
function spread(update: TensorLike, x: Tensor, shape: Shape): Tensor {
  return broadcastTo(convert(update, x.dtype), shape);
}

/** x with updates, broadcast to the shape that the index reads, combined with what is there. */
export function writePlan(x: Tensor, plan: IndexPlan, update: TensorLike, how: ScatterMode, { mode = 'drop' }: WriteOptions = {}): Tensor {
  if (!writeModes.includes(mode)) throw new ArgumentError('at', 'mode', `must be one of ${writeModes.join(', ')}, found ${JSON.stringify(mode)}`);
  const ranges = rangesOf(plan, x.shape);
  const region = readRegion(x, ranges);
  const updates = spread(update, x, resultShape(plan, region.shape));
  if (plan.arrayShape === undefined) return writeRegion(x, ranges, combine[how](region, reshape(updates, region.shape)));
  const axes = mergeAxes(plan, region.shape);
  const { places, valid } = linearIndices(plan, x.shape);
  const kept = mode === 'clip' ? places : where(valid, places, -1);
  const flat = reshape(updates, flatResultShape(plan, axes));
  const written = scatterAlong(toMerged(region, axes), reshape(ravel(kept), [dimSizeOf(kept.shape)]), flat, axes.place, how);
  return writeRegion(x, ranges, fromMerged(written, region.shape, axes));
}
