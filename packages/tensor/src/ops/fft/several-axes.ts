import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { complexPair, realPart, type ComplexLike, type ComplexPair } from './complex-pair.js';
import { axesOf, type AxisLength, type FftOptions, type MultiFftOptions } from './options.js';
import { fft, ifft, irfft, rfft } from './transforms.js';

const optionsOf = ({ axis, n }: AxisLength, norm: MultiFftOptions['norm']): FftOptions => ({ axis, ...(n === undefined ? {} : { n }), ...(norm ? { norm } : {}) });

type Transform = (x: ComplexPair, options: FftOptions) => ComplexPair;

const along = (x: ComplexPair, axes: readonly AxisLength[], transform: Transform, norm: MultiFftOptions['norm']): ComplexPair =>
  axes.reduceRight((result, one) => transform(result, optionsOf(one, norm)), x);

function overAxes(operation: string, x: ComplexLike, options: MultiFftOptions, transform: Transform): ComplexPair {
  const pair = complexPair(operation, x);
  return along(pair, axesOf(operation, pair.real.rank, options), transform, options.norm);
}

/** The last of the axes, of which real transforms see half, and the others. @throws ArgumentError where there is none */
function lastOf(operation: string, axes: readonly AxisLength[]): { readonly last: AxisLength; readonly others: readonly AxisLength[] } {
  const last = axes.at(-1);
  if (last === undefined) throw new ArgumentError(operation, 'axes', 'must name one axis at least');
  return { last, others: axes.slice(0, -1) };
}

const plane = (options: MultiFftOptions): MultiFftOptions => ({ ...options, axes: options.axes ?? [-2, -1] });

/** `fft` along several axes, all by default (jnp.fft.fftn). */
export const fftn = (x: ComplexLike, options: MultiFftOptions = {}): ComplexPair => overAxes('fftn', x, options, fft);
/** The inverse of `fftn` (jnp.fft.ifftn). */
export const ifftn = (x: ComplexLike, options: MultiFftOptions = {}): ComplexPair => overAxes('ifftn', x, options, ifft);
/** `fftn` along the last two axes (jnp.fft.fft2). */
export const fft2 = (x: ComplexLike, options: MultiFftOptions = {}): ComplexPair => overAxes('fft2', x, plane(options), fft);
/** The inverse of `fft2` (jnp.fft.ifft2). */
export const ifft2 = (x: ComplexLike, options: MultiFftOptions = {}): ComplexPair => overAxes('ifft2', x, plane(options), ifft);

/** `rfft` along the last of the axes, then `fft` along the others (jnp.fft.rfftn). */
export function rfftn(x: TensorLike, options: MultiFftOptions = {}): ComplexPair {
  const real = realPart('rfftn', x);
  const { last, others } = lastOf('rfftn', axesOf('rfftn', real.rank, options));
  return along(rfft(real, optionsOf(last, options.norm)), others, fft, options.norm);
}

/** The inverse of `rfftn` (jnp.fft.irfftn). */
export function irfftn(x: ComplexLike, options: MultiFftOptions = {}): Tensor {
  const pair = complexPair('irfftn', x);
  const { last, others } = lastOf('irfftn', axesOf('irfftn', pair.real.rank, options));
  return irfft(along(pair, others, ifft, options.norm), optionsOf(last, options.norm));
}

/** `rfftn` along the last two axes (jnp.fft.rfft2). */
export const rfft2 = (x: TensorLike, options: MultiFftOptions = {}): ComplexPair => rfftn(x, plane(options));
/** The inverse of `rfft2` (jnp.fft.irfft2). */
export const irfft2 = (x: ComplexLike, options: MultiFftOptions = {}): Tensor => irfftn(x, plane(options));
