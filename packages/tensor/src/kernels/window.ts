import { isFloating, type Dtype, type TypedArray, type TypedArrayOf } from '../dtype/dtype.js';
import type { WindowParams } from '../primitives/params.js';
import { windowedAxes } from '../primitives/window.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';
import type { Kernel } from './kernel.js';
import { allocateCompute, computeData, storeData, unsupported } from './number-class.js';
import { startValue } from './reduce.js';

/** One axis: which element each tap of the window meets at each place, or -1. */
interface TapTable {
  readonly size: number;
  readonly taps: number;
  readonly places: number;
  /** (places, taps). */
  readonly elements: Int32Array;
  /** How far a flat index over the axes that the window moves over goes with an element. */
  readonly step: number;
}

function tapTable(size: number, places: number, axis: number, params: WindowParams): Omit<TapTable, 'step'> {
  const taps = params.dimensions[axis]!;
  const [low] = params.padding[axis]!;
  const [stride, spread, reach] = [params.strides[axis]!, params.baseDilation[axis]!, params.windowDilation[axis]!];
  const elements = new Int32Array(places * taps).fill(-1);
  for (let place = 0; place < places; place++) {
    for (let tap = 0; tap < taps; tap++) {
      const position = place * stride + tap * reach - low;
      const element = position / spread;
      if (Number.isInteger(element) && element >= 0 && element < size) elements[place * taps + tap] = element;
    }
  }
  return { size, taps, places, elements };
}

/** The operand as (outer, span, inner), where the span holds the axes over which the window moves. */
interface Geometry {
  readonly outer: number;
  readonly inner: number;
  readonly span: number;
  readonly places: number;
  readonly taps: number;
  readonly axes: readonly TapTable[];
}

function geometryOf(shape: StaticShape, result: StaticShape, params: WindowParams): Geometry {
  const moved = windowedAxes(params);
  const first = moved[0] ?? 0;
  const end = moved.length === 0 ? 0 : moved.at(-1)! + 1;
  let step = 1;
  const axes: TapTable[] = [];
  for (let axis = end - 1; axis >= first; axis--) {
    const isMoved = moved.includes(axis);
    axes.unshift({ ...tapTable(shape[axis]!, result[axis]!, axis, params), step: isMoved ? step : 0 });
    if (isMoved) step *= shape[axis]!;
  }
  const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
  return {
    outer: product(shape.slice(0, first)),
    inner: product(shape.slice(end)),
    span: product(axes.map(({ size }) => size)),
    places: product(axes.map(({ places }) => places)),
    taps: product(axes.map(({ taps }) => taps)),
    axes,
  };
}

/** What the taps of the window meet at one place. */
interface Meeting {
  /** The element in the span for each tap, or -1. */
  readonly elements: Int32Array;
  /** Its flat index over the axes that the window moves over, or -1. */
  readonly indices: Int32Array;
}

/** Visits the places in row-major order, with the taps of each in row-major order. */
function forEachPlace({ axes, places, taps }: Geometry, visit: (place: number, meeting: Meeting) => void): void {
  const meeting: Meeting = { elements: new Int32Array(taps), indices: new Int32Array(taps) };
  const at = axes.map(() => 0);
  for (let place = 0; place < places; place++) {
    fillMeeting(axes, at, meeting);
    visit(place, meeting);
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      at[axis] = at[axis]! + 1;
      if (at[axis]! < axes[axis]!.places) break;
      at[axis] = 0;
    }
  }
}

function fillMeeting(axes: readonly TapTable[], at: readonly number[], { elements, indices }: Meeting): void {
  let filled = 1;
  elements[0] = 0;
  indices[0] = 0;
  axes.forEach(({ size, taps, elements: table, step }, axis) => {
    // Backwards, so that nothing is overwritten before it has been read.
    for (let one = filled - 1; one >= 0; one--) {
      for (let tap = taps - 1; tap >= 0; tap--) {
        const element = table[at[axis]! * taps + tap]!;
        const isOutside = elements[one]! < 0 || element < 0;
        elements[one * taps + tap] = isOutside ? -1 : elements[one]! * size + element;
        indices[one * taps + tap] = isOutside ? -1 : indices[one]! + element * step;
      }
    }
    filled *= taps;
  });
}

/** Adds the elements of all lanes at one place of the span to `sums`. */
function addLanes(data: TypedArray, { outer, inner, span }: Geometry, element: number, sums: Float64Array): void {
  for (let block = 0, lane = 0; block < outer; block++) {
    const start = (block * span + element) * inner;
    for (let i = 0; i < inner; i++) sums[lane++]! += data[start + i] as number;
  }
}

function addBigLanes(data: TypedArray, { outer, inner, span }: Geometry, element: number, sums: BigInt64Array): void {
  for (let block = 0, lane = 0; block < outer; block++) {
    const start = (block * span + element) * inner;
    for (let i = 0; i < inner; i++) sums[lane++]! += data[start + i] as bigint;
  }
}

/** Puts one element of each lane at a place of the result. */
function storeLanes(lanes: TypedArray, { outer, inner, places }: Geometry, place: number, out: TypedArray): void {
  for (let block = 0, lane = 0; block < outer; block++) {
    const start = (block * places + place) * inner;
    for (let i = 0; i < inner; i++) out[start + i] = lanes[lane++]!;
  }
}

/** Sums are made in float64 (exact for integers of 32 bits, which wrap when they are stored) and rounded once. */
export const windowSumKernel: Kernel<'windowSum'> = ([x], params, [output]) => {
  const { dtype, shape } = output!;
  if (dtype === 'bool') return unsupported('windowSum', dtype);
  const out = allocateCompute(dtype, sizeOf(shape));
  if (out.length === 0) return [storeData(out, dtype)];
  const data = computeData(x!);
  const geometry = geometryOf(x!.shape, shape, params);
  const lanes = geometry.outer * geometry.inner;
  const isBig = dtype === 'int64' || dtype === 'uint64';
  const sums = isBig ? new BigInt64Array(lanes) : new Float64Array(lanes);
  forEachPlace(geometry, (place, { elements }) => {
    if (sums instanceof BigInt64Array) sums.fill(0n);
    else sums.fill(0);
    for (const element of elements) {
      if (element < 0) continue;
      if (sums instanceof BigInt64Array) addBigLanes(data, geometry, element, sums);
      else addLanes(data, geometry, element, sums);
    }
    storeLanes(sums, geometry, place, out);
  });
  return [storeData(out, dtype)];
};

/** The elements chosen so far, one a lane. */
interface Chosen {
  readonly values: TypedArray;
  readonly indices: TypedArrayOf['int32'];
  /** 1 where a NaN has been met. */
  readonly nans: Uint8Array;
}

/** A later element is chosen only where the one before is not at least as large (small). */
function chooseLanes(data: TypedArray, { outer, inner, span }: Geometry, element: number, index: number, largest: boolean, isFirst: boolean, { values, indices, nans }: Chosen): void {
  for (let block = 0, lane = 0; block < outer; block++) {
    const start = (block * span + element) * inner;
    for (let i = 0; i < inner; i++, lane++) {
      const found = data[start + i]!;
      if (found !== found) nans[lane] = 1;
      const before = values[lane]!;
      if (isFirst || !(largest ? before >= found : before <= found)) {
        values[lane] = found;
        indices[lane] = index;
      }
    }
  }
}

/** Padding counts as what is smaller (larger) than all. */
function choosePadding(identity: number | bigint, largest: boolean, isFirst: boolean, { values, indices }: Chosen): void {
  for (let lane = 0; lane < values.length; lane++) {
    const before = values[lane]!;
    if (!isFirst && (largest ? before >= identity : before <= identity)) continue;
    values[lane] = identity;
    indices[lane] = -1;
  }
}

function identityOf(dtype: Dtype, largest: boolean): number | bigint {
  return startValue(largest ? 'reduceMax' : 'reduceMin', dtype);
}

export const windowSelectKernel: Kernel<'windowSelect'> = ([x], params, [output]) => {
  const { dtype, shape } = output!;
  const out = allocateCompute(dtype, sizeOf(shape));
  const places = new Int32Array(out.length);
  if (out.length === 0) return [storeData(out, dtype), places];
  const data = computeData(x!);
  const geometry = geometryOf(x!.shape, shape, params);
  const lanes = geometry.outer * geometry.inner;
  const chosen: Chosen = { values: allocateCompute(dtype, lanes), indices: new Int32Array(lanes), nans: new Uint8Array(lanes) };
  const identity = identityOf(dtype, params.largest);
  forEachPlace(geometry, (place, { elements, indices }) => {
    for (let tap = 0; tap < elements.length; tap++) {
      if (elements[tap]! < 0) choosePadding(identity, params.largest, tap === 0, chosen);
      else chooseLanes(data, geometry, elements[tap]!, indices[tap]!, params.largest, tap === 0, chosen);
    }
    if (isFloating(dtype)) restoreNans(chosen);
    storeLanes(chosen.values, geometry, place, out);
    storeLanes(chosen.indices, geometry, place, places);
  });
  return [storeData(out, dtype), places];
};

/** NaN wins, wherever it stands. */
function restoreNans({ values, nans }: Chosen): void {
  for (let lane = nans.indexOf(1); lane >= 0; lane = nans.indexOf(1, lane + 1)) values[lane] = NaN;
  nans.fill(0);
}
