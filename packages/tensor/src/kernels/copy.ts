import { bytesPerElement, type Dtype, type TypedArray } from '../dtype/dtype.js';
import { collapse, Odometer, type LoopNest, type Strides } from './strides.js';
import { transposeVectors } from './transpose-vectors.js';

/** Arrays whose elements are copied bit by bit. */
export type RawArray = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** One side of a copy: strides in elements of the data, by axis. */
export interface StridedRegion {
  readonly data: TypedArray;
  readonly offset: number;
  readonly strides: Strides;
}

/** Shorter runs of elements are copied one by one: a call of `set` costs as much as some dozens of them. */
export const shortestRun = 48;
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
export const rawWidth = (dtype: Dtype): 1 | 2 => (bytesPerElement(dtype) === 8 && dtype !== 'float64' ? 2 : 1);

/** The same memory as an array whose elements can be copied without change. */
export function rawData(data: TypedArray, dtype: Dtype): RawArray {
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
    else if (isTransposed && transposed(rows, columns, source, fromStart, from[inner]!, target, toStart, toRow, to[inner]!)) continue;
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

/** Lines of the source as columns of the target, by vectors; false where there are none for it. */
const transposed = (
  rows: number, columns: number, source: RawArray, sourceStart: number, sourceColumn: number, target: RawArray, targetStart: number, targetRow: number, targetColumn: number,
): boolean =>
  targetColumn === 1 && source instanceof Int32Array && target instanceof Int32Array &&
  transposeVectors(rows, columns, { data: source, start: sourceStart, stride: sourceColumn }, { data: target, start: targetStart, stride: targetRow });

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
