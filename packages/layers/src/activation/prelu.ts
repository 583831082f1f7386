import { fields, Module } from '@flaxon/core';
import { astype, greaterEqual, mul, scalar, where, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';

/**
 * x, or a learned slope times x below 0 (Flax: `nn.PReLU`; He et al., "Delving deep into rectifiers", 2015).
 *
 * Parameter: `negative_slope`, a scalar.
 */
export class PReLU extends Module.define({
  paramDtype: fields.dtype().default('float32'),
  /** The slope before training. */
  negativeSlopeInit: z.number().default(0.01),
}) {
  static readonly moduleName: string = 'PReLU';
  /** x: any shape, to the same, in the dtype of x. */
  call(x: Tensor): Tensor {
    const slope = this.param('negative_slope', (_key, _shape, dtype = 'float32') => scalar(this.negativeSlopeInit, dtype), [], this.paramDtype);
    return where(greaterEqual(x, 0), x, mul(x, astype(slope, x.dtype)));
  }
}
