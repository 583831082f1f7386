/** What convolutions share: attributes with Flax's names and defaults, any number of batch axes, masks of kernels. */
import { fields } from '@flaxon/core';
import { equalShapes, formatShape, mul, reshape, ShapeError, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes, kernelAndBias, ofProducts, size } from '../attributes.js';
import { padding } from './padding.js';
import { perAxis, windowSizes } from './per-axis.js';

/** The window that moves over the input. */
export const slidingWindow = {
  features: size(),
  /** The sizes of the kernel along the spatial axes; a number is for one axis. */
  kernelSize: windowSizes(),
  strides: perAxis(),
  padding: padding(),
};

export const kernelDilation = {
  /** How far elements of the kernel are moved apart. */
  kernelDilation: perAxis(),
};

/** Dilations and groups of a correlation. */
export const dilationsAndGroups = {
  /** How far elements of the input are moved apart, with zeros between. */
  inputDilation: perAxis(),
  ...kernelDilation,
  /** Into how many groups the features are divided that do not mix. */
  featureGroupCount: z.int().positive().default(1),
};

export const maskedKernelAndBias = {
  useBias: z.boolean().default(true),
  /** What the kernel is multiplied by, of its shape. */
  mask: fields.tensor().optional(),
  ...dtypes,
  ...ofProducts,
  ...kernelAndBias,
};

/**
 * `convolve` on x: (batch..., spatial..., in) with all batch axes as one.
 * @throws ShapeError where x has too few axes
 */
export function overBatchAxes(layer: string, x: Tensor, spatialRank: number, convolve: (x: Tensor) => Tensor): Tensor {
  const batchRank = x.rank - spatialRank - 1;
  if (batchRank < 0) throw new ShapeError(layer, [formatShape(x.shape)], `the input needs ${spatialRank} spatial axes and one of features`);
  if (batchRank === 1) return convolve(x);
  const y = convolve(reshape(x, [-1, ...x.shape.slice(batchRank)]));
  return reshape(y, [...x.shape.slice(0, batchRank), ...y.shape.slice(1)]);
}

/** The kernel that `declare` makes, times the mask. @throws ShapeError where the mask is not of its shape */
export function maskedKernel(layer: string, shape: readonly number[], mask: Tensor | undefined, declare: () => Tensor): Tensor {
  if (mask === undefined) return declare();
  if (!equalShapes(mask.shape, shape)) throw new ShapeError(layer, [formatShape(mask.shape), formatShape(shape)], '`mask` must have the shape of the kernel');
  return mul(declare(), mask);
}
