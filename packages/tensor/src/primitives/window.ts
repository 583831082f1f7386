import type { WindowParams } from './params.js';

/** The axes over which a window moves; the others stay as they are. */
export const windowedAxes = ({ dimensions, strides, padding, baseDilation }: WindowParams): number[] =>
  dimensions.flatMap((size, axis) => (size !== 1 || strides[axis] !== 1 || baseDilation[axis] !== 1 || padding[axis]!.some((count) => count !== 0) ? [axis] : []));
