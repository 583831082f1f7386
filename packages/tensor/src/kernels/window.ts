import type { TypedArray } from '../dtype/dtype.js';
import { sizeOf } from '../shape/shape.js';
import type { Kernel } from './kernel.js';
import { allocateCompute, computeData, storeData, unsupported } from './number-class.js';
import { startValue } from './reduce.js';
import { forEachPlaces, type Geometry, geometryOf, type Meetings } from './window-geometry.js';

/** From so many elements behind each other, which see the same taps, a tap is met by all of them before the next one. */
const fewLanes = 4;

/** Sums are made in float64 (exact for integers of 32 bits, which wrap when they are stored) and rounded once. */
function sumNumbers(data: TypedArray, { outer, inner, span, places, taps }: Geometry, { first, count, elements }: Meetings, out: TypedArray): void {
  for (let block = 0; block < outer; block++) {
    const start = block * span * inner;
    let to = (block * places + first) * inner;
    for (let at = 0; at < count * taps; at += taps) {
      for (let lane = start; lane < start + inner; lane++) {
        let sum = 0;
        for (let tap = at; tap < at + taps; tap++) {
          const element = elements[tap]!;
          if (element >= 0) sum += data[lane + element * inner] as number;
        }
        out[to++] = sum;
      }
    }
  }
}

/** As `sumNumbers`, tap by tap. */
function sumLanes(data: TypedArray, { outer, inner, span, places, taps }: Geometry, { first, count, elements }: Meetings, out: TypedArray): void {
  const sums = new Float64Array(inner);
  for (let block = 0; block < outer; block++) {
    const start = block * span * inner;
    let to = (block * places + first) * inner;
    for (let at = 0; at < count * taps; at += taps, to += inner) {
      sums.fill(0);
      for (let tap = at; tap < at + taps; tap++) {
        const element = elements[tap]!;
        if (element < 0) continue;
        for (let lane = 0, from = start + element * inner; lane < inner; lane++, from++) sums[lane] = sums[lane]! + (data[from] as number);
      }
      for (let lane = 0; lane < inner; lane++) out[to + lane] = sums[lane]!;
    }
  }
}

function sumBigs(data: TypedArray, { outer, inner, span, places, taps }: Geometry, { first, count, elements }: Meetings, out: TypedArray): void {
  for (let block = 0; block < outer; block++) {
    const start = block * span * inner;
    let to = (block * places + first) * inner;
    for (let at = 0; at < count * taps; at += taps) {
      for (let lane = start; lane < start + inner; lane++) {
        let sum = 0n;
        for (let tap = at; tap < at + taps; tap++) {
          const element = elements[tap]!;
          if (element >= 0) sum += data[lane + element * inner] as bigint;
        }
        out[to++] = sum;
      }
    }
  }
}

export const windowSumKernel: Kernel<'windowSum'> = ([x], params, [output]) => {
  const { dtype, shape } = output!;
  if (dtype === 'bool') return unsupported('windowSum', dtype);
  const out = allocateCompute(dtype, sizeOf(shape));
  if (out.length === 0) return [storeData(out, dtype)];
  const data = computeData(x!);
  const geometry = geometryOf(x!.shape, shape, params);
  const sumOfNumbers = geometry.inner < fewLanes ? sumNumbers : sumLanes;
  const sum = dtype === 'int64' || dtype === 'uint64' ? sumBigs : sumOfNumbers;
  forEachPlaces(geometry, (meetings) => sum(data, geometry, meetings, out));
  return [storeData(out, dtype)];
};

interface Choice {
  readonly largest: boolean;
  /** What padding counts as, not larger (smaller) than any number; in an array, as a number outside of one would have to be unpacked for each tap. */
  readonly identity: TypedArray;
}

/** A later element is chosen only where the one before is not at least as large (small). NaN wins, wherever it stands. */
function choose(data: TypedArray, { outer, inner, span, places, taps }: Geometry, { first, count, elements, indices }: Meetings, { largest, identity }: Choice, out: TypedArray, chosen: Int32Array): void {
  for (let block = 0; block < outer; block++) {
    const start = block * span * inner;
    let to = (block * places + first) * inner;
    for (let at = 0; at < count * taps; at += taps) {
      for (let lane = start; lane < start + inner; lane++) {
        let best = elements[at]! < 0 ? identity[0]! : data[lane + elements[at]! * inner]!;
        let index = indices[at]!;
        let hasNan = best !== best;
        for (let tap = at + 1; tap < at + taps; tap++) {
          const element = elements[tap]!;
          const found = element < 0 ? identity[0]! : data[lane + element * inner]!;
          if (largest ? best >= found : best <= found) continue;
          best = found;
          index = indices[tap]!;
          if (found !== found) hasNan = true;
        }
        out[to] = hasNan ? NaN : best;
        chosen[to++] = index;
      }
    }
  }
}

/** As `choose`, tap by tap. */
function chooseLanes(data: TypedArray, { outer, inner, span, places, taps }: Geometry, { first, count, elements, indices }: Meetings, { largest, identity }: Choice, out: TypedArray, chosen: Int32Array): void {
  const isNan = new Uint8Array(inner);
  for (let block = 0; block < outer; block++) {
    const start = block * span * inner;
    let to = (block * places + first) * inner;
    for (let at = 0; at < count * taps; at += taps, to += inner) {
      let hasNan = false;
      for (let tap = at; tap < at + taps; tap++) {
        const element = elements[tap]!;
        const index = indices[tap]!;
        const from = start + element * inner;
        for (let lane = 0; lane < inner; lane++) {
          const found = element < 0 ? identity[0]! : data[from + lane]!;
          const best = out[to + lane]!;
          if (tap > at && (largest ? best >= found : best <= found)) continue;
          out[to + lane] = found;
          chosen[to + lane] = index;
          if (found !== found) {
            isNan[lane] = 1;
            hasNan = true;
          }
        }
      }
      if (!hasNan) continue;
      for (let lane = 0; lane < inner; lane++) if (isNan[lane] === 1) out[to + lane] = NaN;
      isNan.fill(0);
    }
  }
}

export const windowSelectKernel: Kernel<'windowSelect'> = ([x], params, [output]) => {
  const { dtype, shape } = output!;
  const out = allocateCompute(dtype, sizeOf(shape));
  const chosen = new Int32Array(out.length);
  if (out.length === 0) return [storeData(out, dtype), chosen];
  const data = computeData(x!);
  const geometry = geometryOf(x!.shape, shape, params);
  const identity = allocateCompute(dtype, 1);
  identity[0] = startValue(params.largest ? 'reduceMax' : 'reduceMin', dtype);
  const choice: Choice = { largest: params.largest, identity };
  const chooseBest = geometry.inner < fewLanes ? choose : chooseLanes;
  forEachPlaces(geometry, (meetings) => chooseBest(data, geometry, meetings, choice, out, chosen));
  return [storeData(out, dtype), chosen];
};
