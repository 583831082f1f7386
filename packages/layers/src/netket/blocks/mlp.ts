import { fields, Module, type Activation } from '@flaxon/core';
import { ArgumentError, gelu, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../../attributes.js';
import { Dense } from '../../linear/dense.js';
import { staticSize } from '../../shape.js';
import { paramDtype } from '../attributes.js';

/**
 * Linear maps of the last axis with activations between them, of which the last map is apart (NetKet: `nk.nn.blocks.MLP`): without hidden
 * layers one linear map.
 *
 * Submodules: `Dense_0`, `Dense_1`, ..., as Flax has them.
 */
export class MLP extends Module.define({
  outputDim: size().default(1),
  /** The features of the hidden layers. */
  hiddenDims: z.array(size()).nullish(),
  /** In place of `hiddenDims`: the same as multiples of the size of the input's last axis, rounded down. */
  hiddenDimsAlpha: z.array(z.number().nonnegative()).nullish(),
  ...paramDtype,
  /** One for all hidden layers, one for each with null for none, or null for none at all. */
  hiddenActivations: z.union([fields.activation(), z.array(fields.activation().nullable())]).nullable().default(() => gelu),
  /** What follows the last linear map. */
  outputActivation: fields.activation().nullish(),
  useHiddenBias: z.boolean().default(true),
  useOutputBias: z.boolean().default(true),
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'MLP';
  /**
   * x: (..., in) to (..., outputDim).
   * @throws ArgumentError where `hiddenDims` and `hiddenDimsAlpha` are both given, or activations are not as many as hidden layers
   */
  call(x: Tensor): Tensor {
    const hidden = this.#hiddenLayers(x);
    const { paramDtype: dtype, kernelInit, biasInit } = this;
    const dense = (features: number, useBias: boolean, input: Tensor): Tensor => new Dense({ features, useBias, paramDtype: dtype, kernelInit, biasInit }).call(input);
    const last = hidden.reduce((value, { features, activation }) => activated(dense(features, this.useHiddenBias, value), activation), x);
    return activated(dense(this.outputDim, this.useOutputBias, last), this.outputActivation);
  }

  #hiddenLayers(x: Tensor): { readonly features: number; readonly activation: Activation | null }[] {
    const sizes = this.#hiddenSizes(x);
    const given = this.hiddenActivations;
    const activations = Array.isArray(given) ? given : sizes.map(() => given);
    if (activations.length !== sizes.length) throw new ArgumentError('MLP', 'hiddenActivations', `must be as many as hidden layers, ${sizes.length}; found ${activations.length}`);
    return sizes.map((features, i) => ({ features, activation: activations[i]! }));
  }

  #hiddenSizes(x: Tensor): readonly number[] {
    const { hiddenDims, hiddenDimsAlpha } = this;
    if (hiddenDimsAlpha === undefined || hiddenDimsAlpha === null) return hiddenDims ?? [];
    if (hiddenDims !== undefined && hiddenDims !== null) throw new ArgumentError('MLP', 'hiddenDimsAlpha', 'must not be given together with `hiddenDims`: choose one of them');
    const inputs = staticSize('MLP', x, -1);
    return hiddenDimsAlpha.map((multiple) => Math.trunc(multiple * inputs));
  }
}

const activated = (x: Tensor, activation: Activation | null | undefined): Tensor => (activation === null || activation === undefined ? x : activation(x));
