import { ArgumentError } from '@flaxon/tensor';
import { z } from 'zod';

/** The sizes of a kernel along the spatial axes; a number is for one axis. */
export const windowSizes = (): z.ZodUnion<[z.ZodInt, z.ZodArray<z.ZodInt>]> => z.union([z.int().positive(), z.array(z.int().positive())]);

/** One number for all spatial axes, or one for each; null is 1. */
export const perAxis = (): z.ZodDefault<z.ZodNullable<z.ZodUnion<[z.ZodInt, z.ZodArray<z.ZodInt>]>>> => windowSizes().nullable().default(1);

/** The numbers of such an attribute. @throws ArgumentError where there are others than `rank` */
export function eachAxis(layer: string, attribute: string, given: number | readonly number[] | null, rank: number): readonly number[] {
  if (typeof given === 'number' || given === null) return Array.from({ length: rank }, () => given ?? 1);
  if (given.length !== rank) throw new ArgumentError(layer, attribute, `must be one number, or one for each of the ${rank} axes of \`kernelSize\`, found ${given.length}`);
  return given;
}
