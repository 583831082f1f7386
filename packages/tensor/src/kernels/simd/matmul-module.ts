/**
 * The innermost loops of a product of matrices with vectors: a tile of four rows and two vectors of columns of the result stays in
 * registers while a strip of rows of the one operand and a strip of columns of the other go by (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
 */
import { assembleModule, type Code, f32x4, f64x2, FunctionBuilder, i32, type Local, v128 } from './assembler.js';

/** The rows of a tile. */
export const tileRows = 4;
const vectorBytes = 16;
const vectorsOfTile = 2;
/** A row of a tile. */
export const tileBytes: number = vectorsOfTile * vectorBytes;
/** Lines of a block begin this much further apart than they are long, so that a strip across them does not fall into few sets of the cache. */
const gapBytes = 64;

/** The sizes of blocks, multiples of the tiles: a strip of each operand fits the first cache, a block of each the second (measured). */
export const blockRows = 128;
export const blockColumns = 256;
export const blockInner = 256;

/** What differs between the element types. */
export interface ElementType {
  readonly bytes: 4 | 8;
  readonly splat: (address: Code, offset?: number) => Code;
  readonly add: (a: Code, b: Code) => Code;
  readonly mul: (a: Code, b: Code) => Code;
}

/** By element type. */
export const elementTypes = {
  float32: { bytes: 4, splat: v128.load32Splat, add: f32x4.add, mul: f32x4.mul },
  float64: { bytes: 8, splat: v128.load64Splat, add: f64x2.add, mul: f64x2.mul },
} as const satisfies Readonly<Record<string, ElementType>>;

export type MatmulElement = keyof typeof elementTypes;

/** How the left operand lies in its block: a line for each row, or a line for each step of the inner axis. */
export type LeftLayout = 'rows' | 'steps';

/** The columns of a tile. */
export const tileColumns = (element: MatmulElement): number => tileBytes / elementTypes[element].bytes;

/** From line to line of a block whose lines have `elements`. */
export const lineBytes = (elements: number, element: MatmulElement): number => elements * elementTypes[element].bytes + gapBytes;

/** From row to row and from step to step in the left operand's block. */
function leftStrides(element: MatmulElement, layout: LeftLayout): { readonly row: number; readonly step: number } {
  const { bytes } = elementTypes[element];
  return layout === 'rows' ? { row: lineBytes(blockInner, element), step: bytes } : { row: bytes, step: lineBytes(blockRows, element) };
}

/** The sums of a tile, or their places. */
export const tileOf = <T>(of: (row: number, vector: number) => T): T[][] => Array.from({ length: tileRows }, (_, row) => Array.from({ length: vectorsOfTile }, (__, vector) => of(row, vector)));

/** Where the operands of the next step are, and how far it is to the one after. */
interface Run {
  readonly from: Local;
  readonly step: number;
}

/**
 * Adds the products of `steps` steps to the sums of a tile. One step a turn of the loop: with more the compiler runs out of registers (35 against 21
 * thousand million operations a second).
 */
export function addProducts(f: FunctionBuilder, { splat, add, mul }: ElementType, sums: readonly (readonly Local[])[], left: Run & { readonly row: number }, right: Run, steps: Code): void {
  const rest = f.variable('i32', steps);
  f.repeat(() => {
    const columns = sums[0]!.map((_, vector) => f.vector(v128.load(right.from.get, vector * vectorBytes)));
    sums.forEach((row, i) => {
      const factor = f.vector(splat(left.from.get, i * left.row));
      row.forEach((sum, j) => f.emit(sum.set(add(sum.get, mul(factor, columns[j]!)))));
    });
    for (const [local, by] of [[left.from, left.step], [right.from, right.step], [rest, -1]] as const) f.emit(local.set(i32.add(local.get, i32.const(by))));
    return rest.get;
  });
}

/**
 * A function of (left block, strip of the right block, place in the result, steps of the inner axis, tiles below each other): adds the products
 * to the result. All are addresses or counts from 1 on.
 */
function tiles(element: MatmulElement, layout: LeftLayout): FunctionBuilder {
  const left = leftStrides(element, layout);
  const rightStep = lineBytes(blockColumns, element);
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32']);
  const parameter = (index: number): Local => f.parameter(index);
  const [a, b, c, steps, panels] = [parameter(0), parameter(1), parameter(2), parameter(3), parameter(4)];
  const moveOn = (address: Local, by: number): void => f.emit(address.set(i32.add(address.get, i32.const(by))));
  f.repeat(() => {
    const place = (row: number, vector: number): number => row * rightStep + vector * vectorBytes;
    const sums = tileOf((row, vector) => f.variable('v128', v128.load(c.get, place(row, vector))));
    const [from, to] = [f.variable('i32', a.get), f.variable('i32', b.get)];
    addProducts(f, elementTypes[element], sums, { from, ...left }, { from: to, step: rightStep }, steps.get);
    sums.forEach((row, i) => row.forEach((sum, j) => f.emit(v128.store(c.get, sum.get, place(i, j)))));
    moveOn(a, tileRows * left.row);
    moveOn(c, tileRows * rightStep);
    moveOn(panels, -1);
    return panels.get;
  });
  return f;
}

export type MatmulFunction = `${MatmulElement} ${LeftLayout}`;

/** A module with such a function for each element type and layout, and `pages` of 64 KiB of memory. */
export const makeMatmulModule = (pages: number): Uint8Array<ArrayBuffer> =>
  assembleModule(pages, {
    'float32 rows': tiles('float32', 'rows'),
    'float32 steps': tiles('float32', 'steps'),
    'float64 rows': tiles('float64', 'rows'),
    'float64 steps': tiles('float64', 'steps'),
  } satisfies Readonly<Record<MatmulFunction, FunctionBuilder>>);
