/** Shifts as XLA defines them: by the width or more, or by a negative number, everything is moved out. */
import { bytesPerElement, type Dtype } from '@flaxon/tensor';
import { cast, elementwise, lessThan, scalar, shift } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, type Value } from '../graph/graph.js';
import { choose } from './choose.js';
import type { ElementwiseNodes } from './context.js';

/** The unsigned dtype with a `BitShift` kernel in which a shift runs; 16-bit integers have none of their own width. */
const shiftTypes: { readonly [D in Dtype]?: { readonly unsigned: Dtype; readonly carrier: Dtype } } = {
  int8: { unsigned: 'uint8', carrier: 'uint8' },
  uint8: { unsigned: 'uint8', carrier: 'uint8' },
  int16: { unsigned: 'uint16', carrier: 'uint32' },
  uint16: { unsigned: 'uint16', carrier: 'uint32' },
  int32: { unsigned: 'uint32', carrier: 'uint32' },
  uint32: { unsigned: 'uint32', carrier: 'uint32' },
  int64: { unsigned: 'uint64', carrier: 'uint64' },
  uint64: { unsigned: 'uint64', carrier: 'uint64' },
};

const widthOf = (dtype: Dtype): number => 8 * bytesPerElement(dtype);

/** The bits of an integer as an unsigned one, with zeros in front up to the carrier's width. */
function toCarrier(b: GraphBuilder, x: Value): Value {
  const { unsigned, carrier } = shiftTypes[x.dtype]!;
  return cast(b, cast(b, x, unsigned), carrier);
}

/** True where every shift is known to be from 0 to the width less one. */
function isShort(shifts: Value): boolean {
  const data = constantData(shifts);
  return data !== undefined && Array.from(data.data, Number).every((count) => count >= 0 && count < widthOf(shifts.dtype));
}

/** A logical shift; zero where the count is as large as the width (a negative count is large as an unsigned one). */
function shiftBits(b: GraphBuilder, direction: 'LEFT' | 'RIGHT', x: Value, count: Value): Value {
  const bits = toCarrier(b, x);
  const places = toCarrier(b, count);
  const shifted = cast(b, shift(b, direction, bits, places), x.dtype);
  if (isShort(count)) return shifted;
  return choose(b, lessThan(b, places, widthOf(x.dtype)), shifted, scalar(b, x.dtype, 0));
}

export const shiftLeft: ElementwiseNodes = (b, [x, count]) => shiftBits(b, 'LEFT', x!, count!);
export const shiftRightLogical: ElementwiseNodes = (b, [x, count]) => shiftBits(b, 'RIGHT', x!, count!);

const signedOf: { readonly [D in Dtype]?: Dtype } = { uint8: 'int8', uint16: 'int16', uint32: 'int32', uint64: 'int64' };

/** Negative numbers are turned over, shifted and turned back: what comes in from the left is the sign. */
export const shiftRightArithmetic: ElementwiseNodes = (b, [x, count]) => {
  const signed = cast(b, x!, signedOf[x!.dtype] ?? x!.dtype);
  const mask = choose(b, lessThan(b, signed, 0), scalar(b, signed.dtype, -1), scalar(b, signed.dtype, 0));
  const turned = elementwise(b, 'BitwiseXor', [signed, mask]);
  const shifted = shiftBits(b, 'RIGHT', turned, cast(b, count!, signed.dtype));
  return cast(b, elementwise(b, 'BitwiseXor', [shifted, mask]), x!.dtype);
};
