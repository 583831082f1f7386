import { add, mul } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import type { Tensor } from '../tensor/tensor.js';
import type { FloatDtype } from './float-format.js';

/** The number in a concrete tensor of one element; undefined for others. */
export function knownNumber(x: Tensor): number | undefined {
  if (x.isTraced || x.rank > 0) return undefined;
  return Number(x.item());
}

const isPowerOfTwo = (x: number): boolean => Number.isInteger(Math.log2(Math.abs(x))) && 2 ** Math.log2(Math.abs(x)) === Math.abs(x);

/**
 * a * b + c as XLA computes it on a CPU: in float32 with one rounding, as a fused multiply-add; in the other dtypes with a
 * rounding after each step. (The one of float64 is fused there too; no wider type is at hand.)
 */
export function fusedMultiplyAdd(a: Tensor, b: Tensor, c: Tensor, dtype: FloatDtype): Tensor {
  const factor = knownNumber(b);
  const summand = knownNumber(c);
  if (summand === 0) return factor === 1 ? a : mul(a, b);
  // A product with a power of two is exact, so that its sum rounds once as it is.
  if (dtype !== 'float32' || (factor !== undefined && isPowerOfTwo(factor))) return add(mul(a, b), c);
  const wide = (x: Tensor): Tensor => convert(x, 'float64');
  return convert(add(mul(wide(a), wide(b)), wide(c)), 'float32');
}
