import { Module } from '@flaxon/core';
import { add, ArgumentError, dotGeneral, reshape, transpose, type Initializer, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { axes, dtypes, kernelAndBias, ofProducts, sizes } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { frontAxes, listOf, productOf, staticSize } from '../shape.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** `initialize` for a flat shape, so that fans count all inputs and all outputs together, then in the shape of the parameter. */
const initializeFlat = (initialize: Initializer, flat: readonly number[]): Initializer => (key, shape, dtype) => reshape(initialize(key, flat, dtype), shape);

const transposed = (x: Tensor, order: readonly number[]): Tensor => (order.every((axis, i) => axis === i) ? x : transpose(x, order));

/**
 * A linear map of any axes to any number of features, with a kernel of its own for each place along the batch axes if there are any
 * (Flax: `nn.DenseGeneral`).
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
  ...dtypes,
  ...ofProducts,
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'DenseGeneral';
  /**
   * x: (batch..., others..., contracted...), the last two in any order, to (batch..., others..., features...).
   * @throws ArgumentError, ShapeError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const features = listOf(this.features);
    const batch = this.#batchAxes(x.rank);
    const contracted = frontAxes('DenseGeneral', 'axis', this.axis, x.rank);
    const both = contracted.find((axis) => batch.includes(axis));
    if (both !== undefined) throw new ArgumentError('DenseGeneral', 'axis', `names axis ${both}, which is a batch axis`);
    const sizeOf = (axis: number): number => staticSize('DenseGeneral', x, axis);
    const [batchShape, inputShape] = [batch.map(sizeOf), contracted.map(sizeOf)];

    const [rows, columns] = [productOf([...batchShape, ...inputShape]), productOf(features)];
    const kernel = this.param('kernel', initializeFlat(this.kernelInit, [rows, columns]), [...batchShape, ...inputShape, ...features], this.paramDtype);
    const bias = this.useBias
      ? this.param('bias', initializeFlat(this.biasInit, [productOf(batchShape) * columns]), [...batchShape, ...features], this.paramDtype)
      : undefined;
    const [input, weights, offset] = promoteDtype('DenseGeneral', [x, kernel, bias], this.dtype);

    // Contracted axes as one and features as one: with the bias added before features are told apart, it is one product and one sum.
    const others = range(0, x.rank).filter((axis) => !batch.includes(axis) && !contracted.includes(axis));
    const otherShape = others.map((axis) => x.shape[axis]!);
    const flatInput = reshape(transposed(input, [...batch, ...others, ...contracted]), [...batchShape, ...otherShape, rows / productOf(batchShape)]);
    const flatKernel = reshape(weights, [...batchShape, -1, columns]);
    const y = dotGeneral(flatInput, flatKernel, { lhsContract: [flatInput.rank - 1], rhsContract: [batch.length], lhsBatch: batch, rhsBatch: batch });
    const sums = offset === undefined ? y : add(y, reshape(offset, batch.length === 0 ? [columns] : [...batchShape, ...others.map(() => 1), columns]));
    return reshape(sums, [...batchShape, ...otherShape, ...features]);
  }

  /** @throws ArgumentError where they are not the first ones */
  #batchAxes(rank: number): number[] {
    const given = listOf(this.batchDims);
    if (given.some((axis) => !given.includes(axis - 1) && axis !== 0)) {
      throw new ArgumentError('DenseGeneral', 'batchDims', `must be consecutive axes from 0 on, found ${given.join(', ')}`);
    }
    return frontAxes('DenseGeneral', 'batchDims', given, rank);
  }
}
