import type { Module } from '@flaxon/core';
import { add, matmul, type Dtype, type Initializer, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';

/** What a linear map of the last axis depends on. */
export interface AffineOptions {
  readonly features: number;
  readonly useBias: boolean;
  readonly kernelInit: Initializer;
  readonly biasInit: Initializer;
  readonly paramDtype: Dtype;
  /** What to compute in; by default the common dtype of input and parameters. */
  readonly dtype?: Dtype | undefined;
}

/** x kernel + bias over the last axis, with the parameters of `module`: one product and one sum, which become one Gemm. */
export function affine(module: Module, layer: string, x: Tensor, options: AffineOptions): Tensor {
  const { features, useBias, kernelInit, biasInit, paramDtype, dtype } = options;
  const kernel = module.param('kernel', kernelInit, [staticSize(layer, x, -1), features], paramDtype);
  const bias = useBias ? module.param('bias', biasInit, [features], paramDtype) : undefined;
  const [input, weights, offset] = promoteDtype(layer, [x, kernel, bias], dtype);
  const y = matmul(input, weights);
  return offset === undefined ? y : add(y, offset);
}
