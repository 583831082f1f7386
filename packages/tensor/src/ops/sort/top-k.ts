import { isFloating } from '../../dtype/dtype.js';
import { ArgumentError } from '../../errors/errors.js';
import type { CallRule } from '../../primitives/call-rules.js';
import { bind, bindOne } from '../../program/bind.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { composite } from '../composite.js';
import { iota } from '../create.js';
import { div, equal, isnan, less, logicalAnd, neg, where } from '../elementwise.js';
import { takeAlongAxis } from '../indexing.js';
import { convert, requireAxis, toTensor } from '../operand.js';
import { moveaxis, sliceAxis } from '../shape.js';

export interface TopKOptions {
  readonly axis?: number;
}

const isNegativeZero = (x: Tensor): Tensor => logicalAnd(equal(x, 0), less(div(1, x), 0));

/** Keys whose ascending order is JAX's descending one: NaN first, then infinity, and 0 before -0. */
function descendingKeys(x: Tensor): Tensor[] {
  if (!isFloating(x.dtype)) return [bindOne('not', [x], {})];
  if (x.dtype === 'float64') return [convert(where(isnan(x), 0, 1), 'int32'), neg(x), convert(isNegativeZero(x), 'int32')];
  // float64 has room for NaN above the numbers, and for -0 between 0 and the smallest of them.
  const wide = convert(x, 'float64');
  const finite = where(equal(wide, Infinity), 1e300, where(isNegativeZero(wide), -1e-300, wide));
  return [neg(where(isnan(wide), Infinity, finite))];
}

const rule: CallRule = { kind: 'jvp', jvp: (_, [t], [, places]) => [t ? takeAlongAxis(t, places!, -1, 'clip') : null, null] };

/**
 * The `k` largest elements along an axis, in descending order, and their int32 places: `[values, indices]`. Equal elements keep
 * their order; NaN counts as the largest (lax.top_k).
 * @throws ArgumentError where `k` is not a whole number from 0 to the size of the axis.
 */
export function topK(x: TensorLike, k: number, { axis = -1 }: TopKOptions = {}): [values: Tensor, indices: Tensor] {
  const given = toTensor('topK', x);
  const at = requireAxis('topK', axis, given.rank);
  const size = given.shape[at]!;
  if (!Number.isInteger(k) || k < 0 || (isStatic(size) && k > size)) {
    throw new ArgumentError('topK', 'k', `must be a whole number from 0 to the size of the axis, ${String(size)}, found ${k}`);
  }
  const decompose = (t: Tensor): Tensor[] => {
    const keys = descendingKeys(bindOne('stopGradient', [t], {}));
    const last = t.rank - 1;
    const places = bind('sort', [...keys, iota('int32', t.shape, last)], { axis: last, keys: keys.length }).at(-1)!;
    const indices = sliceAxis(places, last, 0, k);
    return [takeAlongAxis(t, indices, last, 'clip'), indices];
  };
  const [values, indices] = composite('topK', [moveaxis(given, at, -1)], decompose, { attributes: { k }, ...(isFloating(given.dtype) ? { rule } : {}) });
  return [moveaxis(values!, -1, at), moveaxis(indices!, -1, at)];
}
