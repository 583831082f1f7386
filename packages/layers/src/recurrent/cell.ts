import { Module } from '@flaxon/core';
import type { Shape, Tensor, Tree } from '@flaxon/tensor';

/** What a cell hands on from step to step. */
export type Carry = Tree<Tensor>;

/** A cell of a recurrent network: one step from a carry and an input to the next carry and an output (Flax: `nn.RNNCellBase`). */
export abstract class RNNCellBase extends Module.define({}) {
  /** How many of the last axes of an input are features; those before are batch axes. */
  abstract readonly numFeatureAxes: number;

  /** The carry to begin with, for inputs of one step of shape `inputShape`. A cell that is not bound has it too: `static nowrap`. */
  abstract initializeCarry(rng: Tensor, inputShape: Shape): Carry;

  /** The next carry and the output. */
  abstract call(carry: Carry, inputs: Tensor): readonly [Carry, Tensor];
}
