export type { ComplexLike, ComplexPair } from './complex-pair.js';
export type { FftNorm, FftOptions, MultiFftOptions } from './options.js';
export { fft, hfft, ifft, ihfft, irfft, rfft } from './transforms.js';
export { fft2, fftn, ifft2, ifftn, irfft2, irfftn, rfft2, rfftn } from './several-axes.js';
export { fftfreq, fftshift, ifftshift, rfftfreq, type FftShiftOptions } from './frequencies.js';
