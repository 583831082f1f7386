import { mergeParam, Module } from '@flaxon/core';
import { div, random, scalar, where, zerosLike, type Shape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { frontAxes } from '../shape.js';

export interface DropoutOptions {
  /** True passes inputs on as they are; given here or to the constructor. */
  readonly deterministic?: boolean | undefined;
  /** The key to draw with, in place of one of the stream. */
  readonly rng?: Tensor | undefined;
}

/**
 * Sets each element to 0 with probability `rate` and divides the others by 1 - rate, so that means stay (Flax: `nn.Dropout`;
 * Srivastava et al., 2014). Draws with a key of the stream `rngCollection`. No parameters.
 */
export class Dropout extends Module.define({
  rate: z.number().min(0).max(1),
  /** Axes along which all elements share one draw. */
  broadcastDims: z.array(z.int()).default([]),
  deterministic: z.boolean().optional(),
  rngCollection: z.string().default('dropout'),
}) {
  static readonly moduleName: string = 'Dropout';
  /**
   * x: any shape, to the same. Without a draw (deterministic, or a rate of 0 or 1) no key is needed.
   * @throws MergeParamError where `deterministic` is given to neither or to both; InvalidRngError, ArgumentError
   */
  call(x: Tensor, { deterministic, rng }: DropoutOptions = {}): Tensor {
    const off = mergeParam('deterministic', this.deterministic, deterministic);
    if (off || this.rate === 0) return x;
    if (this.rate === 1) return zerosLike(x);
    // JAX in its 64-bit mode, where float64 lives, compares the probability with 64-bit draws.
    const keep = scalar(1 - this.rate, x.dtype === 'float64' ? 'float64' : 'float32');
    const kept = random.bernoulli(rng ?? this.makeRng(this.rngCollection), keep, this.#drawShape(x));
    return where(kept, div(x, 1 - this.rate), 0);
  }

  #drawShape(x: Tensor): Shape {
    const shared = frontAxes('Dropout', 'broadcastDims', this.broadcastDims, x.rank);
    return x.shape.map((size, axis) => (shared.includes(axis) ? 1 : size));
  }
}
