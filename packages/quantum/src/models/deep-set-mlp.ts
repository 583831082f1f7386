import { fields, Module } from '@flaxon/core';
import { netket } from '@flaxon/layers';
import { gelu, initializers, squeeze, sum, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { paramDtype } from './attributes.js';

const sizes = () => z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]);

/**
 * A function of a set with one output, the same for every order (NetKet: `nk.models.DeepSetMLP`).
 *
 * Submodule: `DeepSetMLP_0`, a `netket.blocks.DeepSetMLP` whose last layer has one feature.
 */
export class DeepSetMLP extends Module.define({
  /** The features of the layers before the pooling, the last included; without them there is none. */
  featuresPhi: sizes().nullish(),
  /** The features of the layers after it but for the last, which has one. */
  featuresRho: sizes().nullish(),
  ...paramDtype,
  /** Between layers, and after the last one before the pooling. */
  hiddenActivation: fields.activation().nullable().default(() => gelu),
  outputActivation: fields.activation().nullish(),
  pooling: fields.function<netket.blocks.Pooling>('a function of a tensor and `{ axis }`, such as `sum`').default(() => sum),
  useBias: z.boolean().default(true),
  kernelInit: fields.initializer(initializers.lecunNormal()),
  /** As in NetKet, biases begin at zero whatever it says. */
  biasInit: fields.initializer(initializers.zeros),
}) {
  static readonly moduleName: string = 'DeepSetMLP';
  /** x: (..., N, in) to (...). @throws ShapeError, ScopeParamShapeError */
  call(x: Tensor): Tensor {
    const { featuresPhi, featuresRho, paramDtype: dtype, hiddenActivation, outputActivation, pooling, useBias, kernelInit, biasInit } = this;
    const rho = [...(typeof featuresRho === 'number' ? [featuresRho] : (featuresRho ?? [])), 1];
    const attributes = { featuresPhi, featuresRho: rho, paramDtype: dtype, hiddenActivation, outputActivation, pooling, useBias, kernelInit, biasInit };
    return squeeze(new netket.blocks.DeepSetMLP(attributes).call(x), -1);
  }
}
