import { fields, Module } from '@flaxon/core';
import { add, ArgumentError, convGeneralDilated, expandDims, formatShape, ShapeError, squeeze, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';

/**
 * A causal convolution along a chain of sites, for autoregressive models (NetKet: `nk.nn.MaskedConv1D`). With K taps and dilation d:
 * y[t] = sum_k x[t - (K - 1 - k) d] kernel[k] + bias, so that site t sees the sites up to t. An exclusive layer has the tap at t
 * itself less, K = kernelSize - 1, and y[t] = sum_k x[t - (K - k) d] kernel[k] + bias.
 *
 * Parameters, of which NetKet makes the bias first: `bias` (features) unless `useBias` is false; `kernel` (K, in / groups, features).
 */
export class MaskedConv1D extends Module.define({
  features: size(),
  /** How many sites, `kernelDilation` apart, the kernel spans: up to the output's own, which an exclusive layer leaves out. */
  kernelSize: z.int().positive(),
  kernelDilation: z.int().positive(),
  /** True hides the input at site t from the output at site t: the first layer of an autoregressive model. */
  exclusive: z.boolean(),
  /** Into how many groups the features are divided that do not mix. */
  featureGroupCount: z.int().positive().default(1),
  useBias: z.boolean().default(true),
  paramDtype: fields.dtype().default('float64'),
  ...kernelAndBias,
}) {
  /**
   * x: (batch, sites, in) to (batch, sites, features), or (sites, in) to (sites, features).
   * @throws ShapeError; ArgumentError for an exclusive kernel of one site, which has no tap left
   */
  call(x: Tensor): Tensor {
    if (x.rank !== 2 && x.rank !== 3) throw new ShapeError('MaskedConv1D', [formatShape(x.shape)], 'the input must be (batch, sites, features) or (sites, features)');
    return x.rank === 3 ? this.#convolve(x) : squeeze(this.#convolve(expandDims(x, 0)), 0);
  }

  #convolve(x: Tensor): Tensor {
    const bias = this.useBias ? this.param('bias', this.biasInit, [this.features], this.paramDtype) : undefined;
    const kernel = this.param('kernel', this.kernelInit, [this.#taps(), this.#inputsOfGroup(x), this.features], this.paramDtype);
    const [input, weights, offset] = promoteDtype('MaskedConv1D', [x, kernel, bias]);
    const y = convGeneralDilated(input, weights, {
      padding: [this.#padding(x)],
      rhsDilation: [this.kernelDilation],
      dimensionNumbers: ['NWC', 'WIO', 'NWC'],
      featureGroupCount: this.featureGroupCount,
    });
    return offset === undefined ? y : add(y, offset);
  }

  #taps(): number {
    const taps = this.exclusive ? this.kernelSize - 1 : this.kernelSize;
    if (taps === 0) throw new ArgumentError('MaskedConv1D', 'kernelSize', 'must be at least 2 with `exclusive: true`, which leaves out the tap at the site itself; found 1');
    return taps;
  }

  #inputsOfGroup(x: Tensor): number {
    const inputs = staticSize('MaskedConv1D', x, -1);
    const groups = this.featureGroupCount;
    if (inputs % groups !== 0 || this.features % groups !== 0) {
      throw new ShapeError('MaskedConv1D', [formatShape(x.shape)], `\`featureGroupCount\` ${groups} must divide the features of input and output, ${inputs} and ${this.features}`);
    }
    return inputs / groups;
  }

  /**
   * Zeros before the first site for as far as the kernel reaches. Exclusive: the last d sites, which nothing may see, are cut off
   * instead of the outputs past the end; where there are fewer sites than that, all of them, and that much less is put before.
   */
  #padding(x: Tensor): readonly [number, number] {
    const reach = (this.kernelSize - 1) * this.kernelDilation;
    if (!this.exclusive) return [reach, 0];
    const sites = x.shape[1]!;
    const cut = typeof sites === 'number' ? Math.min(sites, this.kernelDilation) : this.kernelDilation;
    return [reach - (this.kernelDilation - cut), -cut];
  }
}
