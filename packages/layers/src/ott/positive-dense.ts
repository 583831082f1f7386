import { fields, Module } from '@flaxon/core';
import { add, matmul, relu, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';

/**
 * A linear map of the last axis with a kernel that has no negative entries, y = x r(kernel) + bias (OTT:
 * `ott.neural.networks.layers.posdef.PositiveDense`): what carries convexity from layer to layer.
 *
 * Parameters: `kernel` (in, dimHidden), before the rectifier; `bias` (dimHidden) unless `useBias` is false.
 */
export class PositiveDense extends Module.define({
  /** The size of the last axis of the result. */
  dimHidden: size(),
  /** What takes the kernel to numbers from 0 on. */
  rectifierFn: fields.activation(relu),
  useBias: z.boolean().default(true),
  ...kernelAndBias,
  /** The dtype of the parameters. */
  paramDtype: fields.dtype().default('float32'),
}) {
  static readonly moduleName: string = 'PositiveDense';
  /** x: (..., in) to (..., dimHidden), in the common dtype of x and the parameters. @throws ShapeError, ScopeParamShapeError */
  call(x: Tensor): Tensor {
    const { dimHidden, paramDtype } = this;
    const kernel = this.rectifierFn(this.param('kernel', this.kernelInit, [staticSize('PositiveDense', x, -1), dimHidden], paramDtype));
    const bias = this.useBias ? this.param('bias', this.biasInit, [dimHidden], paramDtype) : undefined;
    const [input, weights, offset] = promoteDtype('PositiveDense', [x, kernel, bias]);
    const y = matmul(input, weights);
    return offset === undefined ? y : add(y, offset);
  }
}
