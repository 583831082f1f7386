import { Module } from '@flaxon/core';
import { Dense } from '@flaxon/layers';
import { expandDims, gelu } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { BertAttention, BertOutput } from './attention.js';
import { bertConfigSchema } from './config.js';
import { BertEmbeddings } from './embeddings.js';

/** A linear map and the exact gelu (`FlaxBertIntermediate`). Submodule: `dense`. */
class BertIntermediate extends Module.define({ config: bertConfigSchema }) {
  call(x: Tensor): Tensor {
    return gelu(new Dense({ features: this.config.intermediate_size }, { name: 'dense' }).call(x), { approximate: false });
  }
}

/** One block, normalised after each of its halves (`FlaxBertLayer`). Submodules: `attention`, `intermediate`, `output`. */
class BertLayer extends Module.define({ config: bertConfigSchema }) {
  call(x: Tensor, mask: Tensor): Tensor {
    const { config } = this;
    const attended = new BertAttention({ config }, { name: 'attention' }).call(x, mask);
    const widened = new BertIntermediate({ config }, { name: 'intermediate' }).call(attended);
    return new BertOutput({ config }, { name: 'output' }).call(widened, attended);
  }
}

/** The blocks, named `0`, `1`, ... (`FlaxBertLayerCollection`). */
class BertLayers extends Module.define({ config: bertConfigSchema }) {
  call(x: Tensor, mask: Tensor): Tensor {
    const { config } = this;
    return Array.from({ length: config.num_hidden_layers }, (_, at) => String(at)).reduce((hidden, name) => new BertLayer({ config }, { name }).call(hidden, mask), x);
  }
}

/** Submodule: `layer` (`FlaxBertEncoder`). */
class BertEncoder extends Module.define({ config: bertConfigSchema }) {
  call(x: Tensor, mask: Tensor): Tensor {
    return new BertLayers({ config: this.config }, { name: 'layer' }).call(x, mask);
  }
}

/**
 * BERT without a head (`FlaxBertModule` of Hugging Face's transformers with `add_pooling_layer=False`, whose names its parameters have; Devlin et al.,
 * "BERT: Pre-training of Deep Bidirectional Transformers", 2018). Submodules: `embeddings`, `encoder`.
 */
export class BertModel extends Module.define({ config: bertConfigSchema }) {
  /**
   * inputIds: (batch, length) of integers; attentionMask: (batch, length), bool, true where there is a token and no padding. To (batch, length,
   * hidden), the hidden states of the last block.
   */
  call(inputIds: Tensor, attentionMask: Tensor): Tensor {
    const { config } = this;
    const x = new BertEmbeddings({ config }, { name: 'embeddings' }).call(inputIds);
    return new BertEncoder({ config }, { name: 'encoder' }).call(x, expandDims(attentionMask, [1, 2]));
  }
}
