import { fields, Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';

export interface DenseParametersValue {
  readonly kernel: Tensor;
  readonly bias: Tensor | undefined;
}

/** The parameters of a `Dense`, for a layer that computes several of them at once. */
export class DenseParameters extends Module.define({
  features: size(),
  useBias: z.boolean().default(true),
  paramDtype: fields.dtype().default('float32'),
  ...kernelAndBias,
}) {
  /** `kernel` (inputs, features) and `bias` (features). */
  call(inputs: number): DenseParametersValue {
    const { features, paramDtype } = this;
    return {
      kernel: this.param('kernel', this.kernelInit, [inputs, features], paramDtype),
      bias: this.useBias ? this.param('bias', this.biasInit, [features], paramDtype) : undefined,
    };
  }
}
