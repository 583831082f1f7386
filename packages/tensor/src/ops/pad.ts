import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import { isStatic } from '../shape/dim.js';
import type { TensorLike } from '../tensor/create.js';
import type { Scalar } from '../tensor/element.js';
import type { Tensor } from '../tensor/tensor.js';
import { convert, toTensor } from './operand.js';
import { padComputed, type ComputedPadMode } from './pad-values.js';
import { flip } from './rearrange.js';
import { broadcastTo, concatenate, sliceAxis } from './shape.js';

type MirrorMode = 'edge' | 'reflect' | 'symmetric' | 'wrap';

/** As jnp.pad names them; `empty` fills with zeros. */
export type PadMode = 'constant' | 'empty' | MirrorMode | ComputedPadMode;

/** Low and high for each axis, one pair for all axes (alone or in a list), or one number for all of them. */
export type PadWidth = number | readonly [number, number] | readonly (readonly [number, number])[];

export interface PadOptions {
  readonly mode?: PadMode;
  /** With `constant`: the number all around, or for each axis those before and after. */
  readonly constantValues?: Scalar | readonly (readonly [Scalar, Scalar])[];
  /** With `linear_ramp`: where the ramps end, for all axes, or for each axis before and after; 0 by default. */
  readonly endValues?: Scalar | readonly (readonly [Scalar, Scalar])[];
  /** With `maximum`, `minimum`, `mean` and `median`: of how many elements at the edge; of all by default. */
  readonly statLength?: number | readonly (readonly [number, number])[];
}

/** What stands before (or after) the elements of an axis, `width` of it, read towards the edge. */
function border(x: Tensor, axis: number, width: number, mode: MirrorMode, before: boolean): Tensor {
  const size = x.shape[axis];
  if (size === undefined || !isStatic(size)) throw new ArgumentError('pad', 'x', `has a symbolic axis ${axis}, which only mode 'constant' can pad`);
  if (mode === 'edge') {
    const edge = before ? sliceAxis(x, axis, 0, 1) : sliceAxis(x, axis, size - 1, size);
    return broadcastTo(edge, x.shape.map((dim, i) => (i === axis ? width : dim)));
  }
  if (mode === 'wrap') return before ? sliceAxis(x, axis, size - width, size) : sliceAxis(x, axis, 0, width);
  const skip = mode === 'reflect' ? 1 : 0;
  return flip(before ? sliceAxis(x, axis, skip, skip + width) : sliceAxis(x, axis, size - skip - width, size - skip), axis);
}

/** The widest border that one reading of the axis gives. */
const reach = (size: number, mode: MirrorMode): number => (mode === 'reflect' ? size - 1 : size);

function padAxis(x: Tensor, axis: number, [low, high]: readonly [number, number], mode: MirrorMode): Tensor {
  // One element has nothing to be reflected in: it is repeated, as JAX has it.
  if (mode === 'reflect' && x.shape[axis] === 1) return padAxis(x, axis, [low, high], 'edge');
  let result = x;
  let [before, after] = [low, high];
  while (before > 0 || after > 0) {
    const most = mode === 'edge' ? Infinity : reach(result.shape[axis] as number, mode);
    if (most <= 0) throw new ArgumentError('pad', 'padWidth', `cannot ${mode} axis ${axis} of size ${String(x.shape[axis])}`);
    const [left, right] = [Math.min(before, most), Math.min(after, most)];
    const parts = [...(left > 0 ? [border(result, axis, left, mode, true)] : []), result, ...(right > 0 ? [border(result, axis, right, mode, false)] : [])];
    result = concatenate(parts, axis);
    [before, after] = [before - left, after - right];
  }
  return result;
}

/** What an option says for each axis, before and after. */
function pairs<T extends Scalar>(option: T | readonly (readonly [T, T])[], rank: number, name: string): readonly (readonly [T, T])[] {
  if (!Array.isArray(option)) return Array.from({ length: rank }, () => [option as T, option as T] as const);
  const list = option as readonly (readonly [T, T])[];
  if (list.length === 1) return Array.from({ length: rank }, () => list[0]!);
  if (list.length !== rank) throw new ArgumentError('pad', name, `must hold a pair for each of the ${rank} axes, found ${list.length}`);
  return list;
}

const isPair = (padWidth: PadWidth): padWidth is readonly [number, number] => Array.isArray(padWidth) && padWidth.length === 2 && padWidth.every((width) => typeof width === 'number');

function widthsOf(padWidth: PadWidth, rank: number): readonly (readonly [number, number])[] {
  const list = isPair(padWidth) ? Array.from({ length: rank }, () => padWidth) : pairs(padWidth, rank, 'padWidth');
  if (list.some((widths) => widths.length !== 2) || list.flat().some((width) => !Number.isInteger(width) || width < 0)) {
    throw new ArgumentError('pad', 'padWidth', `must hold [low, high], whole and not negative, for each of the ${rank} axes`);
  }
  return list;
}

const mirrorModes: readonly string[] = ['edge', 'reflect', 'symmetric', 'wrap'];
const computedModes: readonly string[] = ['linear_ramp', 'maximum', 'minimum', 'mean', 'median'];

/** Adds elements around each axis (jnp.pad). @throws ArgumentError where widths, mode or options do not fit. */
export function pad(x: TensorLike, padWidth: PadWidth, { mode = 'constant', constantValues = 0, endValues = 0, statLength }: PadOptions = {}): Tensor {
  const operand = toTensor('pad', x);
  const widths = widthsOf(padWidth, operand.rank);
  if (mode === 'empty') return padConfig(operand, 0, widths);
  if (mode === 'constant') return padConstant(operand, widths, constantValues);
  if (mirrorModes.includes(mode)) return widths.reduce((result, width, axis) => padAxis(result, axis, width, mode as MirrorMode), operand);
  if (!computedModes.includes(mode)) throw new ArgumentError('pad', 'mode', `must be one of constant, empty, ${[...mirrorModes, ...computedModes].join(', ')}, found ${JSON.stringify(mode)}`);
  const ends = pairs(endValues, operand.rank, 'endValues');
  const lengths = statLength === undefined ? undefined : pairs(statLength, operand.rank, 'statLength');
  return widths.reduce((result, width, axis) => padComputed(result, axis, width, mode as ComputedPadMode, { endValues: ends[axis]!, statLength: lengths?.[axis] }), operand);
}

function padConstant(x: Tensor, widths: readonly (readonly [number, number])[], values: Scalar | readonly (readonly [Scalar, Scalar])[]): Tensor {
  if (!Array.isArray(values)) return padConfig(x, values as Scalar, widths);
  const list = pairs(values as readonly (readonly [Scalar, Scalar])[], x.rank, 'constantValues');
  const config = (axis: number, low: number, high: number): [number, number][] => x.shape.map((_, i) => (i === axis ? [low, high] : [0, 0]));
  return widths.reduce((result, [low, high], axis) => padConfig(padConfig(result, list[axis]![0], config(axis, low, 0)), list[axis]![1], config(axis, 0, high)), x);
}

/** Padding with a value; negative numbers crop, interior ones spread the elements (lax.pad). */
export function padConfig(x: TensorLike, value: TensorLike, config: readonly (readonly [number, number, number?])[]): Tensor {
  const operand = toTensor('padConfig', x);
  if (config.every((widths) => widths.every((width) => (width ?? 0) === 0))) return operand;
  const params = { low: config.map(([low]) => low), high: config.map(([, high]) => high), interior: config.map(([, , interior = 0]) => interior) };
  return bindOne('pad', [operand, convert(value, operand.dtype)], params);
}
