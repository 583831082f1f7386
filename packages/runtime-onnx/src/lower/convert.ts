/** Conversions between dtypes as XLA defines them; the runtime's own `Cast` of floats to integers neither saturates nor clears NaN. */
import { bytesPerElement, type Dtype, dtypeKind, isBigInt, isFloating, isHalf } from '@flaxon/tensor';
import { cast, clip, isNan, predicate, scalar, where } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';

/** The range of an integer dtype, both ends included. */
export function integerRange(dtype: Dtype): { readonly low: bigint; readonly high: bigint } {
  const bits = BigInt(8 * bytesPerElement(dtype));
  return dtypeKind(dtype) === 'int' ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n } : { low: 0n, high: (1n << bits) - 1n };
}

const withoutNan = (b: GraphBuilder, x: Value): Value => where(b, isNan(b, x), scalar(b, x.dtype, 0), x);

/** Case 1: at most 32 bits: every integer is a float64 number, so clipping there is exact. */
function toNarrow(b: GraphBuilder, x: Value, dtype: Dtype): Value {
  const { low, high } = integerRange(dtype);
  const wide = bytesPerElement(dtype) === 4 ? cast(b, x, 'float64') : x;
  return cast(b, clip(b, withoutNan(b, wide), Number(low), Number(high)), dtype);
}

/** Case 2: 64 bits: the upper end is no float, so what reaches it is chosen apart. */
function toWide(b: GraphBuilder, x: Value, dtype: Dtype): Value {
  const { low, high } = integerRange(dtype);
  const end = Number(high);
  const below = x.dtype === 'float32' ? end * (1 - 2 ** -24) : end * (1 - 2 ** -53);
  const inside = cast(b, clip(b, withoutNan(b, x), Number(low), below), dtype);
  const isAbove = predicate(b, 'GreaterOrEqual', [x, scalar(b, x.dtype, end)]);
  // `Where` has no uint64 kernel: the bits of the largest one are those of -1.
  const carried = where(b, isAbove, scalar(b, 'int64', BigInt.asIntN(64, high)), cast(b, inside, 'int64'));
  return cast(b, carried, dtype);
}

/** `x` in another dtype: floats to integers truncate and saturate, NaN gives 0; anything to bool is `!= 0`. */
export function convertValue(b: GraphBuilder, x: Value, dtype: Dtype): Value {
  if (!isFloating(x.dtype) || isFloating(dtype) || dtype === 'bool') return convertExactly(b, x, dtype);
  const source = isHalf(x.dtype) ? cast(b, x, 'float32') : x;
  return isBigInt(dtype) ? toWide(b, source, dtype) : toNarrow(b, source, dtype);
}



/** 64-bit numbers reach half floats by way of float32, with its rounding. */
function convertExactly(b: GraphBuilder, x: Value, dtype: Dtype): Value {
  if (isHalf(dtype) && x.dtype !== 'float32') return cast(b, cast(b, x, 'float32'), dtype);
  if (isHalf(x.dtype) && dtype === 'float64') return cast(b, cast(b, x, 'float32'), dtype);
  return cast(b, x, dtype);
}
