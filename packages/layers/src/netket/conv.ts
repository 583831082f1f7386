import { Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';
import { Conv as FlaxConv } from '../linear/conv.js';
import { padding } from '../linear/padding.js';
import { perAxis, windowSizes } from '../linear/per-axis.js';
import { callInPlace, flaxDtypes, originalDtype } from './originals.js';

/**
 * A convolution, or correlation, with channels last, as NetKet 3.0 to 3.4 had it (`nk.nn.Conv`): with parameters of float64 unless
 * `dtype` says otherwise.
 *
 * Parameters: `kernel` (kernelSize..., in / featureGroupCount, features); `bias` (features) unless `useBias` is false.
 */
export class Conv extends Module.define({
  features: size(),
  /** The sizes of the kernel along the spatial axes; a number is for one axis. */
  kernelSize: windowSizes(),
  strides: perAxis(),
  padding: padding(),
  /** How far elements of the input are moved apart, with zeros between. */
  inputDilation: perAxis(),
  /** How far elements of the kernel are moved apart. */
  kernelDilation: perAxis(),
  /** Into how many groups the features are divided that do not mix. */
  featureGroupCount: z.int().positive().default(1),
  useBias: z.boolean().default(true),
  ...originalDtype,
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'Conv';
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const { features, kernelSize, strides, inputDilation, kernelDilation, featureGroupCount, useBias, kernelInit, biasInit, dtype } = this;
    const shared = { features, kernelSize, strides, padding: this.padding, inputDilation, kernelDilation, featureGroupCount, useBias, kernelInit, biasInit };
    return callInPlace(this, new FlaxConv({ ...shared, ...flaxDtypes(x, dtype) }), x);
  }
}
