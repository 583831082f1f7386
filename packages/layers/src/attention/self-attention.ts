import type { Tensor } from '@flaxon/tensor';
import { MultiHeadDotProductAttention, type AttentionOptions } from './multi-head.js';

/**
 * `MultiHeadDotProductAttention` of a sequence to itself alone (Flax: `nn.SelfAttention`, which prefers
 * `MultiHeadDotProductAttention` with one input by now). Attributes, submodules and results are the same.
 */
export class SelfAttention extends MultiHeadDotProductAttention {
  static override readonly moduleName: string = 'SelfAttention';
  /**
   * inputs: (batch..., length, in), to (batch..., length, out).
   * @throws ArgumentError, ShapeError, DtypeError, MergeParamError, InvalidRngError, as `MultiHeadDotProductAttention`
   */
  override call(inputs: Tensor, options: AttentionOptions = {}): Tensor {
    return super.call(inputs, options);
  }
}
