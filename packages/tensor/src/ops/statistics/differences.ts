import { ArgumentError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { add, div, mul, notEqual, sub } from '../elementwise.js';
import { promoteFloating, requireAxes, requireAxis, toTensor } from '../operand.js';
import { sum } from '../reduce.js';
import { broadcastTo, concatenate, ravel, reshape, sliceAxis } from '../shape.js';

export interface DiffOptions {
  /** How many times. */
  readonly n?: number;
  readonly axis?: number;
  /** Elements before and after the others: scalars or tensors. */
  readonly prepend?: TensorLike;
  readonly append?: TensorLike;
}

function sizeAlong(name: string, x: Tensor, axis: number): number {
  const size = x.shape[axis]!;
  if (!isStatic(size)) throw new ArgumentError(name, 'axis', `names axis ${axis} of symbolic size ${String(size)}`);
  return size;
}

/** Each element less the one before along an axis (jnp.diff); of bools whether they differ. */
export function diff(x: TensorLike, { n = 1, axis = -1, prepend, append }: DiffOptions = {}): Tensor {
  const operand = toTensor('diff', x);
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError('diff', 'n', `must be a whole number, not negative, found ${n}`);
  if (n === 0) return operand;
  const at = requireAxis('diff', axis, operand.rank);
  const thin = operand.shape.map((dim, i) => (i === at ? 1 : dim));
  const edge = (value: TensorLike | undefined): TensorLike[] => {
    if (value === undefined) return [];
    return value instanceof Tensor && value.rank > 0 ? [value] : [broadcastTo(toTensor('diff', value), thin)];
  };
  let result = concatenate([...edge(prepend), operand, ...edge(append)], at);
  for (let i = 0; i < n; i++) {
    const size = sizeAlong('diff', result, at);
    const [high, low] = [sliceAxis(result, at, Math.min(1, size), size), sliceAxis(result, at, 0, Math.max(0, size - 1))];
    result = operand.dtype === 'bool' ? notEqual(high, low) : sub(high, low);
  }
  return result;
}

/** Differences of neighbours of the flattened tensor (jnp.ediff1d). */
export function ediff1d(x: TensorLike, { toBegin, toEnd }: { readonly toBegin?: TensorLike; readonly toEnd?: TensorLike } = {}): Tensor {
  const inner = diff(ravel(x));
  const parts = [...(toBegin === undefined ? [] : [ravel(toBegin)]), inner, ...(toEnd === undefined ? [] : [ravel(toEnd)])];
  return parts.length === 1 ? inner : concatenate(parts.map((part) => bindOne('convert', [part], { dtype: inner.dtype })), 0);
}

export interface TrapezoidOptions {
  /** Where the samples lie: a vector, or a tensor of the shape of y. */
  readonly x?: TensorLike;
  /** How far they are apart where `x` is not given. */
  readonly dx?: TensorLike;
  readonly axis?: number;
}

/** The integral of samples by the trapezoidal rule (jnp.trapezoid). */
export function trapezoid(y: TensorLike, { x, dx = 1, axis = -1 }: TrapezoidOptions = {}): Tensor {
  const [samples, places] = promoteFloating('trapezoid', x === undefined ? [y] : [y, x]);
  const at = requireAxis('trapezoid', axis, samples!.rank);
  const size = sizeAlong('trapezoid', samples!, at);
  if (size < 2) return sum(sliceAxis(samples!, at, 0, 0), { axis: at });
  const means = mul(add(sliceAxis(samples!, at, 1, size), sliceAxis(samples!, at, 0, size - 1)), 0.5);
  if (places === undefined) return mul(sum(means, { axis: at }), promoteFloating('trapezoid', [dx, samples!])[0]!);
  const steps = places.rank === 1 ? reshape(diff(places), means.shape.map((dim, i) => (i === at ? dim : 1))) : diff(places, { axis: at });
  return sum(mul(means, steps), { axis: at });
}

/** Central differences along one axis, one-sided at its ends; `spacing` is a number or the places of the samples. */
function gradientAlong(x: Tensor, at: number, spacing: TensorLike): Tensor {
  const size = sizeAlong('gradient', x, at);
  if (size < 2) throw new ArgumentError('gradient', 'x', `needs two elements or more along axis ${at}, found ${size}`);
  const cut = (from: number, to: number): Tensor => sliceAxis(x, at, from, to);
  const [first, last] = [sub(cut(1, 2), cut(0, 1)), sub(cut(size - 1, size), cut(size - 2, size - 1))];
  const step = toTensor('gradient', spacing);
  if (step.rank === 0) {
    const inner = mul(sub(cut(2, size), cut(0, size - 2)), 0.5);
    return div(size === 2 ? concatenate([first, last], at) : concatenate([first, inner, last], at), spacing);
  }
  const steps = reshape(diff(promoteFloating('gradient', [step, x])[0]!), x.shape.map((_, i) => (i === at ? size - 1 : 1)));
  const [low, high] = [sliceAxis(steps, at, 0, size - 2), sliceAxis(steps, at, 1, size - 1)];
  const total = add(low, high);
  const before = mul(cut(0, size - 2), div(high, mul(low, total)));
  const after = mul(cut(2, size), div(low, mul(high, total)));
  const middle = mul(cut(1, size - 1), div(sub(high, low), mul(low, high)));
  const inner = add(sub(after, before), middle);
  return concatenate([div(first, sliceAxis(steps, at, 0, 1)), inner, div(last, sliceAxis(steps, at, size - 2, size - 1))], at);
}

export interface NumericalGradientOptions {
  /** All axes by default. */
  readonly axis?: number | readonly number[];
  /** How far samples are apart along each axis: one number for all, or a number or a vector of places for each. */
  readonly spacing?: TensorLike | readonly TensorLike[];
}

/** Numerical derivatives of samples along axes (jnp.gradient): one tensor of one axis, else a list. */
export function gradient(x: TensorLike, { axis, spacing = 1 }: NumericalGradientOptions = {}): Tensor | Tensor[] {
  const [operand] = promoteFloating('gradient', [x]);
  const axes = requireAxes('gradient', axis, operand!.rank);
  const steps = Array.isArray(spacing) ? (spacing as readonly TensorLike[]) : axes.map(() => spacing as TensorLike);
  if (steps.length !== axes.length) throw new ArgumentError('gradient', 'spacing', `must hold one entry for each of the ${axes.length} axes, found ${steps.length}`);
  const found = axes.map((one, i) => gradientAlong(operand!, one, steps[i]!));
  return found.length === 1 ? found[0]! : found;
}
