import { Module } from '@flaxon/core';
import { ArgumentError, reshape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { axes } from '../attributes.js';
import { computeDtype } from '../dtype.js';
import { frontAxes, staticSize } from '../shape.js';
import { normalization, type MaskOptions } from './attributes.js';
import { affineParameters, scaleAndShift } from './normalize.js';
import { statistics } from './statistics.js';

/** x with its last axis divided into (groups, channels of a group). */
const divided = (x: Tensor, groups: number, groupSize: number): Tensor => reshape(x, [...x.shape.slice(0, -1), groups, groupSize]);

/**
 * Normalises groups of channels of each example over all other axes, then scales and shifts the channels
 * (Flax: `nn.GroupNorm`; Wu and He, 2018).
 *
 * Parameters: `scale` and `bias` (channels), unless `useScale` or `useBias` is false.
 */
export class GroupNorm extends Module.define({
  /** Precisely one of `numGroups` and `groupSize` is a number: for the second, the first must be null. */
  numGroups: z.int().nullable().default(32),
  groupSize: z.int().positive().optional(),
  ...normalization(1e-6),
  /** The axes that are normalised over, the last one among them; all but the first by default. */
  reductionAxes: axes().optional(),
}) {
  static readonly moduleName: string = 'GroupNorm';
  /**
   * x: (batch, ..., channels) to the same.
   * @throws ArgumentError where groups do not divide the channels; ShapeError
   */
  call(x: Tensor, { mask }: MaskOptions = {}): Tensor {
    const channels = staticSize('GroupNorm', x, -1);
    const last = x.rank - 1;
    const reduction = frontAxes('GroupNorm', 'reductionAxes', this.reductionAxes ?? x.shape.flatMap((_, axis) => (axis === 0 && last > 0 ? [] : [axis])), x.rank);
    if (reduction.at(-1) !== last) throw new ArgumentError('GroupNorm', 'reductionAxes', `must have the last axis, which is that of the channels, found ${reduction.join(', ')}`);
    const groups = this.#groups(channels);
    const groupSize = channels / groups;
    const others = reduction.slice(0, -1);

    // Channels stay in their groups until the end, so that statistics broadcast to them.
    const places = { reduction: [...others, last + 1], features: [last, last + 1] };
    const { scale, bias } = affineParameters(this, 'GroupNorm', x, [last]);
    const grouped = { scale: scale && divided(scale, groups, groupSize), bias: bias && divided(bias, groups, groupSize) };
    const dtype = computeDtype('GroupNorm', [x, scale, bias], this.dtype);
    const inGroups = divided(x, groups, groupSize);
    const found = statistics(inGroups, places.reduction, this, mask && divided(mask, groups, groupSize));
    return reshape(scaleAndShift(inGroups, found, grouped, places, this.epsilon, dtype), x.shape);
  }

  #groups(channels: number): number {
    const { numGroups, groupSize } = this;
    if ((numGroups === null) === (groupSize === undefined)) {
      throw new ArgumentError('GroupNorm', 'numGroups', 'and `groupSize`: precisely one must be a number; write `{ numGroups: null, groupSize: 8 }` for groups of 8');
    }
    const groups = numGroups ?? channels / groupSize!;
    if (!Number.isInteger(groups) || groups <= 0 || channels % groups !== 0) {
      throw new ArgumentError('GroupNorm', numGroups === null ? 'groupSize' : 'numGroups', `must divide the ${channels} channels, found ${numGroups ?? groupSize}`);
    }
    return groups;
  }
}
