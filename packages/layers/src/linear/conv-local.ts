import { fields, Module } from '@flaxon/core';
import { add, ArgumentError, convGeneralDilated, dotGeneral, equalShapes, eye, formatShape, moveaxis, mul, repeat, reshape, ShapeError, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes, kernelAndBias, size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { listOf, productOf, staticSize } from '../shape.js';
import { applyPadding, padding } from './padding.js';
import { eachAxis, perAxis, windowSizes } from './per-axis.js';

/**
 * A convolution with a kernel and a bias of its own for each place of the result, with channels last (Flax: `nn.ConvLocal`).
 *
 * Parameters: `kernel` (result's spatial..., in * kernelSize..., features), whose inputs are one channel's window after another's; `bias`
 * (result's spatial..., features) unless `useBias` is false.
 */
export class ConvLocal extends Module.define({
  features: size(),
  /** The sizes of the kernel along the spatial axes; a number is for one axis. */
  kernelSize: windowSizes(),
  strides: perAxis(),
  padding: padding(),
  /** How far elements of the input are moved apart, with zeros between. */
  inputDilation: perAxis(),
  /** How far elements of the kernel are moved apart. */
  kernelDilation: perAxis(),
  /** Only 1, as in Flax. */
  featureGroupCount: z.int().positive().default(1),
  useBias: z.boolean().default(true),
  /** What the kernel is multiplied by, of its shape. */
  mask: fields.tensor().optional(),
  ...dtypes,
  ...kernelAndBias,
}) {
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes and known spatial ones.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const kernelSize = listOf(this.kernelSize);
    const batchRank = x.rank - kernelSize.length - 1;
    if (batchRank < 0) throw new ShapeError('ConvLocal', [formatShape(x.shape)], `the input needs ${kernelSize.length} spatial axes and one of features`);
    if (this.featureGroupCount !== 1) throw new ArgumentError('ConvLocal', 'featureGroupCount', `must be 1, since every place has a kernel of its own for all features; found ${this.featureGroupCount}`);
    if (batchRank === 1) return this.#convolve(x, kernelSize);
    const y = this.#convolve(reshape(x, [-1, ...x.shape.slice(batchRank)]), kernelSize);
    return reshape(y, [...x.shape.slice(0, batchRank), ...y.shape.slice(1)]);
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
    const inputs = staticSize('ConvLocal', x, -1);
    const perAxisOf = (attribute: 'strides' | 'inputDilation' | 'kernelDilation'): readonly number[] => eachAxis('ConvLocal', attribute, this[attribute], kernelSize.length);
    const kernelDilation = perAxisOf('kernelDilation');
    const padded = applyPadding('ConvLocal', x, this.padding, kernelSize, kernelDilation);
    const window = productOf(kernelSize);
    const spatial = kernelSize.map((_, i) => String(i)).join('');
    // Each channel is a group, whose outputs take one element of the window each.
    const selection = repeat(reshape(eye(window, window, 0, x.dtype), [1, window, ...kernelSize]), inputs, 0);
    return convGeneralDilated(padded.x, reshape(selection, [inputs * window, 1, ...kernelSize]), {
      windowStrides: perAxisOf('strides'),
      padding: padded.padding,
      lhsDilation: perAxisOf('inputDilation'),
      rhsDilation: kernelDilation,
      dimensionNumbers: [`N${spatial}C`, `OI${spatial}`, `N${spatial}C`],
      featureGroupCount: inputs,
    });
  }

  #kernel(shape: readonly number[]): Tensor {
    if (this.mask !== undefined && !equalShapes(this.mask.shape, shape)) {
      throw new ShapeError('ConvLocal', [formatShape(this.mask.shape), formatShape(shape)], '`mask` must have the shape of the kernel');
    }
    const kernel = this.param('kernel', this.kernelInit, shape, this.paramDtype);
    return this.mask === undefined ? kernel : mul(kernel, this.mask);
  }
}
