/** Attributes that several layers share, with Flax's names and defaults. */
import { fields } from '@flaxon/core';
import { initializers } from '@flaxon/tensor';
import { z } from 'zod';

/** A count of features, sizes and the like. */
export const size = (): z.ZodInt => z.int().nonnegative();

/** One or several sizes. */
export const sizes = (): z.ZodUnion<[z.ZodInt, z.ZodArray<z.ZodInt>]> => z.union([size(), z.array(size())]);

/** One or several axes, negative ones from the end. */
export const axes = (): z.ZodUnion<[z.ZodInt, z.ZodArray<z.ZodInt>]> => z.union([z.int(), z.array(z.int())]);

export const dtypes = {
  /** What to compute in; by default the common dtype of inputs and parameters. */
  dtype: fields.dtype().optional(),
  /** The dtype in which parameters are made. */
  paramDtype: fields.dtype().default('float32'),
};

/** Of layers that multiply matrices. */
export const ofProducts = {
  /**
   * How exact products are to be (Flax: `precision`, of `lax.Precision`). Every executor computes them in the whole precision of their dtype, which is the
   * highest, so that no value changes a number.
   */
  precision: z.enum(['default', 'high', 'highest']).nullable().default(null),
};

export const kernelAndBias = {
  kernelInit: fields.initializer(initializers.lecunNormal()),
  biasInit: fields.initializer(initializers.zeros),
};
