import { add, type Tensor } from '@flaxon/tensor';
import { Dense } from '../linear/dense.js';
import { staticSize } from '../shape.js';
import { gateNames, LSTMCellBase } from './lstm.js';

/**
 * A cell with a memory c and a hidden state h, which is the output (Flax: `nn.LSTMCell`; Hochreiter and Schmidhuber, 1997).
 * With i, f, o = sigmoid(W_i. x + W_h. h + b_h.) and g = tanh(the same): c' = f c + i g, h' = o tanh(c').
 *
 * Submodules: `ii`, `if`, `ig`, `io` without a bias for x; `hi`, `hf`, `hg`, `ho` with one for h.
 */
export class LSTMCell extends LSTMCellBase {
  static readonly moduleName: string = 'LSTMCell';
  protected override gateSums(h: Tensor, x: Tensor): readonly Tensor[] {
    const { dtype, paramDtype, kernelInit, recurrentKernelInit, biasInit } = this;
    const features = staticSize('LSTMCell', h, -1);
    return gateNames.map((gate) =>
      add(
        new Dense({ features, dtype, paramDtype, kernelInit, useBias: false }, { name: `i${gate}` }).call(x),
        new Dense({ features, dtype, paramDtype, kernelInit: recurrentKernelInit, biasInit }, { name: `h${gate}` }).call(h),
      ),
    );
  }
}
