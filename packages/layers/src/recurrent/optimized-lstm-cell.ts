import { add, concatenate, matmul, split, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';
import { DenseParameters } from './dense-parameters.js';
import { gateNames, LSTMCellBase } from './lstm.js';

/**
 * `LSTMCell`, with the same parameters and results, by two matrix products and not eight (Flax: `nn.OptimizedLSTMCell`): the
 * kernels of the four gates stand side by side.
 */
export class OptimizedLSTMCell extends LSTMCellBase {
  static readonly moduleName: string = 'OptimizedLSTMCell';
  protected override gateSums(h: Tensor, x: Tensor): readonly Tensor[] {
    const { dtype, paramDtype, kernelInit, recurrentKernelInit, biasInit } = this;
    const features = staticSize('OptimizedLSTMCell', h, -1);
    // In the order in which Flax makes them, so that summaries agree.
    const gates = gateNames.map((gate) => {
      const ofInput = new DenseParameters({ features, paramDtype, kernelInit, useBias: false }, { name: `i${gate}` }).call(x);
      const ofState = new DenseParameters({ features, paramDtype, kernelInit: recurrentKernelInit, biasInit }, { name: `h${gate}` }).call(h);
      return { inputKernel: ofInput[0], stateKernel: ofState[0], bias: ofState[1]! };
    });

    const side = (tensors: readonly Tensor[]): Tensor => concatenate(tensors, -1);
    const [input, inputKernel] = promoteDtype('OptimizedLSTMCell', [x, side(gates.map((gate) => gate.inputKernel))], dtype);
    const [state, stateKernel, bias] = promoteDtype('OptimizedLSTMCell', [h, side(gates.map((gate) => gate.stateKernel)), side(gates.map((gate) => gate.bias))], dtype);
    const sums = add(matmul(input, inputKernel), add(matmul(state, stateKernel), bias));
    return split(sums, gateNames.length, -1);
  }
}
