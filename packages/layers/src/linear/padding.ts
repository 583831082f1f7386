import { ArgumentError, pad, type ConvPadding, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';

const names = ['SAME', 'SAME_LOWER', 'VALID', 'CIRCULAR', 'REFLECT', 'CAUSAL'] as const;
const widths = z.array(z.union([z.int(), z.tuple([z.int(), z.int()])]));

/**
 * What stands around the spatial axes of a convolution's input: a name, one number for all edges, or for each axis a number or
 * `[low, high]`.
 */
export type Padding = (typeof names)[number] | number | readonly (number | readonly [number, number])[];

/** The names that lax knows, which it takes in any case. */
const laxNames = z.string().regex(/^(same|same_lower|valid)$/i);

/** The attribute of convolutions, 'SAME' by default. */
export const padding = (): z.ZodDefault<z.ZodType<Padding, Padding>> => z.union([z.enum(names), laxNames, z.int(), widths]).default('SAME') as z.ZodDefault<z.ZodType<Padding, Padding>>;

export interface Padded {
  /** The input, with what a convolution cannot pad itself. */
  readonly x: Tensor;
  /** What is left to the convolution. */
  readonly padding: ConvPadding;
}

/** Padding by `padding` of x: (batch, spatial..., features). @throws ArgumentError */
export function applyPadding(layer: string, x: Tensor, given: Padding, kernelSize: readonly number[], kernelDilation: readonly number[]): Padded {
  const rank = kernelSize.length;
  if (given === 'CIRCULAR' || given === 'REFLECT') {
    const spans = kernelSize.map((size, i) => (size - 1) * kernelDilation[i]! + 1);
    const around = spans.map((span): [number, number] => [Math.floor((span - 1) / 2), Math.floor(span / 2)]);
    return { x: pad(x, [[0, 0], ...around, [0, 0]], { mode: given === 'CIRCULAR' ? 'wrap' : 'reflect' }), padding: 'VALID' };
  }
  if (given === 'CAUSAL') {
    if (rank !== 1) throw new ArgumentError(layer, 'padding', `'CAUSAL' needs one spatial axis, found ${rank}`);
    return { x, padding: [[(kernelSize[0]! - 1) * kernelDilation[0]!, 0]] };
  }
  if (typeof given === 'string') return { x, padding: given };
  if (typeof given === 'number') return { x, padding: kernelSize.map(() => [given, given]) };
  if (given.length !== rank) throw new ArgumentError(layer, 'padding', `must have one entry for each of the ${rank} axes of \`kernelSize\`, found ${given.length}`);
  return { x, padding: given.map((width) => (typeof width === 'number' ? [width, width] : width)) };
}
