import { Module } from '@flaxon/core';
import { netket } from '@flaxon/layers';
import { add, ArgumentError, expandDims, mul, reshape, sum, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { boltzmann } from './attributes.js';

/**
 * A restricted Boltzmann machine that symmetries of the sites do not change (NetKet: `nk.models.RBMSymm`):
 * log psi(x) = sum over features f and symmetries g of activation((W_f x_g) + b_f) + a sum_i x_i.
 *
 * Submodule: `Dense`, a `DenseSymm`. Parameter: `visible_bias` (1) unless `useVisibleBias` is false.
 */
export class RBMSymm extends Module.define({
  /** The permutations of the group, one a row: (symmetries, sites). */
  symmetries: z.array(z.array(z.int().nonnegative())).min(1),
  ...boltzmann(0.1),
}) {
  static readonly moduleName: string = 'RBMSymm';
  /**
   * x: (batch, sites), or (batch, features, sites), to (batch).
   * @throws ArgumentError where alpha is too small for one feature; SymmModuleInvalidInputShape, ShapeError
   */
  call(x: Tensor): Tensor {
    const { symmetries, useHiddenBias: useBias, paramDtype, kernelInit, hiddenBiasInit: biasInit } = this;
    const features = this.#features();
    const input = x.rank < 3 ? expandDims(x, -2) : x;
    const hidden = new netket.DenseSymm({ symmetries, features, mode: 'matrix', useBias, paramDtype, kernelInit, biasInit }, { name: 'Dense' }).call(input);
    const energy = sum(reshape(this.activation(hidden), [-1, features * symmetries.length]), { axis: -1 });
    if (!this.useVisibleBias) return energy;
    const bias = this.param('visible_bias', this.visibleBiasInit, [1], paramDtype);
    return add(energy, mul(reshape(bias, []), sum(x, { axis: -1 })));
  }

  #features(): number {
    const [symmetries, sites] = [this.symmetries.length, this.symmetries[0]!.length];
    const features = Math.trunc((this.alpha * sites) / symmetries);
    if (features === 0 && this.alpha > 0) throw new ArgumentError('RBMSymm', 'alpha', `must be at least ${symmetries / sites} for ${symmetries} symmetries of ${sites} sites, found ${this.alpha}`);
    return features;
  }
}
