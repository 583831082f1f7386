import { bind } from '../../program/bind.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { neg } from '../elementwise.js';
import { requireAxis } from '../operand.js';
import { flip } from '../rearrange.js';
import { concatenate, sliceAxis } from '../shape.js';
import { complexPair, conjugate, mapParts, realPart, type ComplexLike, type ComplexPair } from './complex-pair.js';
import { factorOf, fitAxis, lengthOf, otherNorm, requireLength, scale, type FftOptions } from './options.js';

const rankOf = ({ real }: ComplexPair): number => real.rank;

/** Along one axis that exists, of the length that it has. */
function transformAxis(x: ComplexPair, axis: number, inverse: boolean, factor: number): ComplexPair {
  const [real, imag] = bind('dft', [x.real, x.imag], { axis, inverse });
  return mapParts({ real: real!, imag: imag! }, (part) => scale(part, factor));
}

function complexTransform(operation: string, x: ComplexLike, { n, axis = -1, norm }: FftOptions, inverse: boolean): ComplexPair {
  const pair = complexPair(operation, x);
  const at = requireAxis(operation, axis, rankOf(pair));
  const length = requireLength(operation, n, lengthOf(operation, pair.real, at));
  return transformAxis(mapParts(pair, (part) => fitAxis(operation, part, at, length)), at, inverse, factorOf(operation, norm, length, inverse));
}

/**
 * The discrete Fourier transform along one axis, sum over j of (x_j exp(-2 pi i j k / n)) (jnp.fft.fft). x: real numbers or a pair;
 * O(n log n) for every n.
 * @throws ShapeError, ArgumentError, DtypeError
 */
export const fft = (x: ComplexLike, options: FftOptions = {}): ComplexPair => complexTransform('fft', x, options, false);

/** The inverse of `fft` (jnp.fft.ifft). */
export const ifft = (x: ComplexLike, options: FftOptions = {}): ComplexPair => complexTransform('ifft', x, options, true);

/** The first n / 2 + 1 numbers of the transform of real ones, which say the others (jnp.fft.rfft). */
export function rfft(x: TensorLike, { n, axis = -1, norm }: FftOptions = {}): ComplexPair {
  const real = realPart('rfft', x);
  const at = requireAxis('rfft', axis, real.rank);
  const length = requireLength('rfft', n, lengthOf('rfft', real, at));
  const pair = complexPair('rfft', fitAxis('rfft', real, at, length));
  const whole = transformAxis(pair, at, false, 1);
  const factor = factorOf('rfft', norm, length, false);
  return mapParts(whole, (part) => scale(sliceAxis(part, at, 0, Math.floor(length / 2) + 1), factor));
}

/** Numbers 0 to n / 2 of a transform continued to all n as those of real numbers go on: backwards, with the imaginary part negated. */
function hermitian({ real, imag }: ComplexPair, axis: number, length: number): ComplexPair {
  const rest = Math.ceil(length / 2);
  const mirrored = (part: Tensor): Tensor => flip(sliceAxis(part, axis, 1, rest), axis);
  if (rest <= 1) return { real, imag };
  return { real: concatenate([real, mirrored(real)], axis), imag: concatenate([imag, neg(mirrored(imag))], axis) };
}

function realInverse(operation: string, x: ComplexLike, { n, axis = -1, norm }: FftOptions): Tensor {
  const pair = complexPair(operation, x);
  const at = requireAxis(operation, axis, rankOf(pair));
  const length = requireLength(operation, n, 2 * (lengthOf(operation, pair.real, at) - 1));
  const half = mapParts(pair, (part) => fitAxis(operation, part, at, Math.floor(length / 2) + 1));
  const { real } = transformAxis(hermitian(half, at, length), at, true, 1);
  return scale(real, factorOf(operation, norm, length, true));
}

/** The inverse of `rfft`: real numbers, `n` of them, 2 (m - 1) for m numbers by default (jnp.fft.irfft). */
export const irfft = (x: ComplexLike, options: FftOptions = {}): Tensor => realInverse('irfft', x, options);

/** The transform of a signal whose other half is its mirror image, which is real (jnp.fft.hfft). */
export const hfft = (x: ComplexLike, options: FftOptions = {}): Tensor => realInverse('hfft', conjugate(complexPair('hfft', x)), { ...options, norm: otherNorm(options.norm) });

/** The inverse of `hfft` (jnp.fft.ihfft). */
export const ihfft = (x: TensorLike, options: FftOptions = {}): ComplexPair => conjugate(rfft(x, { ...options, norm: otherNorm(options.norm) }));
