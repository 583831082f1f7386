import type { Module } from '@flaxon/core';
import { add, astype, composite, expandDims, mul, reshape, rsqrt, sub, type Dtype, type Initializer, type Tensor } from '@flaxon/tensor';
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

/** The parameters of a normalisation, of the sizes of its feature axes. */
export interface Affine {
  readonly scale: Tensor | undefined;
  readonly bias: Tensor | undefined;
}

/** The parameters `scale` and `bias` of `module`, for the axes `features` of x. */
export function affineParameters(module: Module & NormalizationAttributes, layer: string, x: Tensor, features: readonly number[]): Affine {
  const shape = features.map((axis) => staticSize(layer, x, axis));
  const parameter = (name: string, initialize: Initializer): Tensor => module.param(name, initialize, shape, module.paramDtype);
  const scale = module.useScale ? parameter('scale', module.scaleInit) : undefined;
  const bias = module.useBias && module.biasInit ? parameter('bias', module.biasInit) : undefined;
  return { scale, bias };
}

/** (x - mean) (scale / sqrt(variance + epsilon)) + bias. What belongs to features meets before it touches x, which takes three operations. */
export function scaleAndShift(x: Tensor, { mean, variance }: Statistics, { scale, bias }: Affine, { reduction, features }: NormalizedAxes, epsilon: number, dtype: Dtype): Tensor {
  const alongFeatures = (parameter: Tensor): Tensor =>
    reshape(parameter, x.shape.map((_, axis) => (features.includes(axis) ? parameter.shape[features.indexOf(axis)]! : 1)));
  const inverse = rsqrt(add(expandDims(variance, reduction), epsilon));
  const centered = mean === undefined ? x : sub(x, expandDims(mean, reduction));
  const scaled = mul(centered, scale === undefined ? inverse : mul(inverse, alongFeatures(scale)));
  return astype(bias === undefined ? scaled : add(scaled, alongFeatures(bias)), dtype);
}

/** (x - mean) (scale / sqrt(variance + epsilon)) + bias, with the parameters `scale` and `bias` of `module` (Flax: `_normalize`). */
export function normalize(module: Module & NormalizationAttributes, layer: string, x: Tensor, statistics: Statistics, axes: NormalizedAxes): Tensor {
  const affine = affineParameters(module, layer, x, axes.features);
  return scaleAndShift(x, statistics, affine, axes, module.epsilon, computeDtype(layer, [x, affine.scale, affine.bias], module.dtype));
}

/** Whether statistics and parameters have the same axes, the last ones of x. */
const areTheLast = ({ reduction, features }: NormalizedAxes, rank: number): boolean =>
  reduction.length === features.length && [reduction, features].every((axes) => axes.every((axis, i) => axis === rank - axes.length + i));

/**
 * `normalize` by statistics of x itself. Where statistics and parameters have the last axes of x, it is one operation of a
 * program, `layerNorm` or (without a mean) `rmsNorm`, which an executor may run as one operator.
 */
export function normalizeByOwn(
  operation: 'layerNorm' | 'rmsNorm',
  module: Module & NormalizationAttributes,
  layer: string,
  x: Tensor,
  axes: NormalizedAxes,
  statisticsOf: (x: Tensor) => Statistics,
): Tensor {
  const affine = affineParameters(module, layer, x, axes.features);
  const dtype = computeDtype(layer, [x, affine.scale, affine.bias], module.dtype);
  const compute = (operand: Tensor, parameters: Affine): Tensor => scaleAndShift(operand, statisticsOf(operand), parameters, axes, module.epsilon, dtype);
  // Statistics in half precision are less exact than those of an operator, which knows no other examples.
  if (!areTheLast(axes, x.rank) || !module.forceFloat32Reductions || module.axisName !== undefined) return compute(x, affine);
  const { scale, bias } = affine;
  const decompose = (operand: Tensor, ...parameters: Tensor[]): Tensor[] => [
    compute(operand, { scale: scale && parameters[0], bias: bias && parameters[scale ? 1 : 0] }),
  ];
  const attributes = { axes: axes.features.map((axis) => axis - x.rank), epsilon: module.epsilon, hasScale: scale !== undefined, hasBias: bias !== undefined };
  return composite(operation, [x, scale, bias].filter((operand) => operand !== undefined), decompose, { attributes })[0]!;
}
