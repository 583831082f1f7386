import type { Dtype, TypedArray } from '../dtype/dtype.js';
import { rawData, rawWidth, shortestRun, type RawArray } from './copy.js';

/** source (outer, size, inner) to target (outer, places, inner): slice `i` of the target is slice `places[i]` of the source. */
export function takeSlices(dtype: Dtype, outer: number, inner: number, source: TypedArray, size: number, places: Int32Array, target: TypedArray): void {
  const width = inner * rawWidth(dtype);
  const from = rawData(source, dtype);
  const to = rawData(target, dtype);
  for (let block = 0; block < outer; block++) {
    const start = block * size * width;
    const targetStart = block * places.length * width;
    if (width === 1) takeElements(from, start, places, to, targetStart);
    else for (let i = 0; i < places.length; i++) copyRun(width, from, start + places[i]! * width, to, targetStart + i * width);
  }
}

function takeElements(source: RawArray, start: number, places: Int32Array, target: RawArray, targetStart: number): void {
  for (let i = 0; i < places.length; i++) target[targetStart + i] = source[start + places[i]!]!;
}

/**
 * source (outer, places, inner) into target (outer, size, inner): slice `i` of the source goes to slice `places[i]` of the
 * target, later ones over earlier ones; places beyond the axis are left out.
 */
export function putSlices(dtype: Dtype, outer: number, inner: number, source: TypedArray, places: Int32Array, target: TypedArray, size: number): void {
  const width = inner * rawWidth(dtype);
  const from = rawData(source, dtype);
  const to = rawData(target, dtype);
  for (let block = 0; block < outer; block++) {
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      if (place < 0 || place >= size) continue;
      copyRun(width, from, (block * places.length + i) * width, to, (block * size + place) * width);
    }
  }
}

function copyRun(width: number, source: RawArray, from: number, target: RawArray, to: number): void {
  if (width >= shortestRun) target.set(source.subarray(from, from + width), to);
  else for (let lane = 0; lane < width; lane++) target[to + lane] = source[from + lane]!;
}
