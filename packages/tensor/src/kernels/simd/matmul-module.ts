/**
 * The innermost loops of a product of matrices with vectors: a tile of four rows and two vectors of columns of the result stays in
 * registers while panels of both operands go by (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
 */
import { assembleModule, type Code, f32x4, f64x2, FunctionBuilder, i32, type Local, v128 } from './assembler.js';

/** The rows of a tile. */
export const tileRows = 4;
/** Steps of the inner axis that the loop does at once: panels have a multiple of them, the rest zeros. */
export const unrolled = 4;
const vectorBytes = 16;
const vectorsOfTile = 2;

/** What differs between the element types. */
interface ElementType {
  readonly bytes: 4 | 8;
  readonly splat: (address: Code, offset?: number) => Code;
  readonly add: (a: Code, b: Code) => Code;
  readonly mul: (a: Code, b: Code) => Code;
}

const elementTypes = {
  float32: { bytes: 4, splat: v128.load32Splat, add: f32x4.add, mul: f32x4.mul },
  float64: { bytes: 8, splat: v128.load64Splat, add: f64x2.add, mul: f64x2.mul },
} as const satisfies Readonly<Record<string, ElementType>>;

export type MatmulElement = keyof typeof elementTypes;

/** The columns of a tile. */
export const tileColumns = (element: MatmulElement): number => (vectorsOfTile * vectorBytes) / elementTypes[element].bytes;

/**
 * A function of (panels of a, panel of b, place in the result, steps of the inner axis over `unrolled`, panels of a, bytes from row to row of the
 * result): adds each panel of a times the panel of b to a tile of the result, one tile below the other. All are addresses or counts from 1 on.
 */
function tiles({ bytes, splat, add, mul }: ElementType): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const parameter = (index: number): Local => f.parameter(index);
  const [a, b, c, steps, panels, rowBytes] = [parameter(0), parameter(1), parameter(2), parameter(3), parameter(4), parameter(5)];
  f.repeat(() => {
    const rows = [c.get];
    for (let row = 1; row < tileRows; row++) rows.push(f.variable('i32', i32.add(rows[row - 1]!, rowBytes.get)).get);
    const sums = rows.map((address) => Array.from({ length: vectorsOfTile }, (_, j) => f.variable('v128', v128.load(address, j * vectorBytes))));
    const from = f.variable('i32', b.get);
    const left = f.variable('i32', steps.get);
    f.repeat(() => {
      for (let k = 0; k < unrolled; k++) {
        const columns = Array.from({ length: vectorsOfTile }, (_, j) => f.vector(v128.load(from.get, (k * vectorsOfTile + j) * vectorBytes)));
        sums.forEach((row, i) => {
          const factor = f.vector(splat(a.get, (k * tileRows + i) * bytes));
          row.forEach((sum, j) => f.emit(sum.set(add(sum.get, mul(factor, columns[j]!)))));
        });
      }
      f.emit(a.set(i32.add(a.get, i32.const(unrolled * tileRows * bytes))));
      f.emit(from.set(i32.add(from.get, i32.const(unrolled * vectorsOfTile * vectorBytes))));
      f.emit(left.set(i32.sub(left.get, i32.const(1))));
      return left.get;
    });
    sums.forEach((row, i) => row.forEach((sum, j) => f.emit(v128.store(rows[i]!, sum.get, j * vectorBytes))));
    f.emit(c.set(i32.add(rows[tileRows - 1]!, rowBytes.get)));
    f.emit(panels.set(i32.sub(panels.get, i32.const(1))));
    return panels.get;
  });
  return f;
}

/** A module with one such function for each element type, and `pages` of 64 KiB of memory. */
export const makeMatmulModule = (pages: number): Uint8Array<ArrayBuffer> => assembleModule(pages, { float32: tiles(elementTypes.float32), float64: tiles(elementTypes.float64) });
