import { random, tensor, zeros } from '@flaxon/tensor';
import { beforeAll, describe, expect, it } from 'vitest';

import { bertConfigSchema } from '../src/bert/config.js';
import { exportSentenceEncoder } from '../src/bert/export.js';
import { BertModel } from '../src/bert/model.js';

/** How many nodes of each operator the graph of an encoder with `blocks` blocks has. */
function operatorsOf(blocks: number): ReadonlyMap<string, number> {
  const config = bertConfigSchema.parse({
    model_type: 'bert', vocab_size: 11, hidden_size: 8, num_hidden_layers: blocks, num_attention_heads: 2, intermediate_size: 12, max_position_embeddings: 6, type_vocab_size: 2,
  });
  const weights = new BertModel({ config }).init(random.key(0), [zeros([1, 2], 'int32'), tensor([[true, true]])]);
  const counts = new Map<string, number>();
  for (const { opType = '' } of exportSentenceEncoder(config, weights).graph.node ?? []) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  return counts;
}

describe('a block of the encoder', () => {
  let block: Readonly<Record<string, number>>;
  beforeAll(() => {
    const [one, two] = [operatorsOf(1), operatorsOf(2)];
    block = Object.fromEntries([...two].map(([operator, count]) => [operator, count - (one.get(operator) ?? 0)]).filter(([, count]) => count !== 0));
  });

  it('is one attention, one gelu and two normalisations, each one node', () => {
    expect(block).toMatchObject({ Attention: 1, Gelu: 1, LayerNormalization: 2 });
  });

  it('is six products, their biases and two residuals besides, and no change of layout or of the mask', () => {
    const { Attention: _, Gelu: __, LayerNormalization: ___, MatMul = 0, Gemm = 0, Add = 0, ...others } = block;
    expect(MatMul + Gemm).toBe(6);
    expect(Add).toBeLessThanOrEqual(8);
    expect(others).toEqual({});
  });
});
