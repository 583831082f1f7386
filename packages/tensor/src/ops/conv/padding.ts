import { ArgumentError } from '../../errors/errors.js';
import type { Dim } from '../../shape/dim.js';

export type ConvPadding = 'SAME' | 'SAME_LOWER' | 'VALID' | readonly (readonly [number, number])[];

/** Low and high padding of each spatial axis (lax.padtype_to_pads, which takes names in any case). @throws ArgumentError */
export function resolvePadding(operation: string, padding: ConvPadding, sizes: readonly Dim[], windows: readonly Dim[], strides: readonly number[]): (readonly [number, number])[] {
  if (typeof padding !== 'string') return [...padding];
  const name = padding.toUpperCase();
  if (name === 'VALID') return sizes.map(() => [0, 0]);
  if (name !== 'SAME' && name !== 'SAME_LOWER') throw new ArgumentError(operation, 'padding', `must be 'SAME', 'SAME_LOWER', 'VALID' or pairs, found ${JSON.stringify(padding)}`);
  return sizes.map((size, i): readonly [number, number] => {
    const [window, stride] = [windows[i]!, strides[i]!];
    if (typeof window !== 'number') throw new ArgumentError(operation, 'padding', 'needs a kernel of known size');
    const total = typeof size === 'number' ? Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size) : stride === 1 ? window - 1 : undefined;
    if (total === undefined) throw new ArgumentError(operation, 'padding', `'${padding}' with a stride needs a spatial axis of known size`);
    const small = Math.floor(total / 2);
    return name === 'SAME' ? [small, total - small] : [total - small, small];
  });
}
