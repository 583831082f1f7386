import type { Dtype } from '../dtype/dtype.js';
import { finfo } from '../dtype/limits.js';
import { DtypeError } from '../errors/errors.js';
import { convert } from '../ops/operand.js';
import { abs, add, equal, mul, neg, where } from '../ops/elementwise.js';
import { requireDtypeName } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

export type FloatDtype = 'float16' | 'bfloat16' | 'float32' | 'float64';

interface FloatFormat {
  /** Explicit bits of the significand. */
  readonly fractionBits: number;
  /** The least normal number. */
  readonly tiny: number;
  /** The least number above 0. */
  readonly smallest: number;
}

const formats: { readonly [D in FloatDtype]: FloatFormat } = {
  float16: { fractionBits: 10, tiny: 2 ** -14, smallest: 2 ** -24 },
  bfloat16: { fractionBits: 7, tiny: 2 ** -126, smallest: 2 ** -133 },
  float32: { fractionBits: 23, tiny: 2 ** -126, smallest: 2 ** -149 },
  float64: { fractionBits: 52, tiny: 2 ** -1022, smallest: 2 ** -1074 },
};

export const fractionBits = (dtype: FloatDtype): number => formats[dtype].fractionBits;
export const tiny = (dtype: FloatDtype): number => formats[dtype].tiny;
/** The distance from 1 to the next number above. */
export const epsilon = (dtype: FloatDtype): number => 2 ** -formats[dtype].fractionBits;
/** The number below 1; its negative is the least number above -1. */
export const belowOne = (dtype: FloatDtype): number => 1 - epsilon(dtype) / 2;

/** @throws ArgumentError if `dtype` is no dtype, DtypeError if it is not a floating one. */
export function requireFloatDtype(operation: string, dtype: Dtype): FloatDtype {
  requireDtypeName(operation, dtype);
  if (Object.hasOwn(formats, dtype)) return dtype as FloatDtype;
  throw new DtypeError(operation, [dtype], `\`dtype\` must be one of ${Object.keys(formats).join(', ')}`);
}

/**
 * The least number of the dtype above each of x (nextafter towards infinity).
 *
 * By arithmetic, as S. Rump, P. Zimmermann, S. Boldo, G. Melquiond, "Computing predecessor and successor in rounding to
 * nearest" (2009), so that it traces: x + u (1 + 2u) |x| rounds to the neighbour.
 */
export function nextAbove(x: Tensor, dtype: FloatDtype): Tensor {
  const unit = epsilon(dtype) / 2;
  const wide = convert(x, 'float64');
  const step = add(mul(abs(wide), unit * (1 + 2 * unit)), formats[dtype].smallest);
  // Above minus infinity is the least finite number; the sum there is no number.
  return convert(where(equal(wide, -Infinity), finfo(dtype).min, add(wide, step)), dtype);
}

/** The greatest number of the dtype below each of x. */
export const nextBelow = (x: Tensor, dtype: FloatDtype): Tensor => neg(nextAbove(neg(x), dtype));
