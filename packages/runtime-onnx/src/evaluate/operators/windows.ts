/** Where windows lie: the attributes that convolutions and pools share. */
import type { NodeCall } from '../node-call.js';

export interface Geometry {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Low and high padding of each spatial axis. */
  readonly padding: readonly (readonly [number, number])[];
}

export const onesOf = (length: number): number[] => Array.from({ length }, () => 1);

/** How far the window reaches along an axis. */
export const reachOf = ({ window, dilations }: Geometry, i: number): number => (window[i]! - 1) * dilations[i]! + 1;

/** The attribute `pads`: all low ones, then all high ones. */
export function givenPadding(call: NodeCall, rank: number): (readonly [number, number])[] {
  const pads = call.ints('pads', Array.from({ length: 2 * rank }, () => 0));
  return Array.from({ length: rank }, (_, i) => [pads[i]!, pads[i + rank]!] as const);
}

/** A total of padding divided in two; where it is odd, the larger part goes behind (`SAME_UPPER`) or before. */
export const divided = (total: number, isUpper: boolean): readonly [number, number] => {
  const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return isUpper ? [small, large] : [large, small];
};

/** The windows over spatial axes of the given sizes. */
export function geometryOf(call: NodeCall, window: readonly number[], sizes: readonly number[]): Geometry {
  const rank = sizes.length;
  const strides = call.ints('strides', onesOf(rank));
  const dilations = call.ints('dilations', onesOf(rank));
  const given: Geometry = { window, strides, dilations, padding: givenPadding(call, rank) };
  const automatic = call.text('auto_pad', 'NOTSET');
  if (automatic === 'NOTSET') return given;
  if (automatic === 'VALID') return { ...given, padding: sizes.map(() => [0, 0] as const) };
  const padding = sizes.map((size, i) => {
    const places = Math.ceil(size / strides[i]!);
    return divided(Math.max(0, (places - 1) * strides[i]! + reachOf(given, i) - size), automatic === 'SAME_UPPER');
  });
  return { ...given, padding };
}
