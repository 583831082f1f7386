import type { Matrix, MatmulSizes } from './matmul.js';
import type { FloatArray } from './number-class.js';

/*
 * The product of larger matrices, blocked after Goto and van de Geijn ("Anatomy of high-performance matrix
 * multiplication", 2008): blocks of both operands are packed into float64 panels, three rows (columns) side by side, so
 * that the innermost loop reads both in order and keeps a tile of 3 by 3 sums in local variables. A tile of 4 by 4 has
 * fewer loads for each product, but its sums do not fit the processor's registers.
 */

/** The side of a tile. */
const tile = 3;
/** The sizes of the blocks, multiples of a tile: a panel of each operand fits the first cache, a block of each the second. */
const blockRows = 129;
const blockColumns = 258;
const blockInner = 256;

/** Rows of one operand (columns of the other), three together: element k of line i at `k * tile + i`. */
type Panel = Float64Array;

function makePanels(lines: number, inner: number): Panel[] {
  const count = Math.ceil(lines / tile);
  const size = tile * inner;
  const memory = new Float64Array(count * size);
  const panels: Panel[] = [];
  for (let i = 0; i < count; i++) panels.push(memory.subarray(i * size, (i + 1) * size));
  return panels;
}

export function multiplyPacked({ rows, inner, columns }: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): void {
  const mostInner = Math.min(inner, blockInner);
  const panelsA = makePanels(Math.min(rows, blockRows), mostInner);
  const panelsB = makePanels(Math.min(columns, blockColumns), mostInner);
  const sumsRow = panelsB.length * tile;
  const sums = new Float64Array(panelsA.length * tile * sumsRow);
  for (let row = 0; row < rows; row += blockRows) {
    const rowCount = Math.min(blockRows, rows - row);
    for (let column = 0; column < columns; column += blockColumns) {
      const columnCount = Math.min(blockColumns, columns - column);
      sums.fill(0);
      for (let k = 0; k < inner; k += blockInner) {
        const innerCount = Math.min(blockInner, inner - k);
        pack(a.data, a.offset + row * a.rowStride + k * a.columnStride, rowCount, a.rowStride, innerCount, a.columnStride, panelsA);
        pack(b.data, b.offset + k * b.rowStride + column * b.columnStride, columnCount, b.columnStride, innerCount, b.rowStride, panelsB);
        multiplyBlock(rowCount, columnCount, innerCount, panelsA, panelsB, sums, sumsRow);
      }
      writeBlock(rowCount, columnCount, sums, sumsRow, out, out.offset + row * out.rowStride + column * out.columnStride);
    }
  }
}

/** Packs `count` lines of `inner` elements into panels, with zeros for the lines that a last panel lacks. */
function pack(data: FloatArray, start: number, count: number, lineStride: number, inner: number, step: number, panels: readonly Panel[]): void {
  for (let line = 0; line < count; line += tile) {
    const panel = panels[line / tile]!;
    const at = start + line * lineStride;
    if (line + tile <= count) packWhole(data, at, lineStride, inner, step, panel);
    else packPart(data, at, count - line, lineStride, inner, step, panel);
  }
}

function packWhole(data: FloatArray, start: number, lineStride: number, inner: number, step: number, panel: Panel): void {
  const end = inner * tile;
  for (let to = 0, at = start; to < end; to += tile, at += step) {
    panel[to] = data[at]!;
    panel[to + 1] = data[at + lineStride]!;
    panel[to + 2] = data[at + 2 * lineStride]!;
  }
}

function packPart(data: FloatArray, start: number, count: number, lineStride: number, inner: number, step: number, panel: Panel): void {
  for (let k = 0; k < inner; k++) {
    for (let line = 0; line < tile; line++) panel[k * tile + line] = line < count ? data[start + line * lineStride + k * step]! : 0;
  }
}

function multiplyBlock(rows: number, columns: number, inner: number, a: readonly Panel[], b: readonly Panel[], sums: Float64Array, sumsRow: number): void {
  for (let column = 0; column < columns; column += tile) {
    for (let row = 0; row < rows; row += tile) addTile(inner, a[row / tile]!, b[column / tile]!, sums, row * sumsRow + column, sumsRow);
  }
}

/** Adds a panel of a times a panel of b to a tile of the sums. */
function addTile(inner: number, a: Panel, b: Panel, sums: Float64Array, row0: number, sumsRow: number): void {
  const row1 = row0 + sumsRow;
  const row2 = row1 + sumsRow;
  let s00 = sums[row0]!, s01 = sums[row0 + 1]!, s02 = sums[row0 + 2]!;
  let s10 = sums[row1]!, s11 = sums[row1 + 1]!, s12 = sums[row1 + 2]!;
  let s20 = sums[row2]!, s21 = sums[row2 + 1]!, s22 = sums[row2 + 2]!;
  const end = inner * tile;
  // One index serves both panels.
  for (let at = 0; at < end; at += tile) {
    const b0 = b[at]!, b1 = b[at + 1]!, b2 = b[at + 2]!;
    const a0 = a[at]!;
    s00 += a0 * b0; s01 += a0 * b1; s02 += a0 * b2;
    const a1 = a[at + 1]!;
    s10 += a1 * b0; s11 += a1 * b1; s12 += a1 * b2;
    const a2 = a[at + 2]!;
    s20 += a2 * b0; s21 += a2 * b1; s22 += a2 * b2;
  }
  sums[row0] = s00; sums[row0 + 1] = s01; sums[row0 + 2] = s02;
  sums[row1] = s10; sums[row1 + 1] = s11; sums[row1 + 2] = s12;
  sums[row2] = s20; sums[row2 + 1] = s21; sums[row2 + 2] = s22;
}

function writeBlock(rows: number, columns: number, sums: Float64Array, sumsRow: number, out: Matrix<FloatArray>, start: number): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0, at = row * sumsRow, to = start + row * out.rowStride; column < columns; column++, at++, to += out.columnStride) {
      out.data[to] = sums[at]!;
    }
  }
}
