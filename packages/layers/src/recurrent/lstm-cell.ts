import { add, type Shape, type Tensor } from '@flaxon/tensor';
import { Dense } from '../linear/dense.js';
import { staticSize } from '../shape.js';
import { firstCarryPair } from './carry.js';
import { RNNCellBase } from './cell.js';
import { gateNames, lstm, lstmStep, type LSTMCarry } from './lstm.js';

/**
 * A cell with a memory c and a hidden state h, which is the output (Flax: `nn.LSTMCell`; Hochreiter and Schmidhuber, 1997).
 * With i, f, o = sigmoid(W_i. x + W_h. h + b_h.) and g = tanh(the same): c' = f c + i g, h' = o tanh(c').
 *
 * Submodules: `ii`, `if`, `ig`, `io` without a bias for x; `hi`, `hf`, `hg`, `ho` with one for h.
 */
export class LSTMCell extends RNNCellBase.define(lstm) {
  static readonly nowrap = ['initializeCarry'];
  override get numFeatureAxes(): number {
    return 1;
  }

  override initializeCarry(rng: Tensor, inputShape: Shape): LSTMCarry {
    return firstCarryPair('LSTMCell', rng, inputShape, this);
  }

  /**
   * [c, h]: (batch..., features) each, and x: (batch..., in), to the next [c, h] and h.
   * @throws ShapeError, DtypeError
   */
  override call([c, h]: LSTMCarry, x: Tensor): readonly [LSTMCarry, Tensor] {
    const { dtype, paramDtype, kernelInit, recurrentKernelInit, biasInit } = this;
    const features = staticSize('LSTMCell', h, -1);
    const sums = gateNames.map((gate) =>
      add(
        new Dense({ features, dtype, paramDtype, kernelInit, useBias: false }, { name: `i${gate}` }).call(x),
        new Dense({ features, dtype, paramDtype, kernelInit: recurrentKernelInit, biasInit }, { name: `h${gate}` }).call(h),
      ),
    );
    return lstmStep(c, sums, this);
  }
}
