import { Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { axes } from '../attributes.js';
import { frontAxes } from '../shape.js';
import { scaling, type MaskOptions } from './attributes.js';
import { normalize, normalizeByOwn } from './normalize.js';
import { meanSquare } from './statistics.js';

/**
 * Divides each example by its root mean square and scales its features: y = x scale / sqrt(E x^2 + epsilon)
 * (Flax: `nn.RMSNorm`; Zhang and Sennrich, 2019).
 *
 * Parameter: `scale` (the sizes of the feature axes), unless `useScale` is false.
 */
export class RMSNorm extends Module.define({
  ...scaling(1e-6),
  /** The axis or axes that are normalised over. */
  reductionAxes: axes().default(-1),
  /** The axis or axes that have a scale of their own. */
  featureAxes: axes().default(-1),
}) {
  static readonly moduleName: string = 'RMSNorm';
  /**
   * x: any shape with these axes, to the same.
   * @throws ShapeError, ArgumentError
   */
  call(x: Tensor, { mask }: MaskOptions = {}): Tensor {
    const reduction = frontAxes('RMSNorm', 'reductionAxes', this.reductionAxes, x.rank);
    const features = frontAxes('RMSNorm', 'featureAxes', this.featureAxes, x.rank);
    const normalized = { reduction, features };
    if (mask !== undefined) return normalize(this, 'RMSNorm', x, meanSquare(x, reduction, this, mask), normalized);
    return normalizeByOwn('rmsNorm', this, 'RMSNorm', x, normalized, (operand) => meanSquare(operand, reduction, this));
  }
}
