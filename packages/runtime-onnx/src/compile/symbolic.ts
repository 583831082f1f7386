/** Which axes of arguments are symbolic, so that calls which differ there alone share a session. */
import { ArgumentError, type Dim } from '@flaxon/tensor';

/** The shape under which the leaf at `path` of argument `argument` is traced. */
export type SymbolicShape = (path: string, shape: readonly number[], argument: number) => readonly (Dim | string)[];

/** For an argument: the name of the first axis of its leaves, the names of the leading ones, or null where all sizes are fixed. */
export type SymbolicAxes = string | readonly string[] | null;

function leading(names: readonly string[], shape: readonly number[]): (Dim | string)[] {
  return shape.map((size, axis) => names[axis] ?? size);
}

/** @throws ArgumentError for what names no axes. */
export function symbolicShape(given: SymbolicShape | readonly SymbolicAxes[] | undefined): SymbolicShape | undefined {
  if (given === undefined || typeof given === 'function') return given;
  if (!Array.isArray(given)) {
    throw new ArgumentError('compile', 'symbolic', `must be a function, or a list with an entry for each argument: the name of its first axis, names of leading axes, or null: \`[null, 'batch']\`; found ${JSON.stringify(given)}`);
  }
  const axes = (given as readonly SymbolicAxes[]).map((entry) => (entry === null ? [] : typeof entry === 'string' ? [entry] : entry));
  return (_path, shape, argument) => leading(axes[argument] ?? [], shape);
}
