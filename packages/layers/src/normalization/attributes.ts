/** Attributes that all normalisations share, with Flax's names and defaults. */
import { fields } from '@flaxon/core';
import { initializers, type Dtype, type Initializer } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes } from '../attributes.js';

export const normalization = (epsilon: number) => ({
  /** Added to the variance under the root. */
  epsilon: z.number().default(epsilon),
  ...dtypes,
  useBias: z.boolean().default(true),
  useScale: z.boolean().default(true),
  biasInit: fields.initializer(initializers.zeros),
  scaleInit: fields.initializer(initializers.ones),
  /** The variance as E x^2 - (E x)^2, in one pass over x, and not as E (x - E x)^2. */
  useFastVariance: z.boolean().default(true),
  /** Statistics of half precision are computed, and kept, in float32. */
  forceFloat32Reductions: z.boolean().default(true),
});

/** What a normalising layer has of these. */
export interface NormalizationAttributes {
  readonly epsilon: number;
  readonly dtype: Dtype | undefined;
  readonly paramDtype: Dtype;
  readonly useBias: boolean;
  readonly useScale: boolean;
  readonly biasInit: Initializer;
  readonly scaleInit: Initializer;
  readonly useFastVariance: boolean;
  readonly forceFloat32Reductions: boolean;
}
