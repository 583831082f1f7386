/** Attributes that models share, with NetKet's names and defaults. */
import { fields } from '@flaxon/core';
import { formatShape, initializers, logCosh, ShapeError, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';

export const paramDtype = { paramDtype: fields.dtype().default('float64') };

/** Attributes of a machine, whose parameters begin as normal numbers of deviation `stddev`. */
export const boltzmann = (stddev: number) => ({
  ...paramDtype,
  activation: fields.activation(logCosh),
  /** How many hidden units there are for each site; their number is rounded down. */
  alpha: z.number().nonnegative().default(1),
  useHiddenBias: z.boolean().default(true),
  useVisibleBias: z.boolean().default(true),
  kernelInit: fields.initializer(initializers.normal({ stddev })),
  hiddenBiasInit: fields.initializer(initializers.normal({ stddev })),
  visibleBiasInit: fields.initializer(initializers.normal({ stddev })),
});

/** The size of the last axis. @throws ShapeError where there is none, or it is symbolic */
export function sitesOf(model: string, x: Tensor): number {
  const sites = x.shape.at(-1);
  if (typeof sites !== 'number') throw new ShapeError(model, [formatShape(x.shape)], 'the input must be (..., sites) with a number of sites: it gives parameters their shape');
  return sites;
}

/** `alpha` times the sites, rounded down. @throws ShapeError */
export const featuresOf = (model: string, x: Tensor, alpha: number): number => Math.trunc(alpha * sitesOf(model, x));
