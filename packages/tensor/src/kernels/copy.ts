import { bytesPerElement, type Dtype, type TypedArray } from '../dtype/dtype.js';
import { collapse, Odometer, type LoopNest, type Strides } from './strides.js';

/** Arrays whose elements are copied bit by bit. */
type RawArray = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** One side of a copy: strides in elements of the data, by axis. */
export interface StridedRegion {
  readonly data: TypedArray;
  readonly offset: number;
  readonly strides: Strides;
}

/** Shorter runs of elements are copied one by one: a call of `set` costs as much as some dozens of them. */
const shortestRun = 48;
/** The side of the square blocks in which a transposition goes, so that both sides stay in the cache. */
const blockSide = 32;

/**
 * Copies the elements of one region, an array of `sizes`, to another. Elements are moved as bits: as whole numbers of
 * their width, 64-bit integers as two halves, so that no NaN pattern changes and no BigInt is made.
 */
export function copyStrided(dtype: Dtype, sizes: readonly number[], source: StridedRegion, target: StridedRegion): void {
  if (sizes.includes(0)) return;
  const width = rawWidth(dtype);
  const strides = width === 1 ? [source.strides, target.strides] : [source, target].map((side) => [...side.strides.map((stride) => width * stride), 1]);
  const nest = collapse(width === 1 ? sizes : [...sizes, width], strides);
  copyNest(nest, rawData(source.data, dtype), source.offset * width, rawData(target.data, dtype), target.offset * width);
}

/** How many elements of the raw array hold one of `dtype`. */
const rawWidth = (dtype: Dtype): 1 | 2 => (bytesPerElement(dtype) === 8 && dtype !== 'float64' ? 2 : 1);

function rawData(data: TypedArray, dtype: Dtype): RawArray {
  const { buffer, byteOffset, length } = data;
  if (dtype === 'float64') return data as Float64Array;
  switch (bytesPerElement(dtype)) {
    case 1:
      return new Uint8Array(buffer, byteOffset, length);
    case 2:
      return new Uint16Array(buffer, byteOffset, length);
    case 4:
      return new Int32Array(buffer, byteOffset, length);
    case 8:
      return new Int32Array(buffer, byteOffset, 2 * length);
  }
}

/** Slices of an axis to copy: each goes from one place along the axis to another. */
export interface SliceMoves {
  readonly count: number;
  readonly inner: number;
  /** By move; undefined is 0, 1, 2, ... */
  readonly from: Int32Array | undefined;
  readonly to: Int32Array | undefined;
}

/**
 * Copies slices of `inner` elements at the places given for each, the later ones over the earlier ones. Slices that go
 * to (or come from) beyond the size of that side's axis are left out.
 *
 * @param outer how many times all this is done, each time one block of the source and of the target further
 */
export function moveSlices(dtype: Dtype, outer: number, { count, inner, from, to }: SliceMoves, source: TypedArray, sourceSize: number, target: TypedArray, targetSize: number): void {
  const width = inner * rawWidth(dtype);
  const rawSource = rawData(source, dtype);
  const rawTarget = rawData(target, dtype);
  for (let block = 0; block < outer; block++) {
    for (let i = 0; i < count; i++) {
      const fromIndex = from === undefined ? i : from[i]!;
      const toIndex = to === undefined ? i : to[i]!;
      if (fromIndex < 0 || fromIndex >= sourceSize || toIndex < 0 || toIndex >= targetSize) continue;
      const fromStart = (block * sourceSize + fromIndex) * width;
      const toStart = (block * targetSize + toIndex) * width;
      if (width >= shortestRun) rawTarget.set(rawSource.subarray(fromStart, fromStart + width), toStart);
      else for (let lane = 0; lane < width; lane++) rawTarget[toStart + lane] = rawSource[fromStart + lane]!;
    }
  }
}

function copyNest(nest: LoopNest, source: RawArray, sourceStart: number, target: RawArray, targetStart: number): void {
  const { sizes, strides } = forTheCache(nest);
  const rank = sizes.length;
  const inner = rank - 1;
  const [from, to] = strides as readonly [Strides, Strides];
  const columns = rank > 0 ? sizes[inner]! : 1;
  const isRun = rank === 0 || (from[inner] === 1 && to[inner] === 1 && columns >= shortestRun);
  const around = isRun ? Math.max(0, rank - 1) : Math.max(0, rank - 2);
  const odometer = new Odometer({ sizes: sizes.slice(0, around), strides: strides.map((side) => side.slice(0, around)) }, [sourceStart, targetStart]);
  const { offsets } = odometer;
  const rows = rank >= 2 ? sizes[inner - 1]! : 1;
  const fromRow = rank >= 2 ? from[inner - 1]! : 0;
  const toRow = rank >= 2 ? to[inner - 1]! : 0;
  const isTransposed = rank >= 2 && fromRow === 1 && from[inner] !== 1;
  do {
    const fromStart = offsets[0]!;
    const toStart = offsets[1]!;
    if (isRun) target.set(source.subarray(fromStart, fromStart + columns), toStart);
    else if (isTransposed) copyBlocks(rows, columns, source, fromStart, fromRow, from[inner]!, target, toStart, toRow, to[inner]!);
    else copyRows(rows, columns, source, fromStart, fromRow, from[inner]!, target, toStart, toRow, to[inner]!);
  } while (odometer.advance());
}

/**
 * The loops in an order that suits the cache: where the innermost one jumps in the source, the loop that walks the source
 * comes next to it, and the two go in blocks.
 */
function forTheCache(nest: LoopNest): LoopNest {
  const inner = nest.sizes.length - 1;
  const from = nest.strides[0]!;
  if (inner < 1 || Math.abs(from[inner]!) <= 1) return nest;
  const walk = from.indexOf(1);
  if (walk < 0) return nest;
  const reorder = (values: readonly number[]): number[] => [...values.filter((_, axis) => axis !== walk && axis !== inner), values[walk]!, values[inner]!];
  return { sizes: reorder(nest.sizes), strides: nest.strides.map(reorder) };
}

function copyRows(
  rows: number, columns: number,
  source: RawArray, sourceStart: number, sourceRow: number, sourceColumn: number,
  target: RawArray, targetStart: number, targetRow: number, targetColumn: number,
): void {
  for (let row = 0; row < rows; row++) {
    let from = sourceStart + row * sourceRow;
    let to = targetStart + row * targetRow;
    for (let column = 0; column < columns; column++, from += sourceColumn, to += targetColumn) target[to] = source[from]!;
  }
}

function copyBlocks(
  rows: number, columns: number,
  source: RawArray, sourceStart: number, sourceRow: number, sourceColumn: number,
  target: RawArray, targetStart: number, targetRow: number, targetColumn: number,
): void {
  for (let row = 0; row < rows; row += blockSide) {
    for (let column = 0; column < columns; column += blockSide) {
      copyRows(
        Math.min(blockSide, rows - row), Math.min(blockSide, columns - column),
        source, sourceStart + row * sourceRow + column * sourceColumn, sourceRow, sourceColumn,
        target, targetStart + row * targetRow + column * targetColumn, targetRow, targetColumn,
      );
    }
  }
}
