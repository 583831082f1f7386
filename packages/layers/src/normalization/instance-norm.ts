import { Module } from '@flaxon/core';
import { ArgumentError, type Tensor } from '@flaxon/tensor';
import { axes } from '../attributes.js';
import { frontAxes } from '../shape.js';
import { normalization, type MaskOptions } from './attributes.js';
import { normalize } from './normalize.js';
import { statistics } from './statistics.js';

/**
 * Normalises each feature of each example over all other axes, such as the pixels of an image, then scales and shifts it
 * (Flax: `nn.InstanceNorm`; Ulyanov, Vedaldi and Lempitsky, 2016).
 *
 * Parameters: `scale` and `bias` (the sizes of the feature axes), unless `useScale` or `useBias` is false.
 */
export class InstanceNorm extends Module.define({
  ...normalization(1e-6),
  /** The axis or axes of the features: not the first, which is that of the examples. */
  featureAxes: axes().default(-1),
}) {
  static readonly moduleName: string = 'InstanceNorm';
  /**
   * x: (batch, ...) with the feature axes, to the same.
   * @throws ShapeError, ArgumentError
   */
  call(x: Tensor, { mask }: MaskOptions = {}): Tensor {
    const features = frontAxes('InstanceNorm', 'featureAxes', this.featureAxes, x.rank);
    if (features.includes(0)) throw new ArgumentError('InstanceNorm', 'featureAxes', 'must not have the first axis, which is that of the examples');
    const reduction = x.shape.flatMap((_, axis) => (axis === 0 || features.includes(axis) ? [] : [axis]));
    return normalize(this, 'InstanceNorm', x, statistics(x, reduction, this, mask), { reduction, features });
  }
}
