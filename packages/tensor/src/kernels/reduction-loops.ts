import type { ArrayOfClass, LoopsByClass, NumberClass } from './number-class.js';

/** A JavaScript number for each class but that of the 64-bit integers. */
export type ElementOfClass = { [C in NumberClass]: C extends 'big' ? bigint : number };

/** The arrays in which reductions add up: floats in float64, integers in their own. */
export type AccumulatorOfClass = { [C in NumberClass]: C extends 'float32' ? Float64Array : ArrayOfClass[C] };

/** Two ways to reduce. */
export interface ReduceLoop<Data, Element, Accumulator> {
  /** Data (outer, count, inner) to out (outer, inner), each result from `start` on. */
  readonly lanes: (outer: number, count: number, inner: number, data: Data, start: Element, out: Accumulator) => void;
  /** Adds `count` rows of `width` elements, strided, to a row of results that are there already. */
  readonly rows: (
    count: number, width: number, data: Data, start: number, rowStride: number, laneStride: number, out: Accumulator, outStart: number,
  ) => void;
}

/** data (outer, count, inner) to out of the same shape. */
export type RunningLoop<Data, Element> = (
  outer: number, count: number, inner: number, data: Data, start: Element, reverse: boolean, out: Data,
) => void;

/** data (outer, count, inner) to indices (outer, inner). */
export type ChoiceLoop<Data> = (outer: number, count: number, inner: number, data: Data, out: Int32Array) => void;

/** updates (outer, indices, inner) into out (outer, size, inner). */
export type ScatterLoop<Data> = (outer: number, size: number, inner: number, indices: Int32Array, updates: Data, out: Data) => void;

export type ReduceLoops = LoopsByClass<{ [C in NumberClass]: ReduceLoop<ArrayOfClass[C], ElementOfClass[C], AccumulatorOfClass[C]> }>;
export type RunningLoops = LoopsByClass<{ [C in NumberClass]: RunningLoop<ArrayOfClass[C], ElementOfClass[C]> }>;
export type ChoiceLoops = LoopsByClass<{ [C in NumberClass]: ChoiceLoop<ArrayOfClass[C]> }>;
export type ScatterLoops = LoopsByClass<{ [C in NumberClass]: ScatterLoop<ArrayOfClass[C]> }>;
