import { Module } from '@flaxon/core';
import { tile, type Initializer, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { axes, kernelAndBias, sizes } from '../attributes.js';
import { DenseGeneral as FlaxDenseGeneral } from '../linear/dense-general.js';
import { listOf, productOf, staticSize } from '../shape.js';
import { callInPlace, flaxDtypes, originalDtype } from './originals.js';

/** Initial values of one place along the batch axes, the same for all: a flat shape has its places together in the first axis. */
const alike = (initialize: Initializer, places: number): Initializer => (key, shape, dtype) => {
  const [rows, ...columns] = shape as readonly number[];
  return tile(initialize(key, [rows! / places, ...columns], dtype), [places, ...columns.map(() => 1)]);
};

/**
 * A linear map of any axes to any number of features, with a kernel for each place along the batch axes, as NetKet 3.0 to 3.4 had it
 * (`nk.nn.DenseGeneral`): with parameters of float64 unless `dtype` says otherwise. The kernels of all places begin alike, and have the
 * scale of a map of their own inputs.
 *
 * Parameters: `kernel` (batch sizes..., sizes of `axis`..., features...); `bias` (batch sizes..., features...) unless `useBias` is false.
 */
export class DenseGeneral extends Module.define({
  /** The sizes of the new axes, which come last. */
  features: sizes(),
  /** The axes of the input that are summed over. */
  axis: axes().default(-1),
  /** The first axes 0, 1, ... as far as each place along them has a kernel and a bias of its own. */
  batchDims: axes().default([]),
  useBias: z.boolean().default(true),
  ...originalDtype,
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'DenseGeneral';
  /**
   * x: (batch..., others..., contracted...), the last two in any order, to (batch..., others..., features...).
   * @throws ArgumentError, ShapeError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const { features, axis, batchDims, useBias, dtype } = this;
    const places = productOf(listOf(batchDims).map((one) => staticSize('DenseGeneral', x, one)));
    const initializers = { kernelInit: alike(this.kernelInit, places), biasInit: alike(this.biasInit, places) };
    return callInPlace(this, new FlaxDenseGeneral({ features, axis, batchDims, useBias, ...initializers, ...flaxDtypes(x, dtype) }), x);
  }
}
