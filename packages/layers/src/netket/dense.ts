import { Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';
import { affine } from '../linear/affine.js';
import { flaxDtypes, originalDtype } from './originals.js';

/**
 * A linear map of the last axis, y = x kernel + bias, as NetKet 3.0 to 3.4 had it (`nk.nn.Dense`): with parameters of float64 unless
 * `dtype` says otherwise.
 *
 * Parameters: `kernel` (in, features); `bias` (features) unless `useBias` is false.
 */
export class Dense extends Module.define({
  /** The size of the last axis of the result. */
  features: size(),
  useBias: z.boolean().default(true),
  ...originalDtype,
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'Dense';
  /**
   * x: (..., in) to (..., features), in the common dtype of x and the parameters.
   * @throws ShapeError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const { features, useBias, kernelInit, biasInit, dtype } = this;
    return affine(this, 'netket.Dense', x, { features, useBias, kernelInit, biasInit, ...flaxDtypes(x, dtype) });
  }
}
