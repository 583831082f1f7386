import { Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes, kernelAndBias, ofProducts, size } from '../attributes.js';
import { affine } from './affine.js';

/**
 * A linear map of the last axis: y = x kernel + bias (Flax: `nn.Dense`).
 *
 * Parameters: `kernel` (in, features); `bias` (features) unless `useBias` is false.
 */
export class Dense extends Module.define({
  /** The size of the last axis of the result. */
  features: size(),
  useBias: z.boolean().default(true),
  ...dtypes,
  ...ofProducts,
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'Dense';
  /**
   * x: (..., in) to (..., features), in the common dtype of x and the parameters, or in `dtype`.
   * @throws ShapeError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    return affine(this, 'Dense', x, this);
  }
}
