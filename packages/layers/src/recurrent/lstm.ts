/** What the two LSTM cells share. */
import { add, mul, type Tensor } from '@flaxon/tensor';
import { bias, denseCell, gates } from './attributes.js';

export const lstm = { ...denseCell, ...bias, ...gates };

/** The gates in the order of Flax: input, forget, cell, output. */
export const gateNames = ['i', 'f', 'g', 'o'] as const;

/** Memory and hidden state. */
export type LSTMCarry = readonly [c: Tensor, h: Tensor];

type Activation = (x: Tensor) => Tensor;

/** c' = f c + i g and h' = o tanh(c'), from the sums that go into the gates. */
export function lstmStep(c: Tensor, [i, f, g, o]: readonly Tensor[], { gateFn, activationFn }: { readonly gateFn: Activation; readonly activationFn: Activation }): readonly [LSTMCarry, Tensor] {
  const nextC = add(mul(gateFn(f!), c), mul(gateFn(i!), activationFn(g!)));
  const nextH = mul(gateFn(o!), activationFn(nextC));
  return [[nextC, nextH], nextH];
}
