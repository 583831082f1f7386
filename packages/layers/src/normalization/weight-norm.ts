import { fields, lift, Module } from '@flaxon/core';
import { add, astype, initializers, mul, reshape, rsqrt, sum, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { axes } from '../attributes.js';
import { computeDtype } from '../dtype.js';
import { frontAxes, staticSize } from '../shape.js';
import { mapWithPath, wrappedLayer, type WrappedLayer } from './wrapped-layer.js';

/**
 * A layer whose kernels have a direction and a length of their own, W = scale V / |V| (Flax: `nn.WeightNorm`; Salimans and Kingma, 2016).
 *
 * Submodule: `layer_instance`. Parameters, of each kernel, unless `useScale` is false: `layer_instance/kernel/scale` (the sizes of
 * the feature axes).
 */
export class WeightNorm extends Module.define({
  layerInstance: wrappedLayer(),
  /** Added to squared norms under the root. */
  epsilon: z.number().default(1e-12),
  dtype: fields.dtype().optional(),
  paramDtype: fields.dtype().default('float32'),
  /** Whether normalised variables have lengths of their own. */
  useScale: z.boolean().default(true),
  scaleInit: fields.initializer(initializers.ones),
  /** The axes that have a norm, and a scale, of their own; with null the whole variable has one. */
  featureAxes: axes().nullable().default(-1),
  /** Variables are normalised whose path has one of these texts in it; with null all are. */
  variableFilter: z.array(z.string()).nullable().default(['kernel']),
}) {
  static readonly moduleName: string = 'WeightNorm';
  static readonly scopeNames = { layerInstance: 'layer_instance' };

  /** The arguments of the layer, to its result. @throws ArgumentError where a variable has not the axes */
  call(...args: readonly unknown[]): Tensor {
    const forward = (layer: WrappedLayer): Tensor => layer.call(...(args as never[]));
    return lift.mapVariables(forward, {
      transIn: (collections) => mapWithPath(this.layerInstance, collections, (value, path) => this.#normalize(value, path)),
      init: this.isInitializing(),
    })(this.layerInstance);
  }

  #normalize(value: Tensor, path: string): Tensor {
    const { variableFilter } = this;
    if (variableFilter !== null && variableFilter.length > 0 && !variableFilter.some((text) => path.includes(text))) return value;
    const features = this.featureAxes === null ? [] : frontAxes('WeightNorm', 'featureAxes', this.featureAxes, value.rank);
    const others = value.shape.map((_, axis) => axis).filter((axis) => !features.includes(axis));
    const direction = mul(value, rsqrt(add(sum(mul(value, value), { axis: others, keepdims: true }), this.epsilon)));
    if (!this.useScale) return astype(direction, computeDtype('WeightNorm', [value], this.dtype));
    const sizes = features.map((axis) => staticSize('WeightNorm', value, axis));
    const scale = this.param(`${path}/scale`, this.scaleInit, sizes, this.paramDtype);
    const spread = reshape(scale, value.shape.map((size, axis) => (features.includes(axis) ? size : 1)));
    return astype(mul(direction, spread), computeDtype('WeightNorm', [value, scale], this.dtype));
  }
}
