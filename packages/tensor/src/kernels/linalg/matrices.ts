import type { Dtype } from '../../dtype/dtype.js';
import { sizeOf, type StaticShape } from '../../shape/shape.js';
import { convertData } from '../convert.js';
import type { ArrayView } from '../kernel.js';

/** What a kernel writes: one array for each set of the operands' leading axes. */
export interface MatrixOutput {
  readonly shape: StaticShape;
  readonly dtype: Dtype;
}

/** Computes the outputs of one matrix of each operand. It must not write to its inputs; the outputs are zeros at first. */
export type MatrixFunction = (inputs: readonly Float64Array[], outputs: readonly Float64Array[]) => void;

/** The sizes of the matrices (..., rows, columns). */
export const sizesOf = ({ shape }: ArrayView): { readonly rows: number; readonly columns: number } => ({ rows: shape.at(-2)!, columns: shape.at(-1)! });

/** The leading axes that those of the operands broadcast to; the operands have one rank. */
function leadingShape(inputs: readonly ArrayView[]): StaticShape {
  const leading = inputs.map(({ shape }) => shape.slice(0, -2));
  return leading[0]!.map((_, axis) => leading.reduce((size, shape) => (shape[axis] === 1 ? size : shape[axis]!), 1));
}

/** Which matrix of an operand belongs to each place of `leading`. */
function matrixPlaces(x: ArrayView, leading: StaticShape): Int32Array {
  let places = new Int32Array(1);
  leading.forEach((size, axis) => {
    const own = x.shape[axis]!;
    const wider = new Int32Array(places.length * size);
    for (let i = 0; i < places.length; i++) {
      for (let j = 0; j < size; j++) wider[i * size + j] = places[i]! * own + (own === 1 ? 0 : j);
    }
    places = wider;
  });
  return places;
}

/**
 * Applies `compute` to each matrix of operands (..., rows, columns), whose leading axes broadcast and are equal in number.
 * All numbers are float64 inside, so that float32 results carry one rounding.
 */
export function overMatrices(inputs: readonly ArrayView[], outputs: readonly MatrixOutput[], compute: MatrixFunction): ArrayView[] {
  const leading = leadingShape(inputs);
  const count = sizeOf(leading);
  const sources = inputs.map((x) => {
    const { rows, columns } = sizesOf(x);
    return { data: convertData(x.data, x.dtype, 'float64') as Float64Array, size: rows * columns, places: matrixPlaces(x, leading) };
  });
  const targets = outputs.map(({ shape }) => ({ data: new Float64Array(count * sizeOf(shape)), size: sizeOf(shape) }));
  for (let i = 0; i < count; i++) {
    compute(
      sources.map(({ data, size, places }) => data.subarray(places[i]! * size, (places[i]! + 1) * size)),
      targets.map(({ data, size }) => data.subarray(i * size, (i + 1) * size)),
    );
  }
  return outputs.map(({ shape, dtype }, i) => ({ data: convertData(targets[i]!.data, 'float64', dtype), shape: [...leading, ...shape], dtype }));
}

/** to += factor * from, over `length` elements. */
export function addScaled(to: Float64Array, toStart: number, factor: number, from: Float64Array, fromStart: number, length: number): void {
  for (let i = 0; i < length; i++) to[toStart + i]! += factor * from[fromStart + i]!;
}

/** The sum of products of `length` elements, in four partial sums that do not wait for each other. */
export function dotRows(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const x = aStart + i;
    const y = bStart + i;
    first += a[x]! * b[y]!;
    second += a[x + 1]! * b[y + 1]!;
    third += a[x + 2]! * b[y + 2]!;
    fourth += a[x + 3]! * b[y + 3]!;
  }
  for (; i < length; i++) first += a[aStart + i]! * b[bStart + i]!;
  return first + second + (third + fourth);
}

/** A power of two near the largest magnitude. Dividing by it changes no digits, and keeps squares in range. */
export function powerOfTwoNear(x: Float64Array): number {
  const largest = x.reduce((found, number) => Math.max(found, Math.abs(number)), 0);
  return largest > 0 && largest < Infinity ? 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest)))) : 1;
}
