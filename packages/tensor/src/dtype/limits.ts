/** What the numbers of an element type can be (jnp.finfo, jnp.iinfo). */
import { DtypeError } from '../errors/errors.js';
import { bytesPerElement, dtypeKind, isFloating, type Dtype } from './dtype.js';

export interface FloatLimits {
  readonly bits: number;
  /** The distance of 1 to the next number. */
  readonly eps: number;
  /** Half of it: the distance of 1 to the number before. */
  readonly epsneg: number;
  readonly max: number;
  readonly min: number;
  /** The smallest positive normal number. */
  readonly tiny: number;
  readonly smallestSubnormal: number;
  /** Bits of the mantissa that are stored, and of the exponent. */
  readonly nmant: number;
  readonly nexp: number;
}

type FloatDtype = 'float16' | 'bfloat16' | 'float32' | 'float64';
const layouts: { readonly [D in FloatDtype]: readonly [nmant: number, nexp: number] } = { float16: [10, 5], bfloat16: [7, 8], float32: [23, 8], float64: [52, 11] };
const isFloatDtype = (dtype: Dtype): dtype is FloatDtype => isFloating(dtype);

/** The limits of a floating element type (jnp.finfo). @throws DtypeError for another one */
export function finfo(dtype: Dtype): FloatLimits {
  if (!isFloatDtype(dtype)) throw new DtypeError('finfo', [dtype], 'it is not floating; `iinfo` has the limits of integers');
  const [nmant, nexp] = layouts[dtype];
  const highest = 2 ** (nexp - 1) - 1;
  const [eps, tiny] = [2 ** -nmant, 2 ** (1 - highest)];
  const max = (2 - eps) * 2 ** highest;
  return { bits: 8 * bytesPerElement(dtype), eps, epsneg: eps / 2, max, min: -max, tiny, smallestSubnormal: tiny * eps, nmant, nexp };
}

export interface IntegerLimits {
  readonly bits: number;
  readonly min: bigint;
  readonly max: bigint;
}

/** The limits of an integer type (jnp.iinfo). @throws DtypeError for another one */
export function iinfo(dtype: Dtype): IntegerLimits {
  const kind = dtypeKind(dtype);
  if (kind !== 'int' && kind !== 'uint') throw new DtypeError('iinfo', [dtype], 'it is no integer type; `finfo` has the limits of floats');
  const bits = 8 * bytesPerElement(dtype);
  const values = 1n << BigInt(bits);
  return { bits, min: kind === 'int' ? -values / 2n : 0n, max: (kind === 'int' ? values / 2n : values) - 1n };
}
