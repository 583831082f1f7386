import { Module } from '@flaxon/core';
import { Dense } from '@flaxon/layers';
import { add, astype, matmul, promoteTypes, sum, type Tensor } from '@flaxon/tensor';
import { boltzmann, featuresOf } from './attributes.js';

/**
 * A restricted Boltzmann machine as the logarithm of a wave function (NetKet: `nk.models.RBM`; Carleo and Troyer, 2017):
 * log psi(x) = sum_j activation((x W + b)_j) + a x, with alpha times as many hidden units as sites.
 *
 * Submodule: `Dense`, with W and b. Parameter: `visible_bias` (sites), a, unless `useVisibleBias` is false.
 */
export class RBM extends Module.define(boltzmann(0.01)) {
  static readonly moduleName: string = 'RBM';
  /** x: (..., sites) to (...). @throws ShapeError, ScopeParamShapeError */
  call(x: Tensor): Tensor {
    const { useHiddenBias: useBias, paramDtype, kernelInit, hiddenBiasInit: biasInit } = this;
    const hidden = new Dense({ features: featuresOf('RBM', x, this.alpha), useBias, paramDtype, kernelInit, biasInit }, { name: 'Dense' }).call(x);
    const energy = sum(this.activation(hidden), { axis: -1 });
    if (!this.useVisibleBias) return energy;
    const bias = this.param('visible_bias', this.visibleBiasInit, [x.shape.at(-1)!], paramDtype);
    const dtype = promoteTypes(x.dtype, bias.dtype);
    return add(energy, matmul(astype(x, dtype), astype(bias, dtype)));
  }
}
