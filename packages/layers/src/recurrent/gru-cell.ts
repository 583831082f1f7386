import { add, mul, sub, type Shape, type Tensor } from '@flaxon/tensor';
import { Dense } from '../linear/dense.js';
import { staticSize } from '../shape.js';
import { bias, denseCell, gates } from './attributes.js';
import { firstCarry, singleCarry } from './carry.js';
import { RNNCellBase } from './cell.js';

/**
 * A gated recurrent unit, the carry and the output alike (Flax: `nn.GRUCell`; Cho et al., 2014, with the reset gate after the
 * product). With r, z = sigmoid(W_i. x + b_i. + W_h. h) and n = tanh(W_in x + b_in + r (W_hn h + b_hn)): h' = (1 - z) n + z h.
 *
 * Submodules: `ir`, `iz`, `in` with a bias for x; `hr`, `hz` without and `hn` with one for h.
 */
export class GRUCell extends RNNCellBase.define({ ...denseCell, ...bias, ...gates }) {
  static readonly moduleName: string = 'GRUCell';
  static readonly nowrap = ['initializeCarry'];
  override get numFeatureAxes(): number {
    return 1;
  }

  override initializeCarry(rng: Tensor, inputShape: Shape): Tensor {
    return firstCarry('GRUCell', rng, inputShape, this);
  }

  /**
   * h: (batch..., features) and x: (batch..., in), to the next h, twice.
   * @throws ArgumentError, ShapeError, DtypeError
   */
  override call(h: Tensor, x: Tensor): readonly [Tensor, Tensor] {
    const { dtype, paramDtype, kernelInit, recurrentKernelInit, biasInit, gateFn, activationFn } = this;
    const features = staticSize('GRUCell', singleCarry('GRUCell', h), -1);
    const ofInput = (name: string): Tensor => new Dense({ features, dtype, paramDtype, kernelInit, biasInit }, { name }).call(x);
    const ofState = (name: string, useBias: boolean): Tensor =>
      new Dense({ features, dtype, paramDtype, kernelInit: recurrentKernelInit, biasInit, useBias }, { name }).call(h);
    const reset = gateFn(add(ofInput('ir'), ofState('hr', false)));
    const update = gateFn(add(ofInput('iz'), ofState('hz', false)));
    const proposed = activationFn(add(ofInput('in'), mul(reset, ofState('hn', true))));
    const next = add(mul(sub(1, update), proposed), mul(update, h));
    return [next, next];
  }
}
