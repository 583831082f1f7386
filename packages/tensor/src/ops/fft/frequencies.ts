import type { Dtype } from '../../dtype/dtype.js';
import { ArgumentError } from '../../errors/errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { tensor, type TensorLike } from '../../tensor/create.js';
import { requireAxes, toTensor } from '../operand.js';
import { roll } from '../rearrange.js';
import { mapParts, type ComplexPair } from './complex-pair.js';
import { lengthOf } from './options.js';

function frequencies(operation: string, n: number, d: number, dtype: Dtype, places: readonly number[]): Tensor {
  if (!Number.isInteger(n) || n < 1) throw new ArgumentError(operation, 'n', `must be a whole number of 1 or more, found ${n}`);
  return tensor(places.map((place) => place / (n * d)), { dtype });
}

const count = (length: number, from: number): number[] => Array.from({ length }, (_, i) => from + i);

/** The frequencies of `fft` for samples that are `d` apart: 0, 1, ..., -2, -1 over n d (jnp.fft.fftfreq). */
export const fftfreq = (n: number, d = 1, { dtype = 'float32' }: { readonly dtype?: Dtype } = {}): Tensor =>
  frequencies('fftfreq', n, d, dtype, [...count(Math.ceil(n / 2), 0), ...count(Math.floor(n / 2), -Math.floor(n / 2))]);

/** The frequencies of `rfft`: 0, 1, ..., n / 2 over n d (jnp.fft.rfftfreq). */
export const rfftfreq = (n: number, d = 1, { dtype = 'float32' }: { readonly dtype?: Dtype } = {}): Tensor =>
  frequencies('rfftfreq', n, d, dtype, count(Math.floor(n / 2) + 1, 0));

export interface FftShiftOptions {
  /** All by default. */
  readonly axes?: number | readonly number[] | null;
}

const isPair = (x: TensorLike | ComplexPair): x is ComplexPair => typeof x === 'object' && !(x instanceof Tensor) && 'real' in x;

function shift(operation: string, x: Tensor, { axes }: FftShiftOptions, distance: (length: number) => number): Tensor {
  const placed = requireAxes(operation, axes ?? undefined, x.rank);
  return roll(x, placed.map((axis) => distance(lengthOf(operation, x, axis))), placed);
}

/** A function of tensors on both parts of pairs too. */
function shifting(operation: string, distance: (length: number) => number): { (x: ComplexPair, options?: FftShiftOptions): ComplexPair; (x: TensorLike, options?: FftShiftOptions): Tensor } {
  function apply(x: ComplexPair, options?: FftShiftOptions): ComplexPair;
  function apply(x: TensorLike, options?: FftShiftOptions): Tensor;
  function apply(x: TensorLike | ComplexPair, options: FftShiftOptions = {}): Tensor | ComplexPair {
    if (isPair(x)) return mapParts(x, (part) => shift(operation, part, options, distance));
    return shift(operation, toTensor(operation, x), options, distance);
  }
  return apply;
}

/** Frequency 0 into the middle (jnp.fft.fftshift). */
export const fftshift: { (x: ComplexPair, options?: FftShiftOptions): ComplexPair; (x: TensorLike, options?: FftShiftOptions): Tensor } = shifting('fftshift', (length) => Math.floor(length / 2));
/** The inverse of `fftshift` (jnp.fft.ifftshift). */
export const ifftshift: { (x: ComplexPair, options?: FftShiftOptions): ComplexPair; (x: TensorLike, options?: FftShiftOptions): Tensor } = shifting('ifftshift', (length) => -Math.floor(length / 2));
