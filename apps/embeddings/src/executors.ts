import { apply } from '@flaxon/core';
import type { OnnxModel } from '@flaxon/runtime-onnx';
import { tensor } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { portNames } from './bert/export.js';
import { BertModel } from './bert/model.js';
import { embedSentences } from './bert/sentence.js';
import type { SentenceModel } from './model-folder.js';
import type { TokenRows } from './sentence-tokenizer.js';

/** What computes embeddings. */
export interface SentenceExecutor {
  /** To (rows, hidden). */
  run(tokens: TokenRows): Promise<Tensor>;
  release(): Promise<void>;
}

interface Inputs {
  readonly inputIds: Tensor;
  readonly attentionMask: Tensor;
}

function tensorsOf({ rows, length, inputIds, attentionMask }: TokenRows): Inputs {
  const shape = [rows, length];
  return { inputIds: tensor(inputIds, { shape }), attentionMask: tensor(attentionMask, { shape }) };
}

/** The model by the eager executor, operation by operation in TypeScript. */
export function eagerExecutor({ config, variables }: SentenceModel): SentenceExecutor {
  const embed = apply(embedSentences, new BertModel({ config }));
  return {
    run: async (tokens) => {
      const { inputIds, attentionMask } = tensorsOf(tokens);
      return embed(variables, [inputIds, attentionMask]);
    },
    release: async () => {},
  };
}

/** The exported graph in ONNX Runtime. */
export async function onnxExecutor(graph: OnnxModel): Promise<SentenceExecutor> {
  const session = await graph.createSession();
  return {
    run: async (tokens) => {
      const { inputIds, attentionMask } = tensorsOf(tokens);
      const results = await session.run({ [portNames.inputIds]: inputIds, [portNames.attentionMask]: attentionMask });
      return results[portNames.embeddings]!;
    },
    release: () => session.release(),
  };
}
