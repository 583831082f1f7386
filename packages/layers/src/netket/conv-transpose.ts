import { Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';
import { ConvTranspose as FlaxConvTranspose } from '../linear/conv-transpose.js';
import { padding } from '../linear/padding.js';
import { perAxis, windowSizes } from '../linear/per-axis.js';
import { callInPlace, flaxDtypes, originalDtype } from './originals.js';

/**
 * A convolution over an input whose elements are moved apart, with channels last, as NetKet 3.0 to 3.4 had it
 * (`nk.nn.ConvTranspose`): with parameters of float64 unless `dtype` says otherwise. The kernel is not flipped.
 *
 * Parameters: `kernel` (kernelSize..., in, features); `bias` (features) unless `useBias` is false.
 */
export class ConvTranspose extends Module.define({
  features: size(),
  /** The sizes of the kernel along the spatial axes; a number is for one axis. */
  kernelSize: windowSizes(),
  /** How far elements of the input are moved apart. */
  strides: perAxis(),
  /** The padding of the convolution that is transposed, or what stands around the input. */
  padding: padding(),
  /** How far elements of the kernel are moved apart. */
  kernelDilation: perAxis(),
  useBias: z.boolean().default(true),
  ...originalDtype,
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'ConvTranspose';
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const { features, kernelSize, strides, kernelDilation, useBias, kernelInit, biasInit, dtype } = this;
    const shared = { features, kernelSize, strides, padding: this.padding, kernelDilation, useBias, kernelInit, biasInit };
    return callInPlace(this, new FlaxConvTranspose({ ...shared, ...flaxDtypes(x, dtype) }), x);
  }
}
