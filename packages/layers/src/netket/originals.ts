/** What NetKet's own versions of Flax's layers share: Flax's layer, with one dtype that says what parameters are made in. */
import { fields, shareScope, type Module } from '@flaxon/core';
import { promoteTypes, type Dtype, type Tensor } from '@flaxon/tensor';

export const originalDtype = {
  /** The dtype of the parameters. */
  dtype: fields.dtype().default('float64'),
};

/** The dtypes of Flax's layer: what NetKet's computes in is the common dtype of the input and the parameters. */
export const flaxDtypes = (x: Tensor, dtype: Dtype): { readonly paramDtype: Dtype; readonly dtype: Dtype } => ({ paramDtype: dtype, dtype: promoteTypes(x.dtype, dtype) });

/** The result of `layer`, which keeps its parameters in the scope of `module` as if they were its own. */
export function callInPlace(module: Module, layer: Module & { call(x: Tensor): Tensor }, x: Tensor): Tensor {
  shareScope(module, layer);
  return layer.call(x);
}
