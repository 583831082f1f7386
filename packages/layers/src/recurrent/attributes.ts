/** Attributes that several cells share, with Flax's names and defaults. */
import { fields } from '@flaxon/core';
import { initializers, sigmoid, tanh } from '@flaxon/tensor';
import { dtypes, size } from '../attributes.js';

/** Of all cells. */
export const cell = {
  features: size(),
  ...dtypes,
  /** Makes the first carry. */
  carryInit: fields.initializer(initializers.zeros),
};

/** Of cells that are made of linear maps. */
export const denseCell = {
  ...cell,
  /** Of the output, and of what goes into the memory. */
  activationFn: fields.activation(tanh),
  /** Makes the kernels that inputs meet. */
  kernelInit: fields.initializer(initializers.lecunNormal()),
  /** Makes the kernels that the hidden state meets. */
  recurrentKernelInit: fields.initializer(initializers.orthogonal()),
};

export const bias = { biasInit: fields.initializer(initializers.zeros) };

export const gates = { gateFn: fields.activation(sigmoid) };
