import { Module } from '@flaxon/core';
import { add, ArgumentError, convGeneralDilated, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { promoteDtype } from '../dtype.js';
import { maskedConvolution } from './attributes.js';
import { inputsOfGroup } from './groups.js';
import { overBatch } from './single-sample.js';

/**
 * A causal convolution along a chain of sites, for autoregressive models (NetKet: `nk.nn.MaskedConv1D`). With K taps and dilation d:
 * y[t] = sum_k x[t - (K - 1 - k) d] kernel[k] + bias, so that site t sees the sites up to t. An exclusive layer has the tap at t
 * itself less, K = kernelSize - 1, and y[t] = sum_k x[t - (K - k) d] kernel[k] + bias.
 *
 * Parameters, of which NetKet makes the bias first: `bias` (features) unless `useBias` is false; `kernel` (K, in / groups, features).
 */
export class MaskedConv1D extends Module.define({
  ...maskedConvolution,
  /** How many sites, `kernelDilation` apart, the kernel spans: up to the output's own, which an exclusive layer leaves out. */
  kernelSize: z.int().positive(),
  kernelDilation: z.int().positive(),
}) {
  static readonly moduleName: string = 'MaskedConv1D';
  /**
   * x: (batch, sites, in) to (batch, sites, features), or (sites, in) to (sites, features).
   * @throws ShapeError; ArgumentError for an exclusive kernel of one site, which has no tap left
   */
  call(x: Tensor): Tensor {
    return overBatch('MaskedConv1D', x, ['sites', 'in'], (batch) => {
      const bias = this.bias();
      const [input, weights, offset] = promoteDtype('MaskedConv1D', [batch, this.kernel(batch), bias]);
      return this.convolve(input, weights, offset, this.#padding(batch));
    });
  }

  protected bias(): Tensor | undefined {
    return this.useBias ? this.param('bias', this.biasInit, [this.features], this.paramDtype) : undefined;
  }

  protected kernel(x: Tensor): Tensor {
    const inputs = inputsOfGroup('MaskedConv1D', x, this.features, this.featureGroupCount);
    return this.param('kernel', this.kernelInit, [this.taps(), inputs, this.features], this.paramDtype);
  }

  protected taps(): number {
    const taps = this.exclusive ? this.kernelSize - 1 : this.kernelSize;
    if (taps === 0) throw new ArgumentError('MaskedConv1D', 'kernelSize', 'must be at least 2 with `exclusive: true`, which leaves out the tap at the site itself; found 1');
    return taps;
  }

  protected convolve(x: Tensor, kernel: Tensor, bias: Tensor | undefined, padding: readonly [number, number]): Tensor {
    const y = convGeneralDilated(x, kernel, {
      padding: [padding],
      rhsDilation: [this.kernelDilation],
      dimensionNumbers: ['NWC', 'WIO', 'NWC'],
      featureGroupCount: this.featureGroupCount,
    });
    return bias === undefined ? y : add(y, bias);
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
