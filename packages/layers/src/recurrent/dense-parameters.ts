import { fields, Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';
import { staticSize } from '../shape.js';

/** The parameters of a `Dense`, for a layer that computes several of them at once (Flax: `DenseParams`, the name in summaries). */
export class DenseParameters extends Module.define({
  features: size(),
  useBias: z.boolean().default(true),
  paramDtype: fields.dtype().default('float32'),
  ...kernelAndBias,
}) {
  static readonly moduleName = 'DenseParams';

  /** x: (..., inputs), of which the shape alone matters, to `kernel` (inputs, features) and `bias` (features) or null. */
  call(x: Tensor): readonly [kernel: Tensor, bias: Tensor | null] {
    const { features, paramDtype } = this;
    const kernel = this.param('kernel', this.kernelInit, [staticSize('DenseParams', x, -1), features], paramDtype);
    return [kernel, this.useBias ? this.param('bias', this.biasInit, [features], paramDtype) : null];
  }
}
