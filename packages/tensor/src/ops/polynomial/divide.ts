import { finfo } from '../../dtype/limits.js';
import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { concatenate, sliceAxis } from '../shape.js';
import { zeros } from '../create.js';
import { div, mul, sub } from '../elementwise.js';
import { promoteFloating } from '../operand.js';
import { trimSmall } from '../sort/trim-zeros.js';
import { vectorSize } from './polynomial.js';

export interface PolynomialDivisionOptions {
  /** True takes the zeros off the front of the remainder; its size then depends on the values. */
  readonly trimLeadingZeros?: boolean;
}

/**
 * The quotient and the remainder of polynomials, leading coefficients first (jnp.polydiv): `[quotient, remainder]`. The remainder is as long as
 * the dividend, with zeros in front.
 * @throws ArgumentError; ConcretizationError from `trimLeadingZeros` of what is traced.
 */
export function polydiv(dividend: TensorLike, divisor: TensorLike, { trimLeadingZeros = false }: PolynomialDivisionOptions = {}): [quotient: Tensor, remainder: Tensor] {
  const [u, v] = promoteFloating('polydiv', [dividend, divisor]) as [Tensor, Tensor];
  const [length, width] = [vectorSize('polydiv', u), vectorSize('polydiv', v)];
  if (width === 0) throw new ArgumentError('polydiv', 'divisor', 'must have an element at least');
  const scale = div(1, sliceAxis(v, 0, 0, 1));
  const quotient: Tensor[] = [];
  let remainder = u;
  for (let k = 0; k + width <= length; k++) {
    const factor = mul(scale, sliceAxis(remainder, 0, k, k + 1));
    quotient.push(factor);
    const changed = sub(sliceAxis(remainder, 0, k, k + width), mul(factor, v));
    remainder = concatenate([sliceAxis(remainder, 0, 0, k), changed, sliceAxis(remainder, 0, k + width, length)], 0);
  }
  const found = quotient.length === 0 ? zeros([1], u.dtype) : concatenate(quotient, 0);
  return [found, trimLeadingZeros ? trimSmall('polydiv with `trimLeadingZeros`', remainder, Math.sqrt(finfo(u.dtype).eps), { trim: 'f' }) : remainder];
}
