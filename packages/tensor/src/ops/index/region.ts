import { bindOne } from '../../program/bind.js';
import { isStatic, subDim, type Dim } from '../../shape/dim.js';
import { equalShapes } from '../../shape/shape.js';
import { scalar } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { full } from '../create.js';
import { where } from '../elementwise.js';
import { padConfig } from '../pad.js';
import { flip } from '../rearrange.js';
import { slice } from '../shape.js';
import type { Range } from './items.js';

const turned = (ranges: readonly Range[]): number[] => ranges.flatMap((range, axis) => (range.reversed ? [axis] : []));

/** The elements in the ranges. */
export function readRegion(x: Tensor, ranges: readonly Range[]): Tensor {
  const cut = slice(x, ranges.map((range) => range.start), ranges.map((range) => range.limit), ranges.map((range) => range.stride));
  return flip(cut, turned(ranges));
}

const isWhole = (x: Tensor, ranges: readonly Range[]): boolean => ranges.every(({ start, limit, stride }, axis) => start === 0 && limit === x.shape[axis] && stride === 1);

/** x with the elements in the ranges replaced. */
export function writeRegion(x: Tensor, ranges: readonly Range[], region: Tensor): Tensor {
  if (region.shape.includes(0)) return x;
  const part = flip(region, turned(ranges));
  if (isWhole(x, ranges) && equalShapes(part.shape, x.shape)) return part;
  if (ranges.every(({ stride }) => stride === 1)) {
    return bindOne('dynamicUpdateSlice', [x, part, ...ranges.map(({ start }) => scalar(start as number, 'int32'))], {});
  }
  // Elements with a distance: the part is spread out by padding, and chosen where it has elements.
  const config = ranges.map(({ start, stride }, axis): [number, number, number] => {
    const [size, count] = [x.shape[axis]!, part.shape[axis]!];
    const spread: Dim = isStatic(count) ? (count - 1) * stride + 1 : count;
    return [start as number, subDim(subDim(size, start), spread) as number, stride - 1];
  });
  const mask = padConfig(full(part.shape, true, 'bool'), false, config);
  return where(mask, padConfig(part, 0, config), x);
}
