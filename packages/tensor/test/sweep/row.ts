import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { randomNumbers, type TensorFunction } from '../transforms/differences.js';

export interface RowOptions {
  /** Of the first derivative against differences; the second one is allowed a hundred times as much. */
  readonly tolerance?: number;
  /** False where the second derivative does not exist. */
  readonly second?: false;
}

/** A function of float64 tensors, and where its derivatives are checked. */
export interface Row extends RowOptions {
  readonly f: TensorFunction;
  readonly args: readonly Tensor[];
  /** Takes tensors of any shape, element by element. */
  readonly elementwise?: true;
}

/** By the name of a public function: one row at least. */
export type Rows = { readonly [name: string]: Row | readonly Row[] };

/** Random numbers from low to high, the same in every run. */
export function f64(shape: readonly number[], low = -1.5, high = 1.5, seed = 7): Tensor {
  const next = randomNumbers(seed + shape.length + Math.round(low * 10));
  return fx.tensor(Float64Array.from({ length: fx.sizeOf(shape) }, () => low + (high - low) * next()), { shape });
}

export const at = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fx.tensor(Float64Array.from(values), { shape });

export const row = (f: TensorFunction, args: readonly Tensor[], options: RowOptions = {}): Row => ({ f, args, ...options });

/** A function of one number, element by element: at random points between low and high, at a scalar, and at points that are hostile to naive formulas. */
export function unary(f: (x: Tensor) => Tensor, low: number, high: number, hostile: readonly number[] = []): Row[] {
  const rows: Row[] = [{ ...row(f, [f64([2, 3], low, high)]), elementwise: true }, row(f, [f64([], low, high)])];
  return hostile.length === 0 ? rows : [...rows, row(f, [at(hostile)], { tolerance: 1e-5 })];
}

/** A function of two numbers, broadcast against each other. */
export const binary = (f: TensorFunction, [lowX, highX]: readonly [number, number], [lowY, highY]: readonly [number, number]): Row[] => [
  row(f, [f64([2, 3], lowX, highX), f64([3], lowY, highY, 3)]),
  row(f, [f64([], lowX, highX), f64([2, 1], lowY, highY, 3)]),
];

/** All elements of several results, one behind the other. */
export const joined = (...results: readonly Tensor[]): Tensor => fx.concatenate(results.map((result) => fx.ravel(result)));

/** The parts of complex results. */
export const parts = ({ real, imag }: fx.ComplexPair): Tensor => joined(real, imag);
