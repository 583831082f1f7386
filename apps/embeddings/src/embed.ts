import type { EmbeddingListener } from './events.js';
import type { SentenceExecutor } from './executors.js';
import type { SentenceTokenizer } from './sentence-tokenizer.js';

/** Sentences in one batch: as sentence-transformers has it. */
const batchSize = 32;

/**
 * A vector of length 1 for each sentence. Sentences of like length go in one batch, so that few rows are filled up.
 */
export async function embed(sentences: readonly string[], tokenizer: SentenceTokenizer, executor: SentenceExecutor, listen: EmbeddingListener = () => {}): Promise<readonly Float32Array[]> {
  const start = performance.now();
  const tokens = sentences.map((sentence, at) => {
    const encoded = tokenizer.encode(sentence);
    if (encoded.dropped > 0) listen({ kind: 'truncated', sentence: at + 1, tokens: encoded.ids.length + encoded.dropped, maxLength: tokenizer.maxLength });
    return encoded;
  });
  const order = [...tokens.keys()].toSorted((a, b) => tokens[b]!.ids.length - tokens[a]!.ids.length);
  const embeddings: Float32Array[] = Array.from({ length: sentences.length });
  for (let from = 0; from < order.length; from += batchSize) {
    const batch = order.slice(from, from + batchSize);
    const result = await executor.run(tokenizer.pad(batch.map((at) => tokens[at]!)));
    const [values, width] = [result.data() as Float32Array, Number(result.shape[1])];
    for (const [row, at] of batch.entries()) embeddings[at] = values.slice(row * width, (row + 1) * width);
    listen({ kind: 'embedded', done: from + batch.length, total: sentences.length, seconds: (performance.now() - start) / 1000 });
  }
  return embeddings;
}
