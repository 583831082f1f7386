import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import { formatShape } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { mul } from '../elementwise.js';
import { requireAxis } from '../operand.js';
import { padConfig } from '../pad.js';
import { sliceAxis } from '../shape.js';

/** Where the factor 1/n goes: to the inverse (the default), half to each, or to the forward transform. */
export type FftNorm = 'backward' | 'ortho' | 'forward';

export interface FftOptions {
  /** The length of the transform: x is cut, or filled up with zeros. Its own by default. */
  readonly n?: number | null;
  /** The last one by default. */
  readonly axis?: number;
  readonly norm?: FftNorm | null;
}

export interface MultiFftOptions {
  /** The length of the transform along each axis. */
  readonly s?: readonly number[] | null;
  readonly axes?: readonly number[] | null;
  readonly norm?: FftNorm | null;
}

/** The size of an axis. @throws ShapeError where it is symbolic or empty */
export function lengthOf(operation: string, x: Tensor, axis: number): number {
  const size = x.shape[axis]!;
  if (!isStatic(size)) throw new ShapeError(operation, [formatShape(x.shape)], `axis ${axis} is symbolic; a transform needs a known length (give \`n\` and slice the axis)`);
  return size;
}

/** `n`, or what it is by default. */
export function requireLength(operation: string, n: number | null | undefined, own: number): number {
  const length = n ?? own;
  if (!Number.isInteger(length) || length < 1) throw new ArgumentError(operation, 'n', `must be a whole number of 1 or more, found ${length}`);
  return length;
}

/** x cut, or filled up with zeros, along `axis`. */
export function fitAxis(operation: string, x: Tensor, axis: number, length: number): Tensor {
  const own = lengthOf(operation, x, axis);
  if (own === length) return x;
  if (own > length) return sliceAxis(x, axis, 0, length);
  return padConfig(x, 0, x.shape.map((_, i) => [0, i === axis ? length - own : 0] as const));
}

/** The factor of a transform of `length`. @throws ArgumentError */
export function factorOf(operation: string, norm: FftNorm | null | undefined, length: number, inverse: boolean): number {
  const found = norm ?? 'backward';
  if (found === 'ortho') return 1 / Math.sqrt(length);
  if (found !== 'backward' && found !== 'forward') throw new ArgumentError(operation, 'norm', `must be 'backward', 'ortho' or 'forward', found ${JSON.stringify(norm)}`);
  return (found === 'backward') === inverse ? 1 / length : 1;
}

export const scale = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));

/** The norm that gives the inverse's factor to the forward transform and the other way round. */
export const otherNorm = (norm: FftNorm | null | undefined): FftNorm => (norm === 'ortho' ? 'ortho' : norm === 'forward' ? 'backward' : 'forward');

export interface AxisLength {
  readonly axis: number;
  /** Undefined for its own. */
  readonly n: number | undefined;
}

/** The axes of a transform over several, in order. @throws ArgumentError */
export function axesOf(operation: string, rank: number, { s, axes }: MultiFftOptions): AxisLength[] {
  const given = axes ?? Array.from({ length: s?.length ?? rank }, (_, i) => i - (s?.length ?? rank));
  if (s && s.length !== given.length) throw new ArgumentError(operation, 's', `must have as many entries as \`axes\`, found [${s.join(', ')}] next to [${given.join(', ')}]`);
  const placed = given.map((axis) => requireAxis(operation, axis, rank));
  if (new Set(placed).size !== placed.length) throw new ArgumentError(operation, 'axes', `must be different axes, found [${given.join(', ')}]`);
  return placed.map((axis, i) => ({ axis, n: s?.[i] }));
}
