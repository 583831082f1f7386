import type { ArrayOfClass, LoopsByClass, NumberClass } from './number-class.js';

/*
 * The inner loops of elementwise primitives: `rows` by `columns` elements, where each operand starts at an offset and moves
 * by a stride for a row and for a column, and the results follow each other from `outStart` on.
 */

export type UnaryLoop<Operand, Result> = (
  rows: number, columns: number,
  a: Operand, aStart: number, aRow: number, aColumn: number,
  out: Result, outStart: number,
) => void;

export type BinaryLoop<Operand, Result> = (
  rows: number, columns: number,
  a: Operand, aStart: number, aRow: number, aColumn: number,
  b: Operand, bStart: number, bRow: number, bColumn: number,
  out: Result, outStart: number,
) => void;

export type WhereLoop<Operand> = (
  rows: number, columns: number,
  condition: Uint8Array, conditionStart: number, conditionRow: number, conditionColumn: number,
  a: Operand, aStart: number, aRow: number, aColumn: number,
  b: Operand, bStart: number, bRow: number, bColumn: number,
  out: Operand, outStart: number,
) => void;

export type UnaryLoops = LoopsByClass<{ [C in NumberClass]: UnaryLoop<ArrayOfClass[C], ArrayOfClass[C]> }>;
export type PredicateLoops = LoopsByClass<{ [C in NumberClass]: UnaryLoop<ArrayOfClass[C], Uint8Array> }>;
export type BinaryLoops = LoopsByClass<{ [C in NumberClass]: BinaryLoop<ArrayOfClass[C], ArrayOfClass[C]> }>;
export type ComparisonLoops = LoopsByClass<{ [C in NumberClass]: BinaryLoop<ArrayOfClass[C], Uint8Array> }>;
export type WhereLoops = { readonly [C in NumberClass]: WhereLoop<ArrayOfClass[C]> };
