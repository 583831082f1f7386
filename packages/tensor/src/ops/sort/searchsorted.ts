import { ArgumentError } from '../../errors/errors.js';
import { isFloating } from '../../dtype/dtype.js';
import { bindOne } from '../../program/bind.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { full } from '../create.js';
import { add, astype, greaterEqual, isnan, less, lessEqual, logicalAnd, logicalNot, logicalOr, sub, where } from '../elementwise.js';
import { promote } from '../operand.js';
import { expandDims } from '../shape.js';
import { sum } from '../reduce.js';
import { index } from '../index/index.js';
import { flip } from '../rearrange.js';

export interface SearchSortedOptions {
  /** Of equal elements: before the first (`left`, the default) or behind the last (`right`). */
  readonly side?: 'left' | 'right';
}

/** x < y, NaN being the largest number of all. */
function precedes(x: Tensor, y: Tensor, orEqual: boolean): Tensor {
  const plain = orEqual ? lessEqual(x, y) : less(x, y);
  if (!isFloating(x.dtype)) return plain;
  const [nanX, nanY] = [isnan(x), isnan(y)];
  return orEqual ? logicalOr(plain, nanY) : logicalOr(plain, logicalAnd(nanY, logicalNot(nanX)));
}

/** By halving: log2 of the size steps, each a gather. */
function bisect(sorted: Tensor, size: number, values: Tensor, orEqual: boolean): Tensor {
  let place = full(values.shape, 0, 'int32');
  let step = 1;
  while (step <= size) step *= 2;
  for (step /= 2; step >= 1; step /= 2) {
    const next = add(place, step);
    const inside = lessEqual(next, size);
    const probe = bindOne('gather', [sorted, where(inside, sub(next, 1), 0)], { axis: 0 });
    place = where(logicalAnd(inside, precedes(probe, values, orEqual)), next, place);
  }
  return place;
}

/**
 * Where each value goes into a sorted vector so that it stays sorted, int32 (jnp.searchsorted). NaN counts as the largest number.
 * @throws ArgumentError where `sorted` is not a vector.
 */
export function searchsorted(sorted: TensorLike, values: TensorLike, { side = 'left' }: SearchSortedOptions = {}): Tensor {
  if (side !== 'left' && side !== 'right') throw new ArgumentError('searchsorted', 'side', `must be 'left' or 'right', found ${JSON.stringify(side)}`);
  const [list, wanted] = promote('searchsorted', [sorted, values]);
  if (list!.rank !== 1) throw new ArgumentError('searchsorted', 'sorted', `must be a vector, found rank ${list!.rank}`);
  const size = list!.shape[0]!;
  const orEqual = side === 'right';
  if (isStatic(size)) return bisect(list!, size, wanted!, orEqual);
  return sum(astype(precedes(list!, expandDims(wanted!, wanted!.rank), orEqual), 'int32'), { axis: -1 });
}

/** In which of the bins between ascending (or descending) edges each value lies (jnp.digitize); `right`: edges belong to the bin below. */
export function digitize(x: TensorLike, bins: TensorLike, { right = false }: { readonly right?: boolean } = {}): Tensor {
  const [values, edges] = promote('digitize', [x, bins]);
  if (edges!.rank !== 1) throw new ArgumentError('digitize', 'bins', `must be a vector, found rank ${edges!.rank}`);
  const count = edges!.shape[0]!;
  if (!isStatic(count)) throw new ArgumentError('digitize', 'bins', 'must be of known size');
  if (count === 0) return full(values!.shape, 0, 'int32');
  const side = right ? 'left' : 'right';
  const ascending = searchsorted(edges!, values!, { side });
  const descending = sub(count, searchsorted(flip(edges!, 0), values!, { side }));
  return where(greaterEqual(index(edges!, [-1]), index(edges!, [0])), ascending, descending);
}
