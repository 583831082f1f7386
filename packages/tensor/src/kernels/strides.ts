import { sizeOf, type StaticShape } from '../shape/shape.js';

/** How far the data of one operand moves with each axis, in elements. */
export type Strides = readonly number[];

/** The strides of a contiguous row-major array. */
export function rowMajorStrides(shape: StaticShape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The strides with which an array of `shape` is read as if broadcast to `rank` axes: zero along the axes that repeat it. */
export function broadcastStrides(shape: StaticShape, rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis + rank - shape.length] = shape[axis] === 1 ? 0 : stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Nested loops over several operands: the size of each, outermost first, and the strides of each operand. */
export interface LoopNest {
  readonly sizes: readonly number[];
  /** By operand, then by loop. */
  readonly strides: readonly Strides[];
}

/**
 * The same visits in the same order with as few loops as possible: loops of one turn go, and a loop joins the next
 * inner one where every operand moves on evenly.
 */
export function collapse(sizes: readonly number[], strides: readonly Strides[]): LoopNest {
  const collapsedSizes: number[] = [];
  const collapsed: number[][] = strides.map(() => []);
  for (let axis = 0; axis < sizes.length; axis++) {
    const size = sizes[axis]!;
    if (size === 1) continue;
    const last = collapsedSizes.length - 1;
    const joins = last >= 0 && strides.every((operand, i) => collapsed[i]![last] === operand[axis]! * size);
    if (joins) {
      collapsedSizes[last] = collapsedSizes[last]! * size;
      strides.forEach((operand, i) => (collapsed[i]![last] = operand[axis]!));
    } else {
      collapsedSizes.push(size);
      strides.forEach((operand, i) => collapsed[i]!.push(operand[axis]!));
    }
  }
  return { sizes: collapsedSizes, strides: collapsed };
}

/** The two innermost loops, which a kernel runs, apart from those around them. */
export interface SplitNest {
  readonly rows: number;
  readonly columns: number;
  /** By operand: the strides of rows and of columns. */
  readonly rowStrides: readonly number[];
  readonly columnStrides: readonly number[];
  readonly outer: LoopNest;
}

export function splitInner({ sizes, strides }: LoopNest): SplitNest {
  const rank = sizes.length;
  const outerRank = Math.max(0, rank - 2);
  return {
    rows: rank >= 2 ? sizes[rank - 2]! : 1,
    columns: rank >= 1 ? sizes[rank - 1]! : 1,
    rowStrides: strides.map((operand) => (rank >= 2 ? operand[rank - 2]! : 0)),
    columnStrides: strides.map((operand) => (rank >= 1 ? operand[rank - 1]! : 0)),
    outer: { sizes: sizes.slice(0, outerRank), strides: strides.map((operand) => operand.slice(0, outerRank)) },
  };
}

/** The loops of an elementwise function: row-major over the result, with the operands' strides broadcast. */
export function broadcastNest(result: StaticShape, operands: readonly StaticShape[]): SplitNest {
  const size = sizeOf(result);
  if (operands.every((shape) => sizeOf(shape) === size)) {
    const ones = operands.map(() => 1);
    return { rows: 1, columns: size, rowStrides: ones, columnStrides: ones, outer: { sizes: [], strides: operands.map(() => []) } };
  }
  return splitInner(collapse(result, operands.map((shape) => broadcastStrides(shape, result.length))));
}

/** Steps through nested loops and keeps the offset of each operand, moving by strides alone. */
export class Odometer {
  /** The offset of each operand at the present step. */
  readonly offsets: number[];
  private readonly sizes: readonly number[];
  private readonly strides: readonly Strides[];
  private readonly counters: number[];

  constructor({ sizes, strides }: LoopNest, starts?: readonly number[]) {
    this.sizes = sizes;
    this.strides = strides;
    this.counters = sizes.map(() => 0);
    this.offsets = starts === undefined ? strides.map(() => 0) : [...starts];
  }

  /** Goes to the next step; false after the last. Loops without turns are for the caller to skip. */
  advance(): boolean {
    for (let axis = this.sizes.length - 1; axis >= 0; axis--) {
      const size = this.sizes[axis]!;
      const carries = this.counters[axis]! + 1 === size;
      this.counters[axis] = carries ? 0 : this.counters[axis]! + 1;
      for (let i = 0; i < this.offsets.length; i++) {
        const stride = this.strides[i]![axis]!;
        this.offsets[i] = this.offsets[i]! + (carries ? stride * (1 - size) : stride);
      }
      if (!carries) return true;
    }
    return false;
  }
}
