import { Module } from '@flaxon/core';
import { Embed, LayerNorm } from '@flaxon/layers';
import { add, astype, bind, slice } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { bertConfigSchema } from './config.js';

/**
 * What each token, its place and its kind of sentence are worth, added and normalised (`FlaxBertEmbeddings`; Devlin et al., 2018, section 3). All
 * tokens are of the first kind: there is one sentence a row.
 *
 * Submodules: `word_embeddings`, `position_embeddings`, `token_type_embeddings`, `LayerNorm`.
 */
export class BertEmbeddings extends Module.define({ config: bertConfigSchema }) {
  /**
   * inputIds: (batch, length), ids of tokens, to (batch, length, hidden).
   * @throws ArgumentError where an id is outside the vocabulary; a graph's runtime has an error of its own
   */
  call(inputIds: Tensor): Tensor {
    const { vocab_size, hidden_size, max_position_embeddings, type_vocab_size, layer_norm_eps } = this.config;
    const table = (name: string, numEmbeddings: number): Tensor => new Embed({ numEmbeddings, features: hidden_size }, { name }).embedding;
    // `Embed` gives NaN for ids out of range. Here they are an error, which also leaves nothing of it in the graph but one `Gather`.
    const [words] = bind('gather', [table('word_embeddings', vocab_size), astype(inputIds, 'int32')], { axis: 0 });
    // A sum with the one kind of sentence before the places of this batch are taken is known when a graph is made.
    const kind = slice(table('token_type_embeddings', type_vocab_size), [0, 0], [1, hidden_size]);
    const places = slice(add(table('position_embeddings', max_position_embeddings), kind), [0, 0], [inputIds.shape[1]!, hidden_size]);
    return new LayerNorm({ epsilon: layer_norm_eps }, { name: 'LayerNorm' }).call(add(words!, places));
  }
}
