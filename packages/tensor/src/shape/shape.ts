import { type Dim, isStatic, mulDim, symbol, SymbolicDim } from './dim.js';
import type { Dtype } from '../dtype/dtype.js';

export type Shape = readonly Dim[];
export type StaticShape = readonly number[];

/** The shape and dtype of an array. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** `spec('float32', ['batch', 784])`: strings name symbolic dimensions. */
export function spec(dtype: Dtype, shape: readonly (Dim | string)[]): Spec {
  return { dtype, shape: shape.map((dim) => (typeof dim === 'string' ? symbol(dim) : dim)) };
}

export const isStaticShape = (shape: Shape): shape is StaticShape => shape.every(isStatic);

export const sizeOf = (shape: StaticShape): number => shape.reduce((product, dim) => product * dim, 1);
export const dimSizeOf = (shape: Shape): Dim => shape.reduce<Dim>(mulDim, 1);

export const equalShapes = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

export const formatShape = (shape: Shape): string => `(${shape.map(String).join(', ')}${shape.length === 1 ? ',' : ''})`;
export const formatSpec = ({ dtype, shape }: Spec): string => `${dtype}[${shape.map(String).join(',')}]`;

/** The shape that `shapes` broadcast to as NumPy does, or undefined where they do not. */
export function broadcastShapes(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size: Dim = 1;
    for (const shape of shapes) {
      const at = axis - rank + shape.length;
      if (at < 0) continue;
      const dim = shape[at]!;
      if (dim === 1 || dim === size) continue;
      if (size !== 1) return undefined;
      size = dim;
    }
    result.push(size);
  }
  return result;
}

/** `axis` counted from the front; undefined where it is out of range. */
export function normalizeAxis(axis: number, rank: number): number | undefined {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) return undefined;
  return axis < 0 ? axis + rank : axis;
}

export { SymbolicDim };
