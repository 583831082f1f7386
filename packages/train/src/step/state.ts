import type { TrainState, Variables } from '@flaxon/core';
import type { EmaState } from '@flaxon/optim';
import { astype, div, maximum, pow, scalar, sub, tree, type Tensor } from '@flaxon/tensor';

/** All that changes from step to step: a plain tree of tensors. */
export type TrainerState = TrainState & {
  /** The running mean of the parameters; null where none is kept. */
  readonly ema: EmaState | null;
};

/** The parameters of variables, as optimisers see them. */
export const trainedOf = ({ params }: Variables): Variables => ({ params: params ?? {} });

/** The running mean that a state of Optax's `ema` stands for: corrected for its beginning at 0. Before the first update that is 0. */
export function averageOf({ count, ema: mean }: EmaState, decay: number): Variables {
  const correction = sub(1, pow(scalar(decay, 'float32'), astype(maximum(count, 1), 'float32')));
  return tree.map((leaf: Tensor) => div(leaf, astype(correction, leaf.dtype)), mean) as Variables;
}
