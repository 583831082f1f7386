import { apply } from '@flaxon/core';
import type { Variables } from '@flaxon/core';
import { exportOnnx } from '@flaxon/runtime-onnx';
import type { OnnxModel } from '@flaxon/runtime-onnx';
import { spec } from '@flaxon/tensor';
import type { Tensor, Tree } from '@flaxon/tensor';

import type { BertConfig } from './config.js';
import { BertModel } from './model.js';
import { embedSentences } from './sentence.js';

/** Names of the graph's inputs and its output: those of Hugging Face's exports. */
export const portNames = { inputIds: 'input_ids', attentionMask: 'attention_mask', embeddings: 'sentence_embedding' } as const;

/**
 * A sentence encoder as one ONNX graph for batches of any size and length: `input_ids` and `attention_mask`, both int64 (batch, length), to
 * `sentence_embedding` float32 (batch, hidden). The weights are inside, under their names.
 */
export function exportSentenceEncoder(config: BertConfig, weights: Variables): OnnxModel {
  const model = new BertModel({ config });
  const { variables, config: json } = model.bind(weights).exportable();
  const embed = apply(embedSentences, model);
  const graph = (given: Tree<Tensor>, inputIds: Tensor, attentionMask: Tensor): Tree<Tensor> => ({ [portNames.embeddings]: embed(given as Variables, [inputIds, attentionMask]) });
  const tokens = spec('int64', ['batch', 'length']);
  return exportOnnx({ exportable: () => ({ variables, config: json, apply: graph }) }, [tokens, tokens], {
    name: 'sentence-encoder',
    argumentNames: [portNames.inputIds, portNames.attentionMask],
  });
}
