import type { FloatArray } from './number-class.js';

/*
 * Sums whose rounding error grows with the logarithm of the count: halves are added up apart (Higham, "The accuracy of
 * floating point summation", 1993). All additions are in float64.
 */

const shortCount = 128;

/** The sum of `count` elements, `stride` apart. */
export function pairwiseSum(data: FloatArray, start: number, count: number, stride: number): number {
  if (count <= shortCount) return shortSum(data, start, count, stride);
  const half = count >> 1;
  return pairwiseSum(data, start, half, stride) + pairwiseSum(data, start + half * stride, count - half, stride);
}

/** Four sums side by side, because an addition takes longer to end than to start. */
function shortSum(data: FloatArray, start: number, count: number, stride: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = start;
  let i = 0;
  for (; i + 4 <= count; i += 4, at += 4 * stride) {
    a += data[at]!;
    b += data[at + stride]!;
    c += data[at + 2 * stride]!;
    d += data[at + 3 * stride]!;
  }
  for (; i < count; i++, at += stride) a += data[at]!;
  return a + b + (c + d);
}

/** Adds `count` rows of `width` elements, strided, to the row of sums at `outStart`. */
export function addRows(data: FloatArray, start: number, count: number, rowStride: number, width: number, laneStride: number, out: Float64Array, outStart: number): void {
  if (count > shortCount) {
    const half = count >> 1;
    addRows(data, start, half, rowStride, width, laneStride, out, outStart);
    const second = new Float64Array(width);
    addRows(data, start + half * rowStride, count - half, rowStride, width, laneStride, second, 0);
    for (let lane = 0; lane < width; lane++) out[outStart + lane]! += second[lane]!;
    return;
  }
  for (let i = 0; i < count; i++) {
    for (let lane = 0, at = start + i * rowStride, to = outStart; lane < width; lane++, at += laneStride, to++) out[to]! += data[at]!;
  }
}
