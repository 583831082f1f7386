import { isFloating, type Dtype } from '../../dtype/dtype.js';
import { ArgumentError, DtypeError } from '../../errors/errors.js';
import { bind, bindOne } from '../../program/bind.js';
import type { WindowParams } from '../../primitives/params.js';
import type { TensorLike } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { add, logicalAnd, logicalOr, maximum, minimum, mul, where } from '../elementwise.js';
import { convert, toTensor } from '../operand.js';
import { concatenate, sliceAxis, squeeze } from '../shape.js';
import { windowPatches, type Patches } from './patches.js';
import { windowOver, type WindowOptions } from './window.js';

/** A function of two tensors that is associative and works element by element. */
export type WindowFunction = (x: Tensor, y: Tensor) => Tensor;
type NamedReducer = 'sum' | 'prod' | 'max' | 'min';
/** What a window becomes: a name, or `add`, `mul`, `maximum`, `minimum`, or any other associative function of two tensors. */
export type WindowReducer = NamedReducer | WindowFunction;

const named: ReadonlyMap<unknown, NamedReducer> = new Map<unknown, NamedReducer>([
  [add, 'sum'], [mul, 'prod'], [maximum, 'max'], [minimum, 'min'],
  ...(['sum', 'prod', 'max', 'min'] as const).map((name) => [name, name] as const),
]);

const combine: { readonly [R in NamedReducer]: WindowFunction } = { sum: add, prod: mul, max: maximum, min: minimum };

/** True where combining with `init` changes nothing, whatever the other number. */
function isIdentity(reducer: NamedReducer, init: TensorLike): boolean {
  if (typeof init !== 'number') return false;
  return init === { sum: 0, prod: 1, max: -Infinity, min: Infinity }[reducer];
}

function reduceNamed(x: Tensor, reducer: NamedReducer, params: WindowParams): Tensor {
  if (reducer === 'sum') return bindOne('windowSum', [x], params);
  if (reducer !== 'prod') return bind('windowSelect', [x], { ...params, largest: reducer === 'max' })[0]!;
  if (x.dtype === 'bool') throw new DtypeError('reduceWindow', [x.dtype], 'a product needs a number dtype; convert with `astype(x, dtype)`');
  const { values, inside } = windowPatches(x, params);
  const factors = inside === null ? values : where(inside, values, convert(1, x.dtype));
  return bindOne('reduceProd', [factors], { axes: [factors.rank - 1], keepDims: false });
}

/** The two halves of the taps, and the one in the middle where their number is odd. */
function halves(t: Tensor): { readonly first: Tensor; readonly second: Tensor; readonly rest: Tensor | null } {
  const axis = t.rank - 1;
  const count = t.shape[axis] as number;
  const half = Math.floor(count / 2);
  return { first: sliceAxis(t, axis, 0, half), second: sliceAxis(t, axis, half, 2 * half), rest: count % 2 === 1 ? sliceAxis(t, axis, count - 1, count) : null };
}

/** Combines neighbours, half as many each time; what lies in the padding is passed over. */
function fold(patches: Patches, computation: WindowFunction): Patches {
  let { values, inside } = patches;
  const axis = values.rank - 1;
  while ((values.shape[axis] as number) > 1) {
    const parts = halves(values);
    const masks = inside === null ? null : halves(inside);
    const both = computation(parts.first, parts.second);
    const chosen = masks === null ? both : where(logicalAnd(masks.first, masks.second), both, where(masks.first, parts.first, parts.second));
    const known = masks === null ? null : logicalOr(masks.first, masks.second);
    values = parts.rest === null ? chosen : concatenate([chosen, parts.rest], axis);
    inside = known === null || masks === null || masks.rest === null ? known : concatenate([known, masks.rest], axis);
  }
  return { values: squeeze(values, axis), inside: inside === null ? null : squeeze(inside, axis) };
}

function reduceBy(x: Tensor, init: Tensor, computation: WindowFunction, params: WindowParams): Tensor {
  const { values, inside } = fold(windowPatches(x, params), computation);
  const result = computation(values, init);
  if (!(result instanceof Tensor)) throw new ArgumentError('reduceWindow', 'computation', 'must give a tensor');
  return inside === null ? result : where(inside, result, init);
}

/**
 * What a window sees at each place it moves to, reduced to one element: its sum, product, largest or smallest element, or what
 * an associative function of two tensors makes of them, together with `init` (lax.reduce_window). Padding takes no part.
 *
 * x: (sizes...) to (places...), in its dtype. The derivative of the largest element goes to the first of equals, as in JAX; those of products and of other
 * functions, which JAX has not, are those of what they are made of.
 * @throws ArgumentError, ShapeError, DtypeError
 */
export function reduceWindow(x: TensorLike, init: TensorLike, computation: WindowReducer, options: WindowOptions): Tensor {
  const operand = toTensor('reduceWindow', x);
  const params = windowOver('reduceWindow', operand.shape, options);
  const reducer = named.get(computation);
  if (reducer === undefined) {
    if (typeof computation !== 'function') throw new ArgumentError('reduceWindow', 'computation', `must be 'sum', 'prod', 'max', 'min' or a function of two tensors, found ${JSON.stringify(computation)}`);
    return reduceBy(operand, initial(init, operand.dtype), computation, params);
  }
  const reduced = reduceNamed(operand, reducer, params);
  return isIdentity(reducer, init) ? reduced : combine[reducer](reduced, initial(init, operand.dtype));
}

function initial(init: TensorLike, dtype: Dtype): Tensor {
  const found = toTensor('reduceWindow', init);
  if (found.rank !== 0) throw new ArgumentError('reduceWindow', 'init', `must be one number, found a tensor of rank ${found.rank}`);
  if (isFloating(found.dtype) && !isFloating(dtype) && typeof init !== 'number') throw new DtypeError('reduceWindow', [dtype, found.dtype], 'the operand and `init` must have one dtype');
  return convert(init, dtype);
}
