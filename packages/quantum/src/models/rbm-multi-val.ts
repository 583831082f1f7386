import { Module } from '@flaxon/core';
import { oneHot, reshape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { boltzmann, sitesOf } from './attributes.js';
import { RBM } from './rbm.js';

/**
 * An `RBM` over states of many values, each of which it sees one-hot (NetKet: `nk.models.RBMMultiVal`). As in NetKet, the ones are
 * float64, and so is the result.
 *
 * Submodule: `RBM`, over sites times classes.
 */
export class RBMMultiVal extends Module.define({
  /** How many values a site may have, from 0 on. */
  nClasses: z.int().positive(),
  ...boltzmann(0.01),
}) {
  static readonly moduleName: string = 'RBMMultiVal';
  /** x: (..., sites) to (...). @throws ShapeError, ScopeParamShapeError */
  call(x: Tensor): Tensor {
    const { nClasses, paramDtype, activation, alpha, useHiddenBias, useVisibleBias, kernelInit, hiddenBiasInit, visibleBiasInit } = this;
    const seen = reshape(oneHot(x, nClasses, { dtype: 'float64' }), [...x.shape.slice(0, -1), nClasses * sitesOf('RBMMultiVal', x)]);
    const attributes = { paramDtype, activation, alpha, useHiddenBias, useVisibleBias, kernelInit, hiddenBiasInit, visibleBiasInit };
    return new RBM(attributes, { name: 'RBM' }).call(seen);
  }
}
