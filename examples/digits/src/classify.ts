import type { Variables } from '@flaxon/core';
import { exportOnnx } from '@flaxon/runtime-onnx';
import type { OnnxModel } from '@flaxon/runtime-onnx';
import { argmax, equal, mean, spec } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { edge } from './data.js';
import type { Digits } from './data.js';
import type { DigitNetwork } from './model.js';

/** The trained network as a graph: `images` (batch, 8, 8, 1) to `output`, the logits (batch, 10); the parameters are inside. */
export const exportClassifier = (model: DigitNetwork, variables: Variables): OnnxModel =>
  exportOnnx(model.bind(variables), [spec('float32', ['batch', edge, edge, 1]), { train: false }], { name: 'digits', argumentNames: ['images'] });

/** The part of the digits that have the largest logit at their label. */
export function accuracy(logits: Tensor, { labels }: Digits): number {
  return Number(mean(equal(argmax(logits, { axis: -1 }), labels)).item());
}
