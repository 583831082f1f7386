import { ArgumentError, ConcretizationError, DtypeError } from '../../errors/errors.js';
import { isInteger } from '../../dtype/dtype.js';
import { bindOne } from '../../program/bind.js';
import { formatSpec } from '../../shape/shape.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastArrays } from '../arrange/turn.js';
import { mod } from '../division.js';
import { clip, equal, where } from '../elementwise.js';
import { convert, promote, requireAxis, toTensor } from '../operand.js';
import { ravel } from '../shape.js';
import { nonzero, type SizeOptions } from './nonzero.js';

/** For each place the choice whose condition is the first to hold there, or `otherwise` (jnp.select). */
export function select(conditions: readonly TensorLike[], choices: readonly TensorLike[], otherwise: TensorLike = 0): Tensor {
  if (conditions.length === 0 || conditions.length !== choices.length) {
    throw new ArgumentError('select', 'choices', `must be as many as conditions, and one at least; found ${choices.length} for ${conditions.length}`);
  }
  const values = promote('select', [...choices, otherwise]);
  return conditions.reduceRight<Tensor>((rest, condition, i) => where(condition, values[i]!, rest), values.at(-1)!);
}

export interface ChooseOptions {
  /** What an index out of range does: an error (which needs its value; the default), around the end, or the nearest choice. */
  readonly mode?: 'raise' | 'wrap' | 'clip';
}

/** For each place the element of the choice that an index of integers names there (jnp.choose). */
export function choose(indices: TensorLike, choices: readonly TensorLike[], { mode = 'raise' }: ChooseOptions = {}): Tensor {
  const given = toTensor('choose', indices);
  if (!isInteger(given.dtype)) throw new DtypeError('choose', [given.dtype], 'the indices must be integers');
  if (choices.length === 0) throw new ArgumentError('choose', 'choices', 'must hold one tensor at least');
  if (mode === 'raise') {
    if (given.isTraced) throw new ConcretizationError("choose with mode 'raise' (use 'wrap' or 'clip')", formatSpec(given));
    const outside = Array.from(given.data(), Number).find((index) => index < 0 || index >= choices.length);
    if (outside !== undefined) throw new ArgumentError('choose', 'indices', `must be from 0 to ${choices.length - 1}, found ${outside}`);
  }
  const placed = mode === 'wrap' ? mod(given, choices.length) : clip(given, { min: 0, max: choices.length - 1 });
  const values = promote('choose', choices);
  return values.slice(0, -1).reduceRight<Tensor>((rest, value, i) => where(equal(placed, i), value, rest), broadcastArrays(placed, values.at(-1)!)[1]!);
}

export type Piece = TensorLike | ((x: Tensor) => Tensor);

/**
 * For each place the function (or number) of the last condition that holds there; one more piece than conditions is for where none
 * does, which else is 0 (jnp.piecewise). Every function is evaluated on all of x.
 */
export function piecewise(x: TensorLike, conditions: readonly TensorLike[], pieces: readonly Piece[]): Tensor {
  const operand = toTensor('piecewise', x);
  if (pieces.length !== conditions.length && pieces.length !== conditions.length + 1) {
    throw new ArgumentError('piecewise', 'pieces', `must be ${conditions.length} or ${conditions.length + 1} for ${conditions.length} conditions, found ${pieces.length}`);
  }
  const value = (piece: Piece): Tensor => convert(typeof piece === 'function' ? piece(operand) : piece, operand.dtype);
  const otherwise = pieces.length > conditions.length ? value(pieces.at(-1)!) : convert(0, operand.dtype);
  const start = bindOne('broadcastTo', [otherwise], { shape: operand.shape });
  return conditions.reduce<Tensor>((rest, condition, i) => where(condition, value(pieces[i]!), rest), start);
}

export interface CompressOptions extends SizeOptions {
  /** Of the flattened tensor by default. */
  readonly axis?: number;
}

/** The slices along an axis where the condition holds (jnp.compress). @throws ConcretizationError where it is traced and `size` is not given. */
export function compress(condition: TensorLike, x: TensorLike, { axis, size, fillValue = 0 }: CompressOptions = {}): Tensor {
  const operand = axis === undefined ? ravel(x) : toTensor('compress', x);
  const at = requireAxis('compress', axis ?? 0, operand.rank);
  const mask = convert(toTensor('compress', condition), 'bool');
  const length = operand.shape[at]!;
  if (!isStatic(length)) throw new ArgumentError('compress', 'axis', `names axis ${at} of symbolic size ${String(length)}`);
  const [places] = nonzero(mask, size === undefined ? {} : { size, fillValue: length });
  const taken = bindOne('gather', [operand, clip(places!, { min: 0, max: Math.max(0, length - 1) })], { axis: at });
  if (size === undefined) return taken;
  const inside = where(equal(places!, length), false, true);
  const column = bindOne('reshape', [inside], { shape: taken.shape.map((dim, i) => (i === at ? dim : 1)) });
  return where(column, taken, convert(fillValue, taken.dtype));
}

/** The elements where the condition holds (jnp.extract). */
export const extract = (condition: TensorLike, x: TensorLike, options: SizeOptions = {}): Tensor => compress(ravel(condition), x, options);
