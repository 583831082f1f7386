import { ArgumentError, formatShape, normalizeAxis, ShapeError, type Tensor } from '@flaxon/tensor';

/**
 * The size of an axis of `x` that parameters depend on.
 * @throws ShapeError where `x` has no such axis, or one of a symbolic size
 */
export function staticSize(layer: string, x: Tensor, axis: number): number {
  const size = x.shape.at(axis);
  if (size === undefined) throw new ShapeError(layer, [formatShape(x.shape)], `the input needs an axis ${axis}`);
  if (typeof size !== 'number') throw new ShapeError(layer, [formatShape(x.shape)], `axis ${axis} of the input gives parameters their shape and must be a number; make another axis the symbolic one`);
  return size;
}

/** Axes counted from the front, ascending. @throws ArgumentError where one is out of range or there twice; ShapeError where there are none */
export function frontAxes(layer: string, argument: string, axes: number | readonly number[], rank: number): number[] {
  const given = listOf(axes);
  if (rank === 0 && given.length > 0) throw new ShapeError(layer, [formatShape([])], `the input needs the axis ${given[0]} of \`${argument}\``);
  const found = given.map((axis) => {
    const front = normalizeAxis(axis, rank);
    if (front === undefined) throw new ArgumentError(layer, argument, `must be from ${-rank} to ${rank - 1} for an input of rank ${rank}, found ${axis}`);
    return front;
  });
  if (new Set(found).size !== found.length) throw new ArgumentError(layer, argument, `names an axis twice: ${found.join(', ')}`);
  return found.sort((a, b) => a - b);
}

/** The product of sizes. */
export const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** What may be given as one number or as several. */
export const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : [value as T]);
