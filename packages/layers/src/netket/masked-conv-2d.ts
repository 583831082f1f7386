import { Module } from '@flaxon/core';
import { add, ArgumentError, convGeneralDilated, mul, tensor, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { maskedConvolution, pair } from './attributes.js';
import { inputsOfGroup } from './groups.js';
import { maskedInitializer } from './masked-initializer.js';
import { overBatch } from './single-sample.js';

type Edges = readonly [low: number, high: number];

/**
 * A convolution over a lattice in which a site sees the rows above and what stands left of it in its own row, and itself unless
 * exclusive, for autoregressive models row by row (NetKet: `nk.nn.MaskedConv2D`; the masks of PixelCNN, van den Oord et al., 2016). The
 * kernel reaches `kernelSize[0] - 1` rows up; NetKet recommends a height of floor(width / 2) + 1.
 *
 * Parameters, of which NetKet makes the kernel first: `kernel` (height, width, in / groups, features), which is multiplied by the mask
 * in every call and whose initial values make up for what it hides; `bias` (features) unless `useBias` is false.
 */
export class MaskedConv2D extends Module.define({
  ...maskedConvolution,
  /** Height and width. */
  kernelSize: pair(),
  kernelDilation: pair(),
}) {
  static readonly moduleName: string = 'MaskedConv2D';
  /**
   * x: (batch, height, width, in) to (batch, height, width, features), or both without the batch.
   * @throws ShapeError; ArgumentError for an exclusive kernel that sees nothing
   */
  call(x: Tensor): Tensor {
    return overBatch('MaskedConv2D', x, ['height', 'width', 'in'], (batch) => {
      const kernel = this.kernel(batch);
      const [input, weights, offset] = promoteDtype('MaskedConv2D', [batch, kernel, this.bias()]);
      const above = (this.kernelSize[0] - 1) * this.kernelDilation[0];
      return this.convolve(input, weights, offset, [[above, 0], this.beside()]);
    });
  }

  protected bias(): Tensor | undefined {
    return this.useBias ? this.param('bias', this.biasInit, [this.features], this.paramDtype) : undefined;
  }

  /** The masked kernel. */
  protected kernel(x: Tensor): Tensor {
    const inputs = inputsOfGroup('MaskedConv2D', x, this.features, this.featureGroupCount);
    const mask = this.#mask();
    return mul(mask, this.param('kernel', maskedInitializer(this.kernelInit, mask), [...this.kernelSize, inputs, this.features], this.paramDtype));
  }

  protected convolve(x: Tensor, kernel: Tensor, bias: Tensor | undefined, padding: readonly [Edges, Edges]): Tensor {
    const y = convGeneralDilated(x, kernel, {
      padding,
      rhsDilation: this.kernelDilation,
      dimensionNumbers: ['NHWC', 'HWIO', 'NHWC'],
      featureGroupCount: this.featureGroupCount,
    });
    return bias === undefined ? y : add(y, bias);
  }

  /** How far the kernel reaches to the left and to the right. */
  protected beside(): Edges {
    const width = this.kernelSize[1];
    return [Math.floor(width / 2) * this.kernelDilation[1], Math.floor((width - 1) / 2) * this.kernelDilation[1]];
  }

  /** Zeros in the last row from the site itself on, or right of it unless exclusive: (height, width, 1, 1). */
  #mask(): Tensor {
    const [height, width] = this.kernelSize;
    const shown = Math.floor(width / 2) + (this.exclusive ? 0 : 1);
    if (height === 1 && shown === 0) throw new ArgumentError('MaskedConv2D', 'kernelSize', 'must be larger than one site with `exclusive: true`, which hides the site itself; found 1, 1');
    const row = (count: number): number[][][] => Array.from({ length: width }, (_, column) => [[column < count ? 1 : 0]]);
    return tensor([...Array.from({ length: height - 1 }, () => row(width)), row(shown)], { dtype: this.paramDtype });
  }
}
