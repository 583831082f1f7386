/** What the two LSTM cells share: they differ in how they compute the sums that go into the gates. */
import { add, mul, type Shape, type Tensor } from '@flaxon/tensor';
import { bias, denseCell, gates } from './attributes.js';
import { carryPair, firstCarryPair } from './carry.js';
import { RNNCellBase } from './cell.js';

/** The gates in the order of Flax: input, forget, cell, output. */
export const gateNames = ['i', 'f', 'g', 'o'] as const;

/** Memory and hidden state. */
export type LSTMCarry = readonly [c: Tensor, h: Tensor];

export abstract class LSTMCellBase extends RNNCellBase.define({ ...denseCell, ...bias, ...gates }) {
  static readonly nowrap = ['initializeCarry', 'gateSums'];
  override get numFeatureAxes(): number {
    return 1;
  }

  override initializeCarry(rng: Tensor, inputShape: Shape): LSTMCarry {
    return firstCarryPair(this.constructor.name, rng, inputShape, this);
  }

  /** W_i. x + W_h. h + b_h. for each gate, from h: (batch..., features) and x: (batch..., in). */
  protected abstract gateSums(h: Tensor, x: Tensor): readonly Tensor[];

  /**
   * [c, h]: (batch..., features) each, and x: (batch..., in), to the next [c, h] and h: c' = f c + i g and h' = o tanh(c').
   * @throws ArgumentError, ShapeError, DtypeError
   */
  override call(carry: LSTMCarry, x: Tensor): readonly [LSTMCarry, Tensor] {
    const [c, h] = carryPair(this.constructor.name, carry);
    const { gateFn, activationFn } = this;
    const [i, f, g, o] = this.gateSums(h, x);
    const nextC = add(mul(gateFn(f!), c), mul(gateFn(i!), activationFn(g!)));
    const nextH = mul(gateFn(o!), activationFn(nextC));
    return [[nextC, nextH], nextH];
  }
}
