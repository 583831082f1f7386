import { Module } from '@flaxon/core';
import { add, ArgumentError, convGeneralDilatedPatches, dotGeneral, moveaxis, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { listOf, staticSize } from '../shape.js';
import { dilationsAndGroups, maskedKernel, maskedKernelAndBias, overBatchAxes, slidingWindow } from './convolution.js';
import { applyPadding } from './padding.js';
import { eachAxis } from './per-axis.js';

/**
 * A convolution with a kernel and a bias of its own for each place of the result, with channels last (Flax: `nn.ConvLocal`).
 *
 * Parameters: `kernel` (result's spatial..., in * kernelSize..., features), whose inputs are one channel's window after another's; `bias`
 * (result's spatial..., features) unless `useBias` is false.
 */
export class ConvLocal extends Module.define({
  ...slidingWindow,
  /** `featureGroupCount` must be 1, as in Flax. */
  ...dilationsAndGroups,
  ...maskedKernelAndBias,
}) {
  static readonly moduleName: string = 'ConvLocal';
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes and known spatial ones.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const kernelSize = listOf(this.kernelSize);
    if (this.featureGroupCount !== 1) throw new ArgumentError('ConvLocal', 'featureGroupCount', `must be 1, since every place has a kernel of its own for all features; found ${this.featureGroupCount}`);
    return overBatchAxes('ConvLocal', x, kernelSize.length, (batch) => this.#convolve(batch, kernelSize));
  }

  #convolve(x: Tensor, kernelSize: readonly number[]): Tensor {
    const patches = this.#patches(x, kernelSize);
    const places = kernelSize.map((_, i) => staticSize('ConvLocal', patches, i + 1));
    const kernel = this.#kernel([...places, staticSize('ConvLocal', patches, -1), this.features]);
    const bias = this.useBias ? this.param('bias', this.biasInit, [...places, this.features], this.paramDtype) : undefined;
    const [input, weights, offset] = promoteDtype('ConvLocal', [patches, kernel, bias], this.dtype);
    const rank = places.length;
    const axes = places.map((_, axis) => axis);
    const y = dotGeneral(input, weights, { lhsContract: [rank + 1], rhsContract: [rank], lhsBatch: axes.map((axis) => axis + 1), rhsBatch: axes });
    const placed = moveaxis(y, rank, 0);
    return offset === undefined ? placed : add(placed, offset);
  }

  /** The windows of x, one channel after another: (batch, spatial..., in * kernelSize...). */
  #patches(x: Tensor, kernelSize: readonly number[]): Tensor {
    const perAxisOf = (attribute: 'strides' | 'inputDilation' | 'kernelDilation'): readonly number[] => eachAxis('ConvLocal', attribute, this[attribute], kernelSize.length);
    const kernelDilation = perAxisOf('kernelDilation');
    const padded = applyPadding('ConvLocal', x, this.padding, kernelSize, kernelDilation);
    const spatial = kernelSize.map((_, i) => String(i)).join('');
    return convGeneralDilatedPatches(padded.x, {
      filterShape: kernelSize,
      windowStrides: perAxisOf('strides'),
      padding: padded.padding,
      lhsDilation: perAxisOf('inputDilation'),
      rhsDilation: kernelDilation,
      dimensionNumbers: [`N${spatial}C`, `${spatial}IO`, `N${spatial}C`],
    });
  }

  #kernel(shape: readonly number[]): Tensor {
    return maskedKernel('ConvLocal', shape, this.mask, () => this.param('kernel', this.kernelInit, shape, this.paramDtype));
  }
}
