import { fields, Module } from '@flaxon/core';
import { netket } from '@flaxon/layers';
import { gelu, initializers, squeeze, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { paramDtype } from './attributes.js';

/**
 * A multi-layer perceptron with one output (NetKet: `nk.models.MLP`).
 *
 * Submodule: `MLP_0`, a `netket.blocks.MLP`.
 */
export class MLP extends Module.define({
  /** The features of the hidden layers. */
  hiddenDims: z.array(z.int().nonnegative()).nullish(),
  /** In place of `hiddenDims`: the same as multiples of the number of sites, rounded down. */
  hiddenDimsAlpha: z.array(z.number().nonnegative()).nullish(),
  ...paramDtype,
  /** One for all hidden layers, one for each with null for none, or null for none at all. */
  hiddenActivations: z.union([fields.activation(), z.array(fields.activation().nullable())]).nullable().default(() => gelu),
  outputActivation: fields.activation().nullish(),
  useHiddenBias: z.boolean().default(true),
  useOutputBias: z.boolean().default(false),
  kernelInit: fields.initializer(initializers.lecunNormal()),
  biasInit: fields.initializer(initializers.zeros),
}) {
  static readonly moduleName: string = 'MLP';
  /** x: (..., sites) to (...). @throws ArgumentError, ShapeError, ScopeParamShapeError */
  call(x: Tensor): Tensor {
    const { hiddenDims, hiddenDimsAlpha, paramDtype: dtype, hiddenActivations, outputActivation, useHiddenBias, useOutputBias, kernelInit, biasInit } = this;
    const attributes = { hiddenDims, hiddenDimsAlpha, paramDtype: dtype, hiddenActivations, outputActivation, useHiddenBias, useOutputBias, kernelInit, biasInit };
    return squeeze(new netket.blocks.MLP(attributes).call(x), -1);
  }
}
