import { add, mul, sigmoid, split, tanh, type Shape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { Conv } from '../linear/conv.js';
import { padding } from '../linear/padding.js';
import { cell } from './attributes.js';
import { carryPair, firstCarryPair } from './carry.js';
import { RNNCellBase } from './cell.js';
import type { LSTMCarry } from './lstm.js';

/**
 * An LSTM cell whose linear maps are convolutions (Flax: `nn.ConvLSTMCell`; Shi et al., 2015). The sums conv(x) + conv(h) have the
 * parts i, g, f, o in this order, with 1 added to f so that the cell begins by remembering (Jozefowicz, Zaremba and Sutskever,
 * 2015): c' = sigmoid(f + 1) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c').
 *
 * Submodules: the convolutions `ih` of x and `hh` of h, of 4 times `features`.
 */
export class ConvLSTMCell extends RNNCellBase.define({
  ...cell,
  /** The sizes of the kernels along the spatial axes. */
  kernelSize: z.array(z.int().positive()),
  strides: z.array(z.int().positive()).nullable().default(null),
  padding: padding(),
  useBias: z.boolean().default(true),
}) {
  static readonly moduleName: string = 'ConvLSTMCell';
  static readonly nowrap = ['initializeCarry'];
  override get numFeatureAxes(): number {
    return this.kernelSize.length + 1;
  }

  override initializeCarry(rng: Tensor, inputShape: Shape): LSTMCarry {
    return firstCarryPair('ConvLSTMCell', rng, inputShape, this);
  }

  /**
   * [c, h]: (batch..., spatial..., features) each, and x: (batch..., spatial..., in), to the next [c, h] and h.
   * @throws ShapeError, ArgumentError, DtypeError
   */
  override call(carry: LSTMCarry, x: Tensor): readonly [LSTMCarry, Tensor] {
    const [c, h] = carryPair('ConvLSTMCell', carry);
    const convolve = (name: string, input: Tensor): Tensor => {
      const { kernelSize, strides, padding: around, useBias, dtype, paramDtype } = this;
      return new Conv({ features: 4 * this.features, kernelSize: [...kernelSize], strides: strides && [...strides], padding: around, useBias, dtype, paramDtype }, { name }).call(input);
    };
    const [i, g, f, o] = split(add(convolve('ih', x), convolve('hh', h)), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const nextC = add(mul(sigmoid(add(f, 1)), c), mul(sigmoid(i), tanh(g)));
    const nextH = mul(sigmoid(o), tanh(nextC));
    return [[nextC, nextH], nextH];
  }
}
