import { Module } from '@flaxon/core';
import { Dense, dotProductAttention, LayerNorm } from '@flaxon/layers';
import { add, reshape } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { bertConfigSchema } from './config.js';

/** Attention of a row's tokens to each other by several heads (`FlaxBertSelfAttention`). Submodules: `query`, `key`, `value`, each (hidden, hidden). */
class BertSelfAttention extends Module.define({ config: bertConfigSchema }) {
  call(x: Tensor, mask: Tensor): Tensor {
    const { hidden_size: hidden, num_attention_heads: heads } = this.config;
    const [batch, length] = [x.shape[0]!, x.shape[1]!];
    const project = (name: string): Tensor => reshape(new Dense({ features: hidden }, { name }).call(x), [batch, length, heads, hidden / heads]);
    return reshape(dotProductAttention(project('query'), project('key'), project('value'), { mask }), [batch, length, hidden]);
  }
}

/** A linear map of what a block made, added to what it was given, and normalised (`FlaxBertSelfOutput`, `FlaxBertOutput`). Submodules: `dense`, `LayerNorm`. */
export class BertOutput extends Module.define({ config: bertConfigSchema }) {
  call(x: Tensor, residual: Tensor): Tensor {
    const y = new Dense({ features: this.config.hidden_size }, { name: 'dense' }).call(x);
    return new LayerNorm({ epsilon: this.config.layer_norm_eps }, { name: 'LayerNorm' }).call(add(y, residual));
  }
}

/** Self-attention with its residual and normalisation (`FlaxBertAttention`). Submodules: `self`, `output`. */
export class BertAttention extends Module.define({ config: bertConfigSchema }) {
  /** x: (batch, length, hidden), mask: (batch, 1, 1, length), true where a token may be attended to. */
  call(x: Tensor, mask: Tensor): Tensor {
    const { config } = this;
    const attended = new BertSelfAttention({ config }, { name: 'self' }).call(x, mask);
    return new BertOutput({ config }, { name: 'output' }).call(attended, x);
  }
}
