import { fields } from '@flaxon/core';
import { add, initializers, mul, sub, type Initializer, type Shape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { Dense } from '../linear/dense.js';
import { staticSize } from '../shape.js';
import { denseCell, gates } from './attributes.js';
import { firstCarry, singleCarry } from './carry.js';
import { RNNCellBase } from './cell.js';

/**
 * A minimal gated unit, the carry and the output alike (Flax: `nn.MGUCell`; Zhou et al., 2016). With f = sigmoid(W_if x + b_if +
 * W_hf h) and n = tanh(W_in x + b_in + f (W_hn h + b_hn)): h' = (1 - f) n + f h. Without the reset gate n = tanh(W_in x + b_in + W_hn h).
 *
 * Submodules: `if`, `in` with a bias for x; `hf` without one for h, `hn` with one if there is a reset gate.
 */
export class MGUCell extends RNNCellBase.define({
  ...denseCell,
  ...gates,
  /** Makes the bias of f; with ones the cell begins by remembering. */
  forgetBiasInit: fields.initializer(initializers.ones),
  /** Makes the biases of n. */
  activationBiasInit: fields.initializer(initializers.zeros),
  /** Whether f gates what n sees of h. */
  resetGate: z.boolean().default(true),
}) {
  static readonly moduleName: string = 'MGUCell';
  static readonly nowrap = ['initializeCarry'];
  override get numFeatureAxes(): number {
    return 1;
  }

  override initializeCarry(rng: Tensor, inputShape: Shape): Tensor {
    return firstCarry('MGUCell', rng, inputShape, this);
  }

  /**
   * h: (batch..., features) and x: (batch..., in), to the next h, twice.
   * @throws ArgumentError, ShapeError, DtypeError
   */
  override call(h: Tensor, x: Tensor): readonly [Tensor, Tensor] {
    const { dtype, paramDtype, kernelInit, recurrentKernelInit, forgetBiasInit, activationBiasInit, resetGate, gateFn, activationFn } = this;
    const features = staticSize('MGUCell', singleCarry('MGUCell', h), -1);
    const ofInput = (name: string, biasInit: Initializer): Tensor => new Dense({ features, dtype, paramDtype, kernelInit, biasInit }, { name }).call(x);
    const ofState = (name: string, useBias: boolean): Tensor =>
      new Dense({ features, dtype, paramDtype, kernelInit: recurrentKernelInit, biasInit: activationBiasInit, useBias }, { name }).call(h);
    const forget = gateFn(add(ofInput('if', forgetBiasInit), ofState('hf', false)));
    const state = ofState('hn', resetGate);
    const proposed = activationFn(add(ofInput('in', activationBiasInit), resetGate ? mul(forget, state) : state));
    const next = add(mul(sub(1, forget), proposed), mul(forget, h));
    return [next, next];
  }
}
