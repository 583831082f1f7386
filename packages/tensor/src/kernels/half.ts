import { f16round, getFloat16 } from '@petamoriken/float16';

/** The types that are stored as 16-bit patterns and computed in float32. */
export type HalfDtype = 'float16' | 'bfloat16';

/**
 * The values of 16-bit patterns, exactly: every float16 and every bfloat16 is a float32.
 *
 * @param bits patterns of `dtype`
 */
export function toFloat32(bits: Uint16Array, dtype: HalfDtype): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bits.length);
  if (dtype === 'bfloat16') {
    const patterns = new Uint32Array(values.buffer);
    for (let i = 0; i < bits.length; i++) patterns[i] = bits[i]! << 16;
  } else {
    const table = float16Values();
    for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!;
  }
  return values;
}

/** The nearest patterns of `dtype`, ties to even; NaN stays NaN and what is too large becomes infinite. */
export function fromFloat32(values: Float32Array, dtype: HalfDtype): Uint16Array<ArrayBuffer> {
  return dtype === 'bfloat16' ? toBfloat16Bits(values) : toFloat16Bits(values);
}

let float16Table: Float32Array | undefined;

/** The value of each of the 65,536 float16 patterns, made at first use. */
function float16Values(): Float32Array {
  if (float16Table !== undefined) return float16Table;
  const view = new DataView(new ArrayBuffer(2));
  float16Table = new Float32Array(1 << 16);
  for (let pattern = 0; pattern < float16Table.length; pattern++) {
    view.setUint16(0, pattern);
    float16Table[pattern] = getFloat16(view, 0);
  }
  return float16Table;
}

function patternsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

function toBfloat16Bits(values: Float32Array): Uint16Array<ArrayBuffer> {
  const patterns = patternsOf(values);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const pattern = patterns[i]!;
    const isNaN = (pattern & 0x7fffffff) > 0x7f800000;
    // Half of the last place, less one where the kept part is even: a carry into the exponent is the right rounding too.
    bits[i] = isNaN ? (pattern >>> 16) | 0x40 : (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
  }
  return bits;
}

const smallestNormalFloat16 = 0x38800000;
const infinityFloat32 = 0x7f800000;

function toFloat16Bits(values: Float32Array): Uint16Array<ArrayBuffer> {
  const rounded = new Float32Array(values.length);
  for (let i = 0; i < rounded.length; i++) rounded[i] = f16round(values[i]!);
  const patterns = patternsOf(rounded);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = (patterns[i]! >>> 16) & 0x8000;
    const magnitude = patterns[i]! & 0x7fffffff;
    if (magnitude > infinityFloat32) bits[i] = sign | 0x7e00;
    else if (magnitude === infinityFloat32) bits[i] = sign | 0x7c00;
    // The exponent's bias is 127 in float32 and 15 in float16, the fraction 13 bits longer.
    else if (magnitude >= smallestNormalFloat16) bits[i] = sign | ((magnitude - (112 << 23)) >>> 13);
    // Below the normal numbers the pattern counts units of 2^-24.
    else bits[i] = sign | (Math.abs(rounded[i]!) * 0x1000000);
  }
  return bits;
}
