import { ArgumentError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { isStatic } from '../../shape/dim.js';
import { equalShapes, formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, clip, div, greater, less, lessEqual, mul, sub, where } from '../elementwise.js';
import { mod } from '../division.js';
import { index } from '../index/index.js';
import { sortTogether } from '../indexing.js';
import { convert, promoteFloating } from '../operand.js';
import { concatenate, sliceAxis } from '../shape.js';
import { searchsorted } from '../sort/searchsorted.js';

export interface InterpOptions {
  /** Below the first point: the first value by default, a number, or the line through the first two points. */
  readonly left?: TensorLike | 'extrapolate';
  /** Above the last point. */
  readonly right?: TensorLike | 'extrapolate';
  /** Points repeat after so much; `left` and `right` have no meaning then. */
  readonly period?: TensorLike;
}

/** So close, two points count as one: the spacing of numbers at the spacing at 1. */
const smallest: Readonly<Record<string, number>> = { float64: 4.930380657631324e-32, float32: 1.4210854715202004e-14, float16: 9.5367431640625e-7, bfloat16: 6.103515625e-5 };

/** Points over one period and the neighbours on both sides. */
function periodic(points: Tensor, values: Tensor, period: Tensor): [Tensor, Tensor] {
  const [at, of] = sortTogether([mod(points, period), values]) as [Tensor, Tensor];
  const size = at.shape[0] as number;
  const ends = (x: Tensor): [Tensor, Tensor] => [sliceAxis(x, 0, size - 1, size), sliceAxis(x, 0, 0, 1)];
  const [[last, first], [lastValue, firstValue]] = [ends(at), ends(of)];
  return [concatenate([sub(last, period), at, add(first, period)], 0), concatenate([lastValue, of, firstValue], 0)];
}

/**
 * Values at x on the lines between points, of which `points` (ascending) has the places and `values` the values (jnp.interp).
 * @throws ArgumentError where points and values are not vectors of one known size.
 */
export function interp(x: TensorLike, points: TensorLike, values: TensorLike, { left, right, period }: InterpOptions = {}): Tensor {
  const [given, places] = promoteFloating('interp', [x, points]);
  const [heights] = promoteFloating('interp', [values]);
  if (places!.rank !== 1 || !equalShapes(places!.shape, heights!.shape) || !isStatic(places!.shape[0]!)) {
    throw new ArgumentError('interp', 'points', `and values must be vectors of one known size, found ${formatShape(places!.shape)} and ${formatShape(heights!.shape)}`);
  }
  const length = period === undefined ? undefined : abs(convert(period, places!.dtype));
  const [xs, ys] = length ? periodic(places!, heights!, length) : [places!, heights!];
  const at = length ? mod(given!, length) : given!;
  const size = xs.shape[0] as number;
  const place = clip(searchsorted(bindOne('stopGradient', [xs], {}), bindOne('stopGradient', [at], {}), { side: 'right' }), { min: 1, max: size - 1 });
  const read = (from: Tensor, offset: number): Tensor => index(from, [add(place, offset)]);
  const [low, height] = [read(xs, -1), read(ys, -1)];
  const width = sub(read(xs, 0), low);
  // Points that are one must not make NaN in the derivative either.
  const isPoint = lessEqual(abs(width), smallest[xs.dtype]!);
  const inner = where(isPoint, height, add(height, mul(div(sub(at, low), where(isPoint, 1, width)), sub(read(ys, 0), height))));
  if (length) return inner;
  const edge = (option: TensorLike | 'extrapolate' | undefined, own: number): Tensor => convert((option as TensorLike | undefined) ?? index(ys, [own]), inner.dtype);
  const above = left === 'extrapolate' ? inner : where(less(at, index(xs, [0])), edge(left, 0), inner);
  return right === 'extrapolate' ? above : where(greater(at, index(xs, [-1])), edge(right, -1), above);
}
