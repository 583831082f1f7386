import { type Dtype, type TypedArray } from '../dtype/dtype.js';
import type { ConvParams } from '../primitives/params.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';
import { copyStrided, type StridedRegion } from './copy.js';
import { Odometer, rowMajorStrides } from './strides.js';

/** The places of an axis at which one tap of the kernel meets an element: evenly spaced in the result and in the operand. */
interface Meeting {
  readonly count: number;
  readonly place: number;
  readonly placeStep: number;
  readonly element: number;
  readonly elementStep: number;
}

/** One spatial axis of a convolution. */
export interface ConvAxis {
  readonly size: number;
  readonly taps: number;
  readonly places: number;
  readonly stride: number;
  readonly low: number;
  readonly lhsDilation: number;
  readonly rhsDilation: number;
}

/** The spatial axes; a convolution without any has one of size 1. */
export function convAxes(sizes: StaticShape, taps: StaticShape, places: StaticShape, params: ConvParams): ConvAxis[] {
  if (sizes.length === 0) return [{ size: 1, taps: 1, places: 1, stride: 1, low: 0, lhsDilation: 1, rhsDilation: 1 }];
  return sizes.map((size, axis) => ({
    size,
    taps: taps[axis]!,
    places: places[axis]!,
    stride: params.strides[axis]!,
    low: params.padding[axis]![0],
    lhsDilation: params.lhsDilation[axis]!,
    rhsDilation: params.rhsDilation[axis]!,
  }));
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/**
 * Where a tap meets elements among the places from `first` up to `end`. At place o the tap stands over position
 * o * stride + tap * rhsDilation - low of the dilated operand; every lhsDilation-th position holds an element.
 */
export function meetingOf({ size, stride, low, lhsDilation, rhsDilation }: ConvAxis, tap: number, first: number, end: number): Meeting {
  const shift = tap * rhsDilation - low;
  const common = greatestCommonDivisor(stride, lhsDilation);
  const placeStep = lhsDilation / common;
  const lowest = Math.max(first, Math.ceil(-shift / stride));
  let place = lowest;
  while (place < lowest + placeStep && (place * stride + shift) % lhsDilation !== 0) place++;
  const element = (place * stride + shift) / lhsDilation;
  const elementStep = stride / common;
  const missed = place === lowest + placeStep;
  const fitting = Math.min(Math.ceil((end - place) / placeStep), Math.ceil((size - element) / elementStep));
  return { count: missed ? 0 : Math.max(0, fitting), place, placeStep, element, elementStep };
}

/** The taps of a kernel, each with its index along every axis, in row-major order. */
function* tapsOf(axes: readonly ConvAxis[]): Generator<readonly number[]> {
  const count = sizeOf(axes.map(({ taps }) => taps));
  for (let flat = 0; flat < count; flat++) {
    let rest = flat;
    const tap = new Array<number>(axes.length);
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      tap[axis] = rest % axes[axis]!.taps;
      rest = Math.floor(rest / axes[axis]!.taps);
    }
    yield tap;
  }
}

/** The channels of one example and group, and the places along the first axis for which patches are wanted. */
export interface PatchRegion {
  readonly data: TypedArray;
  readonly offset: number;
  readonly channels: number;
  readonly firstRow: number;
  readonly endRow: number;
}

/** What lies next to each other in patches: the places of a tap, or the taps of a place. */
export type PatchOrder = 'places' | 'taps';

/** Fills `patches`, (channels, taps, places) or (places, channels, taps): what each tap sees at each place, zero where there is no element. */
export function fillPatches(dtype: Dtype, axes: readonly ConvAxis[], region: PatchRegion, patches: TypedArray, order: PatchOrder = 'places'): void {
  if (order === 'places') fillRuns(dtype, axes, region, patches, (taps, places) => ({ channel: taps * places, tap: places }));
  else {
    // At place o a tap t sees position o * stride + t * dilation - low: places and taps change roles with stride and dilation.
    const [first, ...rest] = axes.map(({ places, taps, stride, rhsDilation, ...axis }): ConvAxis => ({ ...axis, places: taps, taps: places, stride: rhsDilation, rhsDilation: stride }));
    const rows = region.endRow - region.firstRow;
    const swapped = [{ ...first!, taps: rows, low: first!.low - region.firstRow * first!.rhsDilation }, ...rest];
    fillRuns(dtype, swapped, { ...region, firstRow: 0, endRow: first!.places }, patches, (places, taps) => ({ channel: taps, tap: region.channels * taps }));
  }
}

/** How far it is in the patches from channel to channel and from tap to tap. */
type PatchSteps = (taps: number, places: number) => { readonly channel: number; readonly tap: number };

function fillRuns(dtype: Dtype, axes: readonly ConvAxis[], region: PatchRegion, patches: TypedArray, stepsOf: PatchSteps): void {
  const { data, offset, channels, firstRow, endRow } = region;
  const sizes = axes.map(({ size }) => size);
  const places = axes.map((axis, i) => (i === 0 ? endRow - firstRow : axis.places));
  const tapCount = sizeOf(axes.map(({ taps }) => taps));
  const steps = stepsOf(tapCount, sizeOf(places));
  const elementStrides = rowMajorStrides(sizes);
  const placeStrides = rowMajorStrides(places);
  clear(patches);
  const channelSize = sizeOf(sizes);
  const wide = hasWideRows(axes);
  let tapIndex = 0;
  for (const tap of tapsOf(axes)) {
    const meetings = axes.map((axis, i) => (i === 0 ? meetingOf(axis, tap[i]!, firstRow, endRow) : meetingOf(axis, tap[i]!, 0, axis.places)));
    const source = {
      data,
      offset: meetings.reduce((sum, { element }, i) => sum + element * elementStrides[i]!, offset),
      strides: [channelSize, ...meetings.map(({ elementStep }, i) => elementStep * elementStrides[i]!)],
    };
    const target = {
      data: patches,
      offset: meetings.reduce((sum, { place }, i) => sum + (i === 0 ? place - firstRow : place) * placeStrides[i]!, tapIndex * steps.tap),
      strides: [steps.channel, ...meetings.map(({ placeStep }, i) => placeStep * placeStrides[i]!)],
    };
    const counts = [channels, ...meetings.map(({ count }) => count)];
    if (wide) copyWideRows(dtype, axes.at(-1)!.size, counts, source, target);
    else copyStrided(dtype, counts, source, target);
    tapIndex++;
  }
}

/** Whether rows of places are rows of elements, shifted: then many rows can be copied as one run. */
function hasWideRows(axes: readonly ConvAxis[]): boolean {
  const last = axes.slice(-2);
  return last.length === 2 && last.every(({ stride, lhsDilation }) => stride === 1 && lhsDilation === 1) && last[1]!.places === last[1]!.size;
}

/**
 * Copies the last two axes as one run from the first element to the last, and clears what came along between the rows. An element's place in its
 * row and that of its copy differ by the same number in all rows, so that the elements between are those that the copy has no place for.
 */
function copyWideRows(dtype: Dtype, width: number, counts: readonly number[], source: StridedRegion, target: StridedRegion): void {
  const [rows, columns] = counts.slice(-2) as [number, number];
  if (counts.includes(0)) return;
  const outer = counts.slice(0, -2);
  const run = (rows - 1) * width + columns;
  const along = ({ data, offset, strides }: StridedRegion): StridedRegion => ({ data, offset, strides: [...strides.slice(0, outer.length), 1] });
  copyStrided(dtype, [...outer, run], along(source), along(target));
  if (columns === width) return;
  const cleared = new Odometer({ sizes: outer, strides: [target.strides.slice(0, outer.length)] }, [target.offset]);
  do {
    clearColumns(target.data, cleared.offsets[0]! + columns, rows - 1, width, width - columns);
  } while (cleared.advance());
}

/** A few elements of each row: a call of `fill` costs as much as some dozens of them. */
function clearColumns(data: TypedArray, start: number, rows: number, width: number, count: number): void {
  const zero = data instanceof BigInt64Array || data instanceof BigUint64Array ? 0n : 0;
  for (let row = 0, first = start; row < rows; row++, first += width) {
    for (let at = first; at < first + count; at++) data[at] = zero;
  }
}

function clear(data: TypedArray): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(0n);
  else data.fill(0);
}
