import type { Dtype } from '../dtype/dtype.js';
import { isFloating } from '../dtype/dtype.js';
import type { ArrayView } from './kernel.js';
import { computeData, type BigArray, type IntArray } from './number-class.js';

/**
 * Unsigned 32-bit words that order elements as the dtype does, the most significant word first: two for the 64-bit types,
 * one for the others. NaN comes last, and the two zeros are equal.
 */
export function sortWords(x: ArrayView): Uint32Array[] {
  const data = computeData(x);
  if (data instanceof Float64Array) return doubleWords(data);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return bigWords(data, x.dtype);
  if (isFloating(x.dtype)) return [floatWords(data as Float32Array)];
  return [integerWords(data as IntArray)];
}

/** Which of the two 32-bit words of a float64 has the sign: it depends on the machine. */
const highWord = new Uint32Array(Float64Array.of(-1).buffer)[1] === 0xbff00000 ? 1 : 0;

function floatWords(data: Float32Array): Uint32Array {
  const patterns = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const words = new Uint32Array(data.length);
  for (let i = 0; i < words.length; i++) {
    const pattern = patterns[i]!;
    // Negative numbers are larger patterns the smaller they are, and all lie above the positive ones.
    words[i] = data[i] === 0 ? 0x80000000 : data[i] !== data[i] ? 0xffffffff : pattern >= 0x80000000 ? ~pattern : pattern | 0x80000000;
  }
  return words;
}

function doubleWords(data: Float64Array): Uint32Array[] {
  const patterns = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
  const high = new Uint32Array(data.length);
  const low = new Uint32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const upper = patterns[2 * i + highWord]!;
    const lower = patterns[2 * i + 1 - highWord]!;
    const isSpecial = data[i] === 0 || data[i] !== data[i];
    const isNegative = upper >= 0x80000000;
    high[i] = data[i] === 0 ? 0x80000000 : isSpecial ? 0xffffffff : isNegative ? ~upper : upper | 0x80000000;
    low[i] = isSpecial ? 0 : isNegative ? ~lower : lower;
  }
  return [high, low];
}

function bigWords(data: BigArray, dtype: Dtype): Uint32Array[] {
  const high = new Uint32Array(data.length);
  const low = new Uint32Array(data.length);
  const lift = dtype === 'int64' ? 0x80000000 : 0;
  for (let i = 0; i < data.length; i++) {
    high[i] = Number(data[i]! >> 32n) + lift;
    low[i] = Number(data[i]! & 0xffffffffn);
  }
  return [high, low];
}

function integerWords(data: IntArray): Uint32Array {
  const isSigned = data instanceof Int8Array || data instanceof Int16Array || data instanceof Int32Array;
  const lift = isSigned ? 0x80000000 : 0;
  const words = new Uint32Array(data.length);
  for (let i = 0; i < words.length; i++) words[i] = data[i]! + lift;
  return words;
}
