import type { Dtype } from '../dtype/dtype.js';
import { resultDtype, toFloating } from '../dtype/promotion.js';
import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import { normalizeAxis } from '../shape/shape.js';
import { scalar, weakKind, type TensorLike } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';

function requireTensorLike(operation: string, x: TensorLike): void {
  if (x instanceof Tensor || typeof x === 'number' || typeof x === 'bigint' || typeof x === 'boolean') return;
  throw new ArgumentError(operation, 'operand', `must be a tensor or a number, found ${x === null ? 'null' : typeof x}; make tensors of arrays with \`tensor([...])\``);
}

/** The dtype that an operation on `operands` has, by JAX's promotion. */
export function promotedDtype(operation: string, operands: readonly TensorLike[]): Dtype {
  const [first] = operands;
  // By far the most operations are on tensors of one dtype.
  if (first instanceof Tensor && operands.every((x) => x instanceof Tensor && x.dtype === first.dtype)) return first.dtype;
  for (const x of operands) requireTensorLike(operation, x);
  const tensors = operands.filter((x) => x instanceof Tensor);
  const weak = operands.flatMap((x) => (x instanceof Tensor ? [] : [weakKind(x)]));
  return resultDtype(tensors.map((x) => x.dtype), weak);
}

/** `x` as a tensor of `dtype`. */
export function convert(x: TensorLike, dtype: Dtype): Tensor {
  if (!(x instanceof Tensor)) return scalar(x, dtype);
  return x.dtype === dtype ? x : bindOne('convert', [x], { dtype });
}

/** `x` as a tensor; a JavaScript value alone becomes bool, int32 or float32. */
export const toTensor = (operation: string, x: TensorLike): Tensor => convert(x, promotedDtype(operation, [x]));

/** The operands as tensors of one dtype. */
export function promote(operation: string, operands: readonly TensorLike[]): Tensor[] {
  const dtype = promotedDtype(operation, operands);
  return operands.map((x) => convert(x, dtype));
}

/** The operands as tensors of one dtype of numbers: bools become int32, as JAX has it where bools have no arithmetic of their own. */
export function promoteNumbers(operation: string, operands: readonly TensorLike[]): Tensor[] {
  const dtype = promotedDtype(operation, operands);
  return operands.map((x) => convert(x, dtype === 'bool' ? 'int32' : dtype));
}

/** The operands as tensors of one floating dtype. */
export function promoteFloating(operation: string, operands: readonly TensorLike[]): Tensor[] {
  const dtype = toFloating(promotedDtype(operation, operands));
  return operands.map((x) => convert(x, dtype));
}

/** `axis` counted from the front. @throws ArgumentError where it is out of range. */
export function requireAxis(operation: string, axis: number, rank: number): number {
  const found = normalizeAxis(axis, rank);
  if (found === undefined) throw new ArgumentError(operation, 'axis', `must be a whole number from ${-rank} to ${rank - 1} for rank ${rank}, found ${axis}`);
  return found;
}

/** Axes counted from the front, ascending; all of them where none are given. @throws ArgumentError. */
export function requireAxes(operation: string, axis: number | readonly number[] | undefined, rank: number): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const axes = (typeof axis === 'number' ? [axis] : axis).map((one) => requireAxis(operation, one, rank));
  if (new Set(axes).size !== axes.length) throw new ArgumentError(operation, 'axis', `names an axis twice: ${axes.join(', ')}`);
  return axes.sort((a, b) => a - b);
}

/** @throws ArgumentError where one of `counts` is no number of things */
export function requireCounts(operation: string, argument: string, counts: readonly number[]): void {
  if (counts.every((count) => Number.isInteger(count) && count >= 0)) return;
  throw new ArgumentError(operation, argument, `must be whole and not negative, found ${counts.join(', ')}`);
}
