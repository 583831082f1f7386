import { Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { axes } from '../attributes.js';
import { frontAxes } from '../shape.js';
import { normalization, type MaskOptions } from './attributes.js';
import { normalize, normalizeByOwn } from './normalize.js';
import { statistics } from './statistics.js';

/**
 * Normalises each example to mean 0 and variance 1 over its features, then scales and shifts them:
 * y = (x - mean) scale / sqrt(variance + epsilon) + bias (Flax: `nn.LayerNorm`; Ba, Kiros and Hinton, 2016).
 *
 * Parameters: `scale` and `bias` (the sizes of the feature axes), unless `useScale` or `useBias` is false.
 */
export class LayerNorm extends Module.define({
  ...normalization(1e-6),
  /** The axis or axes that are normalised over. */
  reductionAxes: axes().default(-1),
  /** The axis or axes that have a scale and a bias of their own. */
  featureAxes: axes().default(-1),
}) {
  static readonly moduleName: string = 'LayerNorm';
  /**
   * x: any shape with these axes, to the same.
   * @throws ShapeError, ArgumentError
   */
  call(x: Tensor, { mask }: MaskOptions = {}): Tensor {
    const reduction = frontAxes('LayerNorm', 'reductionAxes', this.reductionAxes, x.rank);
    const features = frontAxes('LayerNorm', 'featureAxes', this.featureAxes, x.rank);
    const normalized = { reduction, features };
    if (mask !== undefined) return normalize(this, 'LayerNorm', x, statistics(x, reduction, this, mask), normalized);
    return normalizeByOwn('layerNorm', this, 'LayerNorm', x, normalized, (operand) => statistics(operand, reduction, this));
  }
}
