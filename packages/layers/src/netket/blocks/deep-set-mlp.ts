import { fields, Module, type Activation } from '@flaxon/core';
import { formatShape, gelu, initializers, ShapeError, sum, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { sizes } from '../../attributes.js';
import { listOf } from '../../shape.js';
import { paramDtype } from '../attributes.js';
import { MLP } from './mlp.js';

/** What makes one of several places: `sum`, `mean`, `max`, ... */
export type Pooling = (x: Tensor, options: { readonly axis: number }) => Tensor;

/**
 * A function of a set: rho(pool of phi(x_1), ..., phi(x_N)), the same for every order of the N (NetKet: `nk.nn.blocks.DeepSetMLP`; Zaheer
 * et al., 2017).
 *
 * Submodules: `ds_phi` and `ds_rho`, an `MLP` each where its features are given. `biasInit` is there because NetKet's module has it; as
 * there, biases begin at zero whatever it says.
 */
export class DeepSetMLP extends Module.define({
  /** The features of the layers before the pooling, the last included; without them there is none. */
  featuresPhi: sizes().nullish(),
  /** The features of the layers after it. */
  featuresRho: sizes().nullish(),
  ...paramDtype,
  /** Between layers, and after the last of phi. */
  hiddenActivation: fields.activation().nullable().default(() => gelu),
  /** After the last layer of rho. */
  outputActivation: fields.activation().nullish(),
  pooling: fields.function<Pooling>('a function of a tensor and `{ axis }`, such as `sum`').default(() => sum),
  useBias: z.boolean().default(true),
  kernelInit: fields.initializer(initializers.lecunNormal()),
  biasInit: fields.initializer(initializers.zeros),
}) {
  static readonly moduleName: string = 'DeepSetMLP';
  /** x: (..., N, in) to (..., features). @throws ShapeError where x has not the axis N */
  call(x: Tensor): Tensor {
    if (x.rank < 2) throw new ShapeError('DeepSetMLP', [formatShape(x.shape)], 'the input must be (..., N, features)');
    const each = this.#network('ds_phi', this.featuresPhi, this.hiddenActivation, x);
    return this.#network('ds_rho', this.featuresRho, this.outputActivation ?? null, this.pooling(each, { axis: -2 }));
  }

  #network(name: string, given: number | readonly number[] | null | undefined, outputActivation: Activation | null, x: Tensor): Tensor {
    const features = listOf(given ?? []);
    const outputDim = features.at(-1);
    if (outputDim === undefined) return x;
    const { paramDtype: dtype, useBias, kernelInit, hiddenActivation: hiddenActivations } = this;
    const hiddenDims = features.slice(0, -1);
    return new MLP({ outputDim, hiddenDims, paramDtype: dtype, hiddenActivations, outputActivation, useHiddenBias: useBias, useOutputBias: useBias, kernelInit }, { name }).call(x);
  }
}
