/** Attributes that all normalisations share, with Flax's names and defaults. */
import { fields } from '@flaxon/core';
import { initializers, type Dtype, type Initializer, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes } from '../attributes.js';
import type { ExampleAxis } from './across-examples.js';

/** Of layers that scale. */
export const scaling = (epsilon: number) => ({
  /** Added to the variance under the root. */
  epsilon: z.number().nonnegative().default(epsilon),
  ...dtypes,
  useScale: z.boolean().default(true),
  scaleInit: fields.initializer(initializers.ones),
  /** The variance as E x^2 - (E x)^2, in one pass over x, and not as E (x - E x)^2. */
  useFastVariance: z.boolean().default(true),
  /** Statistics of half precision are computed, and kept, in float32. */
  forceFloat32Reductions: z.boolean().default(true),
  /** The axis of a `vmap`, or several, over whose examples statistics are taken together. */
  axisName: z.union([z.string(), z.array(z.string())]).optional(),
  /** Numbers of examples of that axis whose statistics belong together, in place of all: `[[0, 1], [2, 3]]`. */
  axisIndexGroups: z.array(z.array(z.int().nonnegative())).optional(),
});

/** Of layers that scale and shift. */
export const normalization = (epsilon: number) => ({
  ...scaling(epsilon),
  useBias: z.boolean().default(true),
  biasInit: fields.initializer(initializers.zeros),
});

/** What a normalising layer has of these. */
export interface NormalizationAttributes extends ExampleAxis {
  readonly epsilon: number;
  readonly dtype: Dtype | undefined;
  readonly paramDtype: Dtype;
  readonly useScale: boolean;
  readonly scaleInit: Initializer;
  readonly useFastVariance: boolean;
  readonly forceFloat32Reductions: boolean;
  /** Without these there is no bias. */
  readonly useBias?: boolean;
  readonly biasInit?: Initializer;
}

export interface MaskOptions {
  /** Which elements count for the statistics, bool; broadcasts to x. */
  readonly mask?: Tensor | undefined;
}
