/**
 * The product of larger matrices with WebAssembly's vectors: blocks of both operands are packed into panels of its memory, where
 * `simd/matmul-module.ts` multiplies them. Float32 adds up in float32 within vectors of sums, as JAX and ONNX Runtime do.
 */
import type { Matrix, MatmulSizes } from './matmul.js';
import type { FloatArray } from './number-class.js';
import { makeMatmulModule, type MatmulElement, tileColumns, tileRows, unrolled } from './simd/matmul-module.js';
import { instantiate, type VectorModule } from './simd/web-assembly.js';

/** The sizes of blocks, multiples of the tiles. A panel of each operand fits the first cache; with more rows than fit the second, b is packed less often (measured). */
const blockRows = 512;
const blockColumns = 256;
const blockInner = 256;

const largestElement = 8;
const blockOfA = blockRows * blockInner * largestElement;
const blockOfB = blockColumns * blockInner * largestElement;
const blockOfC = blockRows * blockColumns * largestElement;
const pageBytes = 65_536;

/** A block of the memory as elements. */
interface Region<Data> {
  readonly data: Data;
  /** Its first byte. */
  readonly address: number;
}

interface Memory {
  readonly a: Region<FloatArray>;
  readonly b: Region<FloatArray>;
  readonly c: Region<FloatArray>;
}

type Multiply = (a: number, b: number, c: number, steps: number, panels: number, rowBytes: number) => void;
type Kernels = { readonly [E in MatmulElement]: { readonly memory: Memory; readonly multiply: Multiply; readonly bytes: number } };

function makeKernels({ memory, functions }: VectorModule<MatmulElement>): Kernels {
  const regions = (make: (offset: number, bytes: number) => FloatArray): Memory => {
    const region = (address: number, bytes: number): Region<FloatArray> => ({ data: make(address, bytes), address });
    return { a: region(0, blockOfA), b: region(blockOfA, blockOfB), c: region(blockOfA + blockOfB, blockOfC) };
  };
  return {
    float32: { memory: regions((offset, bytes) => new Float32Array(memory, offset, bytes / 4)), multiply: functions.float32, bytes: 4 },
    float64: { memory: regions((offset, bytes) => new Float64Array(memory, offset, bytes / 8)), multiply: functions.float64, bytes: 8 },
  };
}

// `undefined` before the first use, null where there is no WebAssembly with vectors.
let kernels: Kernels | null | undefined;

function kernelsOrNull(): Kernels | null {
  if (kernels !== undefined) return kernels;
  const made = instantiate<MatmulElement>(makeMatmulModule(Math.ceil((blockOfA + blockOfB + blockOfC) / pageBytes)));
  kernels = made && makeKernels(made);
  return kernels;
}

const roundUp = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

/** Writes a times b to `out`, and tells whether it could: without vectors the kernels in TypeScript do it. */
export function multiplyVectors({ rows, inner, columns }: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): boolean {
  const found = kernelsOrNull();
  if (found === null) return false;
  const element: MatmulElement = [a, b, out].every(({ data }) => data instanceof Float32Array) ? 'float32' : 'float64';
  const { memory, multiply, bytes } = found[element];
  const width = tileColumns(element);
  const c = memory.c.data;
  for (let column = 0; column < columns; column += blockColumns) {
    const columnCount = Math.min(blockColumns, columns - column);
    const rowLength = roundUp(columnCount, width);
    for (let row = 0; row < rows; row += blockRows) {
      const rowCount = Math.min(blockRows, rows - row);
      c.fill(0, 0, roundUp(rowCount, tileRows) * rowLength);
      for (let k = 0; k < inner; k += blockInner) {
        const innerCount = Math.min(blockInner, inner - k);
        const length = roundUp(innerCount, unrolled);
        pack(a.data, a.offset + row * a.rowStride + k * a.columnStride, rowCount, a.rowStride, innerCount, a.columnStride, memory.a.data, tileRows, length);
        pack(b.data, b.offset + k * b.rowStride + column * b.columnStride, columnCount, b.columnStride, innerCount, b.rowStride, memory.b.data, width, length);
        for (let at = 0; at < columnCount; at += width) {
          multiply(memory.a.address, memory.b.address + at * length * bytes, memory.c.address + at * bytes, length / unrolled, Math.ceil(rowCount / tileRows), rowLength * bytes);
        }
      }
      writeBlock(rowCount, columnCount, c, rowLength, out, out.offset + row * out.rowStride + column * out.columnStride);
    }
  }
  return true;
}

/**
 * Packs `count` lines of `inner` elements into panels of `tile` lines side by side, each `length` long: element k of line i of a panel at `k * tile + i`.
 * What a panel lacks, at its end or in lines, is zero.
 */
function pack(data: FloatArray, start: number, count: number, lineStride: number, inner: number, step: number, panels: FloatArray, tile: number, length: number): void {
  for (let line = 0, to = 0; line < count; line += tile, to += tile * length) {
    const lines = Math.min(tile, count - line);
    if (lines < tile || inner < length) panels.fill(0, to, to + tile * length);
    const first = start + line * lineStride;
    if (lineStride === 1) packAcross(data, first, lines, inner, step, panels, tile, to);
    else packAlong(data, first, lines, lineStride, inner, step, panels, tile, to);
  }
}

/** The lines are next to each other in memory. */
function packAcross(data: FloatArray, start: number, lines: number, inner: number, step: number, panels: FloatArray, tile: number, to: number): void {
  for (let k = 0, at = start, place = to; k < inner; k++, at += step, place += tile) {
    for (let i = 0; i < lines; i++) panels[place + i] = data[at + i]!;
  }
}

function packAlong(data: FloatArray, start: number, lines: number, lineStride: number, inner: number, step: number, panels: FloatArray, tile: number, to: number): void {
  for (let i = 0; i < lines; i++) {
    for (let k = 0, at = start + i * lineStride, place = to + i; k < inner; k++, at += step, place += tile) panels[place] = data[at]!;
  }
}

function writeBlock(rows: number, columns: number, sums: FloatArray, rowLength: number, out: Matrix<FloatArray>, start: number): void {
  for (let row = 0; row < rows; row++) {
    const from = row * rowLength;
    const to = start + row * out.rowStride;
    if (out.columnStride === 1) out.data.set(sums.subarray(from, from + columns), to);
    else for (let column = 0; column < columns; column++) out.data[to + column * out.columnStride] = sums[from + column]!;
  }
}
