import type { Module } from '@flaxon/core';
import { add, astype, expandDims, mul, reshape, rsqrt, sub, type Initializer, type Tensor } from '@flaxon/tensor';
import { computeDtype } from '../dtype.js';
import { staticSize } from '../shape.js';
import type { NormalizationAttributes } from './attributes.js';
import type { Statistics } from './statistics.js';

export interface NormalizedAxes {
  /** The axes that the statistics lack, counted from the front. */
  readonly reduction: readonly number[];
  /** The axes that scale and bias have, counted from the front, in their order. */
  readonly features: readonly number[];
}

/**
 * (x - mean) (scale / sqrt(variance + epsilon)) + bias, with the parameters `scale` and `bias` of `module` (Flax: `_normalize`).
 * What belongs to features meets before it touches x, which takes three operations.
 */
export function normalize(module: Module & NormalizationAttributes, layer: string, x: Tensor, { mean, variance }: Statistics, { reduction, features }: NormalizedAxes): Tensor {
  const parameterShape = features.map((axis) => staticSize(layer, x, axis));
  const broadcastShape = x.shape.map((_, axis) => (features.includes(axis) ? parameterShape[features.indexOf(axis)]! : 1));
  const parameter = (name: string, initialize: Initializer): Tensor =>
    reshape(module.param(name, initialize, parameterShape, module.paramDtype), broadcastShape);

  const inverse = rsqrt(add(expandDims(variance, reduction), module.epsilon));
  const scale = module.useScale ? parameter('scale', module.scaleInit) : undefined;
  const bias = module.useBias && module.biasInit ? parameter('bias', module.biasInit) : undefined;
  const centered = mean === undefined ? x : sub(x, expandDims(mean, reduction));
  const scaled = mul(centered, scale === undefined ? inverse : mul(inverse, scale));
  const y = bias === undefined ? scaled : add(scaled, bias);
  return astype(y, computeDtype(layer, [x, scale, bias], module.dtype));
}
