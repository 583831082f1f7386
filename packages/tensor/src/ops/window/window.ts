import { ArgumentError } from '../../errors/errors.js';
import type { WindowParams } from '../../primitives/params.js';
import type { Dim } from '../../shape/dim.js';
import type { Shape } from '../../shape/shape.js';
import { resolvePadding, type ConvPadding } from '../conv/padding.js';

export interface WindowOptions {
  /** The size of the window along each axis. */
  readonly windowDimensions: readonly number[];
  /** How far it moves along each axis; 1 by default. */
  readonly windowStrides?: readonly number[];
  /** 'SAME', 'SAME_LOWER', 'VALID' (the default), or [low, high] for each axis. */
  readonly padding?: ConvPadding;
  /** How far the elements of the operand are moved apart; 1 by default. */
  readonly baseDilation?: readonly number[];
  /** How far the elements of the window are moved apart; 1 by default. */
  readonly windowDilation?: readonly number[];
}

/** The window over an operand of `shape`. @throws ArgumentError where a list does not fit the shape. */
export function windowOver(operation: string, shape: Shape, options: WindowOptions): WindowParams {
  const { windowDimensions: dimensions, padding = 'VALID' } = options;
  const ones = dimensions.map(() => 1);
  const { windowStrides: strides = ones, baseDilation = ones, windowDilation = ones } = options;
  const lists = { windowDimensions: dimensions, windowStrides: strides, baseDilation, windowDilation, ...(typeof padding === 'string' ? {} : { padding }) };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length !== shape.length) throw new ArgumentError(operation, name, `must have an entry for each of the ${shape.length} axes of the operand, found ${JSON.stringify(list)}`);
  }
  const spread = (size: Dim, dilation: number): Dim => (typeof size === 'number' ? (size === 0 ? 0 : (size - 1) * dilation + 1) : size);
  const windows = dimensions.map((size, axis) => (size - 1) * windowDilation[axis]! + 1);
  const edges = resolvePadding(operation, padding, shape.map((size, axis) => spread(size, baseDilation[axis]!)), windows, strides);
  return { dimensions, strides, padding: edges, baseDilation, windowDilation };
}
