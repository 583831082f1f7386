import type { Matrix, MatmulSizes } from './matmul.js';
import type { FloatArray } from './number-class.js';

/*
 * The product of larger matrices, blocked after Goto and van de Geijn ("Anatomy of high-performance matrix
 * multiplication", 2008): blocks of both operands are packed into float64 panels, four rows (columns) side by side, so
 * that the innermost loop reads both in order and keeps a tile of 4 by 4 sums in local variables.
 */

/** The side of a tile. */
const tile = 4;
/** The sizes of the blocks: a panel of each operand fits the first cache, a block of each the second. */
const blockRows = 128;
const blockInner = 256;
const blockColumns = 256;

const toTiles = (count: number): number => Math.ceil(count / tile) * tile;

export function multiplyPacked({ rows, inner, columns }: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): void {
  const mostRows = toTiles(Math.min(rows, blockRows));
  const mostColumns = toTiles(Math.min(columns, blockColumns));
  const mostInner = Math.min(inner, blockInner);
  const packedA = new Float64Array(mostRows * mostInner);
  const packedB = new Float64Array(mostInner * mostColumns);
  const sums = new Float64Array(mostRows * mostColumns);
  for (let row = 0; row < rows; row += blockRows) {
    const rowCount = Math.min(blockRows, rows - row);
    for (let column = 0; column < columns; column += blockColumns) {
      const columnCount = Math.min(blockColumns, columns - column);
      sums.fill(0);
      for (let k = 0; k < inner; k += blockInner) {
        const innerCount = Math.min(blockInner, inner - k);
        pack(a.data, a.offset + row * a.rowStride + k * a.columnStride, rowCount, a.rowStride, innerCount, a.columnStride, packedA);
        pack(b.data, b.offset + k * b.rowStride + column * b.columnStride, columnCount, b.columnStride, innerCount, b.rowStride, packedB);
        multiplyBlock(rowCount, columnCount, innerCount, packedA, packedB, sums, mostColumns);
      }
      writeBlock(rowCount, columnCount, sums, mostColumns, out, out.offset + row * out.rowStride + column * out.columnStride);
    }
  }
}

/** Packs `count` lines of `inner` elements into panels of four: [line / 4][inner][line % 4], with zeros for missing lines. */
function pack(data: FloatArray, start: number, count: number, lineStride: number, inner: number, step: number, packed: Float64Array): void {
  let to = 0;
  for (let line = 0; line < count; line += tile) {
    const at = start + line * lineStride;
    if (line + tile <= count) packFour(data, at, lineStride, inner, step, packed, to);
    else packSome(data, at, count - line, lineStride, inner, step, packed, to);
    to += tile * inner;
  }
}

function packFour(data: FloatArray, start: number, lineStride: number, inner: number, step: number, packed: Float64Array, packedStart: number): void {
  let at0 = start;
  let at1 = at0 + lineStride;
  let at2 = at1 + lineStride;
  let at3 = at2 + lineStride;
  let to = packedStart;
  for (let k = 0; k < inner; k++) {
    packed[to] = data[at0]!;
    packed[to + 1] = data[at1]!;
    packed[to + 2] = data[at2]!;
    packed[to + 3] = data[at3]!;
    at0 += step;
    at1 += step;
    at2 += step;
    at3 += step;
    to += tile;
  }
}

function packSome(data: FloatArray, start: number, count: number, lineStride: number, inner: number, step: number, packed: Float64Array, packedStart: number): void {
  for (let k = 0, to = packedStart; k < inner; k++, to += tile) {
    for (let line = 0; line < tile; line++) packed[to + line] = line < count ? data[start + line * lineStride + k * step]! : 0;
  }
}

function multiplyBlock(rows: number, columns: number, inner: number, a: Float64Array, b: Float64Array, sums: Float64Array, sumsRow: number): void {
  for (let column = 0; column < columns; column += tile) {
    for (let row = 0; row < rows; row += tile) addTile(inner, a, row * inner, b, column * inner, sums, row * sumsRow + column, sumsRow);
  }
}

/** Adds a panel of a times a panel of b to a tile of the sums. */
function addTile(inner: number, a: Float64Array, aStart: number, b: Float64Array, bStart: number, sums: Float64Array, row0: number, sumsRow: number): void {
  const row1 = row0 + sumsRow;
  const row2 = row1 + sumsRow;
  const row3 = row2 + sumsRow;
  let s00 = sums[row0]!, s01 = sums[row0 + 1]!, s02 = sums[row0 + 2]!, s03 = sums[row0 + 3]!;
  let s10 = sums[row1]!, s11 = sums[row1 + 1]!, s12 = sums[row1 + 2]!, s13 = sums[row1 + 3]!;
  let s20 = sums[row2]!, s21 = sums[row2 + 1]!, s22 = sums[row2 + 2]!, s23 = sums[row2 + 3]!;
  let s30 = sums[row3]!, s31 = sums[row3 + 1]!, s32 = sums[row3 + 2]!, s33 = sums[row3 + 3]!;
  for (let k = 0, i = aStart, j = bStart; k < inner; k++, i += tile, j += tile) {
    const b0 = b[j]!, b1 = b[j + 1]!, b2 = b[j + 2]!, b3 = b[j + 3]!;
    const a0 = a[i]!;
    s00 += a0 * b0; s01 += a0 * b1; s02 += a0 * b2; s03 += a0 * b3;
    const a1 = a[i + 1]!;
    s10 += a1 * b0; s11 += a1 * b1; s12 += a1 * b2; s13 += a1 * b3;
    const a2 = a[i + 2]!;
    s20 += a2 * b0; s21 += a2 * b1; s22 += a2 * b2; s23 += a2 * b3;
    const a3 = a[i + 3]!;
    s30 += a3 * b0; s31 += a3 * b1; s32 += a3 * b2; s33 += a3 * b3;
  }
  sums[row0] = s00; sums[row0 + 1] = s01; sums[row0 + 2] = s02; sums[row0 + 3] = s03;
  sums[row1] = s10; sums[row1 + 1] = s11; sums[row1 + 2] = s12; sums[row1 + 3] = s13;
  sums[row2] = s20; sums[row2 + 1] = s21; sums[row2 + 2] = s22; sums[row2 + 3] = s23;
  sums[row3] = s30; sums[row3 + 1] = s31; sums[row3 + 2] = s32; sums[row3 + 3] = s33;
}

function writeBlock(rows: number, columns: number, sums: Float64Array, sumsRow: number, out: Matrix<FloatArray>, start: number): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0, at = row * sumsRow, to = start + row * out.rowStride; column < columns; column++, at++, to += out.columnStride) {
      out.data[to] = sums[at]!;
    }
  }
}
