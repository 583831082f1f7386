import { ArgumentError } from '../../errors/errors.js';
import { tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { convert } from '../operand.js';
import { div } from '../elementwise.js';
import { i0 } from '../special/bessel.js';

/** `length` numbers by their place from 0 to 1, float32; a window of one element is 1. */
function windowOf(name: string, length: number, f: (place: number) => number): Tensor {
  if (!Number.isInteger(length) || length < 0) throw new ArgumentError(name, 'length', `must be a whole number, not negative, found ${length}`);
  return convert(tensor(Float64Array.from({ length }, (_, i) => (length === 1 ? 1 : f(i / (length - 1))))), 'float32');
}

const turn = 2 * Math.PI;

/** The triangular window (jnp.bartlett). */
export const bartlett = (length: number): Tensor => windowOf('bartlett', length, (place) => 1 - Math.abs(2 * place - 1));
/** The Blackman window (jnp.blackman). */
export const blackman = (length: number): Tensor => windowOf('blackman', length, (place) => 0.42 - 0.5 * Math.cos(turn * place) + 0.08 * Math.cos(2 * turn * place));
/** The Hamming window (jnp.hamming). */
export const hamming = (length: number): Tensor => windowOf('hamming', length, (place) => 0.54 - 0.46 * Math.cos(turn * place));
/** The Hann window (jnp.hanning). */
export const hanning = (length: number): Tensor => windowOf('hanning', length, (place) => 0.5 - 0.5 * Math.cos(turn * place));

/** The Kaiser window of shape `beta` (jnp.kaiser). */
export function kaiser(length: number, beta: number): Tensor {
  if (length === 1) return windowOf('kaiser', 1, () => 1);
  const places = windowOf('kaiser', length, (place) => beta * Math.sqrt(Math.max(0, 1 - (2 * place - 1) ** 2)));
  return div(i0(places), i0(convert(beta, 'float32')));
}
