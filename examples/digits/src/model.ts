import { Module } from '@flaxon/core';
import { BatchNorm, Conv, Dense, Dropout } from '@flaxon/layers';
import { relu, reshape } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';

import { classes } from './data.js';

/**
 * A small convolutional network: blocks of convolution, batch normalisation and relu, each after the first halving the image, then
 * a linear map of all features with dropout before it.
 */
export class DigitNetwork extends Module.define({
  /** The features of each block. */
  features: z.array(z.int().positive()).default([16, 32, 64]),
  dropoutRate: z.number().min(0).max(1).default(0.3),
}) {
  /** images: (batch, 8, 8, 1) to logits (batch, 10). */
  call(images: Tensor, { train }: { readonly train: boolean }): Tensor {
    let x = images;
    for (const [block, features] of this.features.entries()) {
      x = new Conv({ features, kernelSize: [3, 3], strides: block === 0 ? 1 : 2, useBias: false }).call(x);
      x = relu(new BatchNorm({ useRunningAverage: !train, momentum: 0.9 }).call(x));
    }
    x = reshape(x, [x.shape[0]!, -1]);
    x = new Dropout({ rate: this.dropoutRate, deterministic: !train }).call(x);
    return new Dense({ features: classes }).call(x);
  }
}
