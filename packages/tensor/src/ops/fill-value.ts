import { isFloating, type Dtype } from '../dtype/dtype.js';

/** The smallest (unsigned: largest) number of an integer dtype, NaN of a floating one (lax.GatherScatterMode.FILL_OR_DROP). */
export function fillValue(dtype: Dtype): number | bigint | boolean {
  if (isFloating(dtype)) return NaN;
  if (dtype === 'bool') return true;
  const bits = BigInt(/\d+/.exec(dtype)![0]);
  const value = dtype.startsWith('u') ? (1n << bits) - 1n : -(1n << (bits - 1n));
  return bits === 64n ? value : Number(value);
}
