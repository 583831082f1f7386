import { ArgumentError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { convGeneralDilated } from '../conv/index.js';
import { iota, zeros } from '../create.js';
import { add, div, mul, sub } from '../elementwise.js';
import { convert, promote, promoteFloating, toTensor } from '../operand.js';
import { flip } from '../rearrange.js';
import { concatenate, ravel, reshape, sliceAxis } from '../shape.js';
import { unstack } from '../arrange/join.js';

/** The size of a vector of coefficients. @throws ArgumentError */
export function vectorSize(name: string, x: Tensor): number {
  const size = x.shape[0];
  if (x.rank !== 1 || size === undefined || !isStatic(size)) throw new ArgumentError(name, 'coefficients', `must be a vector of known size, found rank ${x.rank}`);
  return size;
}

/** The polynomial with these coefficients, leading one first, at x, by Horner's rule (jnp.polyval). */
export function polyval(coefficients: TensorLike, x: TensorLike): Tensor {
  const [list, at] = promote('polyval', [coefficients, x]);
  vectorSize('polyval', list!);
  const start: Tensor = mul(at!, 0);
  return unstack(list!).reduce<Tensor>((sum, coefficient) => add(mul(sum, at!), coefficient), start);
}

export type ConvolutionMode = 'full' | 'same' | 'valid';

function slide(name: string, x: Tensor, y: Tensor, mode: ConvolutionMode): Tensor {
  const [n, m] = [vectorSize(name, x), vectorSize(name, y)];
  if (n === 0 || m === 0) throw new ArgumentError(name, 'x', 'and y must have an element at least');
  if (!['full', 'same', 'valid'].includes(mode)) throw new ArgumentError(name, 'mode', `must be 'full', 'same' or 'valid', found ${JSON.stringify(mode)}`);
  const [long, short] = n >= m ? [x, y] : [y, x];
  const width = Math.min(n, m);
  const padding: readonly [number, number] = mode === 'full' ? [width - 1, width - 1] : mode === 'same' ? [Math.floor(width / 2), width - Math.floor(width / 2) - 1] : [0, 0];
  const result = convGeneralDilated(reshape(long, [1, 1, Math.max(n, m)]), reshape(flip(short, 0), [1, 1, width]), { padding: [padding], dimensionNumbers: ['NCH', 'OIH', 'NCH'] });
  return ravel(result);
}

/** The convolution of two vectors (jnp.convolve). */
export function convolve(x: TensorLike, y: TensorLike, { mode = 'full' }: { readonly mode?: ConvolutionMode } = {}): Tensor {
  const [a, b] = promoteFloating('convolve', [x, y]);
  return slide('convolve', a!, b!, mode);
}

/** The correlation of two vectors: the convolution with the second one reversed (jnp.correlate). */
export function correlate(x: TensorLike, y: TensorLike, { mode = 'valid' }: { readonly mode?: ConvolutionMode } = {}): Tensor {
  const [a, b] = promoteFloating('correlate', [x, y]);
  const [n, m] = [vectorSize('correlate', a!), vectorSize('correlate', b!)];
  // The shorter one slides along the longer; where that is the first, the result runs the other way.
  return n >= m ? slide('correlate', a!, flip(b!, 0), mode) : flip(slide('correlate', b!, flip(a!, 0), mode), 0);
}

function aligned(name: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  const [a, b] = promote(name, [x, y]);
  const [n, m] = [vectorSize(name, a!), vectorSize(name, b!)];
  const front = (of: Tensor, missing: number): Tensor => (missing > 0 ? concatenate([zeros([missing], of.dtype), of], 0) : of);
  return [front(a!, m - n), front(b!, n - m)];
}

/** The sum of two polynomials, leading coefficients first (jnp.polyadd). */
export const polyadd = (x: TensorLike, y: TensorLike): Tensor => add(...aligned('polyadd', x, y));
/** The difference of two polynomials (jnp.polysub). */
export const polysub = (x: TensorLike, y: TensorLike): Tensor => sub(...aligned('polysub', x, y));
/** The product of two polynomials (jnp.polymul). */
export const polymul = (x: TensorLike, y: TensorLike): Tensor => convolve(x, y);

/** The m-th derivative of a polynomial (jnp.polyder). */
export function polyder(coefficients: TensorLike, m = 1): Tensor {
  const list = toTensor('polyder', coefficients);
  const size = vectorSize('polyder', list);
  if (!Number.isInteger(m) || m < 0) throw new ArgumentError('polyder', 'm', `must be a whole number, not negative, found ${m}`);
  if (m === 0) return list;
  if (m >= size) return zeros([0], list.dtype);
  const kept = sliceAxis(list, 0, 0, size - m);
  const powers = Array.from({ length: m }, (_, k) => sub(size - 1 - k, iota('int32', [size - m])));
  return powers.reduce<Tensor>((product, power) => mul(product, convert(power, list.dtype)), kept);
}

/** The m-th integral of a polynomial with constants 0 (jnp.polyint). */
export function polyint(coefficients: TensorLike, m = 1): Tensor {
  const [list] = promoteFloating('polyint', [coefficients]);
  const size = vectorSize('polyint', list!);
  if (!Number.isInteger(m) || m < 0) throw new ArgumentError('polyint', 'm', `must be a whole number, not negative, found ${m}`);
  let result = list!;
  for (let k = 0; k < m; k++) {
    const powers = convert(sub(size + k, iota('int32', [size + k])), result.dtype);
    result = concatenate([div(result, powers), zeros([1], result.dtype)], 0);
  }
  return result;
}
