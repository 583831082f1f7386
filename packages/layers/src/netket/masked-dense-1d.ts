import { Module } from '@flaxon/core';
import { add, broadcastTo, expandDims, matmul, mul, ones, reshape, triu, type Dtype, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';
import { maskedLayer } from './attributes.js';
import { maskedInitializer } from './masked-initializer.js';
import { overBatch } from './single-sample.js';

/**
 * A linear map of a chain of sites, each with features, in which site t sees the sites up to t, or before t if exclusive, for
 * autoregressive models (NetKet: `nk.nn.MaskedDense1D`): y[t] = sum over those s of x[s] kernel[s, t] + bias[t].
 *
 * Parameters, of which NetKet makes the bias first: `bias` (sites, features) unless `useBias` is false; `kernel`
 * (sites in, sites features), which is multiplied by the mask in every call. Its initial values make up for what the mask hides.
 */
export class MaskedDense1D extends Module.define(maskedLayer) {
  static readonly moduleName: string = 'MaskedDense1D';
  /**
   * x: (batch, sites, in) to (batch, sites, features), or (sites, in) to (sites, features), in the common dtype of x and the parameters.
   * @throws ShapeError, ScopeParamShapeError where the sites are not those of the parameters
   */
  call(x: Tensor): Tensor {
    return overBatch('MaskedDense1D', x, ['sites', 'in'], (batch) => this.transform(batch));
  }

  protected transform(x: Tensor): Tensor {
    const [sites, inputs] = [staticSize('MaskedDense1D', x, 1), staticSize('MaskedDense1D', x, 2)];
    const [input, weights, offset] = this.promoted(x, sites, inputs);
    const y = matmul(reshape(input, [-1, sites * inputs]), weights);
    return reshape(offset === undefined ? y : add(y, reshape(offset, [-1])), [x.shape[0]!, sites, this.features]);
  }

  /** The input, the masked kernel and the bias in their common dtype. */
  protected promoted(x: Tensor, sites: number, inputs: number): [Tensor, Tensor, Tensor | undefined] {
    const bias = this.useBias ? this.param('bias', this.biasInit, [sites, this.features], this.paramDtype) : undefined;
    const mask = chainMask(sites, inputs, this.features, this.exclusive, this.paramDtype);
    const kernel = this.param('kernel', maskedInitializer(this.kernelInit, mask), [sites * inputs, sites * this.features], this.paramDtype);
    const [input, weights, offset, shown] = promoteDtype('MaskedDense1D', [x, kernel, bias, mask]);
    return [input, mul(shown, weights), offset];
  }
}

/** Ones where the site of a row may be seen from the site of a column: (sites inputs, sites features). */
function chainMask(sites: number, inputs: number, features: number, exclusive: boolean, dtype: Dtype): Tensor {
  const seen = triu(ones([sites, sites], dtype), exclusive ? 1 : 0);
  return reshape(broadcastTo(expandDims(seen, [1, 3]), [sites, inputs, sites, features]), [sites * inputs, sites * features]);
}
