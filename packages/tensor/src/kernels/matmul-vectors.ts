/**
 * The product of larger matrices with WebAssembly's vectors: blocks of both operands are copied into its memory, where
 * `simd/matmul-module.ts` multiplies them. Float32 adds up in float32 within vectors of sums, as JAX and ONNX Runtime do.
 */
import type { Matrix, MatmulSizes } from './matmul.js';
import type { FloatArray } from './number-class.js';
import { blockColumns, blockInner, blockRows, type LeftLayout, lineBytes, makeMatmulModule, type MatmulElement, type MatmulFunction, tileColumns, tileRows } from './simd/matmul-module.js';
import { instantiate, type VectorModule } from './simd/web-assembly.js';

/** A block of the memory: `lines` lines of elements, `stride` apart. */
interface Block {
  readonly data: FloatArray;
  /** Its first byte. */
  readonly address: number;
  /** From line to line, in elements. */
  readonly stride: number;
}

type Multiply = (a: number, b: number, c: number, steps: number, panels: number) => void;

interface Kernels {
  readonly bytes: number;
  /** The left operand's block, in either layout. */
  readonly a: Readonly<Record<LeftLayout, Block>>;
  readonly b: Block;
  readonly c: Block;
  readonly multiply: Readonly<Record<LeftLayout, Multiply>>;
}

const pageBytes = 65_536;

const bytesOfA = Math.max(blockRows * lineBytes(blockInner, 'float64'), blockInner * lineBytes(blockRows, 'float64'));
const bytesOfB = blockInner * lineBytes(blockColumns, 'float64');
const bytesOfC = blockRows * lineBytes(blockColumns, 'float64');

function kernelsOf({ memory, functions }: VectorModule<MatmulFunction>, element: MatmulElement, bytes: 4 | 8): Kernels {
  const block = (address: number, size: number, length: number): Block => ({
    data: element === 'float32' ? new Float32Array(memory, address, size / bytes) : new Float64Array(memory, address, size / bytes),
    address,
    stride: lineBytes(length, element) / bytes,
  });
  return {
    bytes,
    a: { rows: block(0, bytesOfA, blockInner), steps: block(0, bytesOfA, blockRows) },
    b: block(bytesOfA, bytesOfB, blockColumns),
    c: block(bytesOfA + bytesOfB, bytesOfC, blockColumns),
    multiply: { rows: functions[`${element} rows`], steps: functions[`${element} steps`] },
  };
}

// `undefined` before the first use, null where there is no WebAssembly with vectors.
let kernels: Readonly<Record<MatmulElement, Kernels>> | null | undefined;

function kernelsOrNull(): Readonly<Record<MatmulElement, Kernels>> | null {
  if (kernels !== undefined) return kernels;
  const made = instantiate<MatmulFunction>(makeMatmulModule(Math.ceil((bytesOfA + bytesOfB + bytesOfC) / pageBytes)));
  kernels = made && { float32: kernelsOf(made, 'float32', 4), float64: kernelsOf(made, 'float64', 8) };
  return kernels;
}

/** Writes a times b to `out`, and tells whether it could: without vectors the kernels in TypeScript do it. */
export function multiplyVectors({ rows, inner, columns }: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): boolean {
  const found = kernelsOrNull();
  if (found === null) return false;
  const element: MatmulElement = [a, b, out].every(({ data }) => data instanceof Float32Array) ? 'float32' : 'float64';
  // What lies next to each other in the operand does so in the block, if it can.
  const layout: LeftLayout = a.rowStride === 1 && a.columnStride !== 1 ? 'steps' : 'rows';
  const { bytes, a: leftBlocks, b: right, c, multiply: functions } = found[element];
  const [left, multiply] = [leftBlocks[layout], functions[layout]];
  const width = tileColumns(element);
  for (let column = 0; column < columns; column += blockColumns) {
    const columnCount = Math.min(blockColumns, columns - column);
    for (let row = 0; row < rows; row += blockRows) {
      const rowCount = Math.min(blockRows, rows - row);
      const tilesBelow = Math.ceil(rowCount / tileRows);
      c.data.fill(0, 0, tilesBelow * tileRows * c.stride);
      for (let k = 0; k < inner; k += blockInner) {
        const steps = Math.min(blockInner, inner - k);
        const fromA = a.offset + row * a.rowStride + k * a.columnStride;
        if (layout === 'rows') copyLines(rowCount, steps, a.data, fromA, a.rowStride, a.columnStride, left.data, 0, left.stride, 1);
        else copyLines(steps, rowCount, a.data, fromA, a.columnStride, a.rowStride, left.data, 0, left.stride, 1);
        // What rows or columns of the blocks have beyond the operands ends up beyond the result.
        copyLines(steps, columnCount, b.data, b.offset + k * b.rowStride + column * b.columnStride, b.rowStride, b.columnStride, right.data, 0, right.stride, 1);
        for (let at = 0; at < columnCount; at += width) multiply(left.address, right.address + at * bytes, c.address + at * bytes, steps, tilesBelow);
      }
      copyLines(rowCount, columnCount, c.data, 0, c.stride, 1, out.data, out.offset + row * out.rowStride + column * out.columnStride, out.rowStride, out.columnStride);
    }
  }
  return true;
}

/** Shorter lines are copied one element after the other: a call of `set` costs as much as some dozens of them. */
const shortestLine = 48;
/** Lines that are copied side by side where they lie so in the source. */
const linesTogether = 16;

/** Copies `lines` lines of `length` elements. */
function copyLines(
  lines: number, length: number,
  source: FloatArray, from: number, fromLine: number, fromStep: number,
  target: FloatArray, to: number, toLine: number, toStep: number,
): void {
  if (fromStep === 1 && toStep === 1 && length >= shortestLine) {
    for (let line = 0; line < lines; line++) {
      const start = from + line * fromLine;
      target.set(source.subarray(start, start + length), to + line * toLine);
    }
    return;
  }
  for (let line = 0; line < lines; line += linesTogether) {
    const end = Math.min(lines, line + linesTogether);
    if (fromStep === 1) {
      for (let each = line; each < end; each++) {
        for (let i = 0, at = from + each * fromLine, place = to + each * toLine; i < length; i++, at++, place += toStep) target[place] = source[at]!;
      }
    } else {
      // By elements first: the lines lie next to each other in the source, and so their elements share its cache lines.
      for (let i = 0; i < length; i++) {
        for (let each = line, at = from + line * fromLine + i * fromStep, place = to + line * toLine + i * toStep; each < end; each++, at += fromLine, place += toLine) {
          target[place] = source[at]!;
        }
      }
    }
  }
}
