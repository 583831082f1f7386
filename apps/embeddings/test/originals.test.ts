import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportSentenceEncoder } from '../src/bert/export.js';
import { embed } from '../src/embed.js';
import { eagerExecutor, onnxExecutor } from '../src/executors.js';
import type { SentenceExecutor } from '../src/executors.js';
import { readModelFolder } from '../src/model-folder.js';
import type { SentenceModel } from '../src/model-folder.js';
import type { TokenRows } from '../src/sentence-tokenizer.js';
import { largestDifference, miniLmFolder, readCases, tinyFolder } from './cases.js';

/** Both executors and torch add up float32 in different orders. */
const tolerance = 1e-5;

/** Milliseconds that the real model may take on a machine with much else to do. */
const patience = 180_000;

const models = [
  { name: 'a tiny random BERT', folder: tinyFolder, file: 'tiny-bert.json', eagerTokens: Infinity },
  // Where the eager executor would take a minute for long sentences, it embeds the short ones.
  ...(miniLmFolder === undefined ? [] : [{ name: 'all-MiniLM-L6-v2', folder: miniLmFolder, file: 'minilm.json', eagerTokens: 40 }]),
];

describe.each(models)('$name', ({ folder, file, eagerTokens }) => {
  const { maxLength, cases } = readCases(file);
  let model: SentenceModel;
  let eager: SentenceExecutor;
  let onnx: SentenceExecutor;
  beforeAll(async () => {
    model = await readModelFolder(folder);
    eager = eagerExecutor(model);
    onnx = await onnxExecutor(exportSentenceEncoder(model.config, model.variables));
  }, patience);
  afterAll(() => onnx?.release());

  it('each sentence has the tokens of the original, cut at the same number', () => {
    expect(model.tokenizer.maxLength).toBe(maxLength);
    for (const { sentence, ids } of cases) {
      const cut = ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), ids.at(-1)];
      expect(model.tokenizer.encode(sentence)).toEqual({ ids: cut, dropped: ids.length - cut.length });
    }
  });

  it('the graph gives the embeddings of the original, with sentences of all lengths in one batch', async () => {
    const embeddings = await embed(cases.map(({ sentence }) => sentence), model.tokenizer, onnx);
    for (const [at, { sentence, embedding }] of cases.entries()) expect.soft(largestDifference(embeddings[at]!, embedding), sentence).toBeLessThan(tolerance);
  }, patience);

  it('so does the eager executor', async () => {
    const short = cases.filter(({ ids }) => ids.length <= eagerTokens);
    const embeddings = await embed(short.map(({ sentence }) => sentence), model.tokenizer, eager);
    for (const [at, { sentence, embedding }] of short.entries()) expect.soft(largestDifference(embeddings[at]!, embedding), sentence).toBeLessThan(tolerance);
  }, patience);

  it('a sentence alone has the embedding that it has next to longer ones', async () => {
    const { sentence, embedding } = cases[0]!;
    const [alone] = await embed([sentence], model.tokenizer, onnx);
    expect(largestDifference(alone!, embedding)).toBeLessThan(tolerance);
  });

  it('a token that the model does not know is an error', async () => {
    const tokens: TokenRows = { rows: 1, length: 1, inputIds: BigInt64Array.of(BigInt(model.config.vocab_size)), attentionMask: BigInt64Array.of(1n) };
    await expect(eager.run(tokens)).rejects.toThrow(/must be from 0 to/u);
    await expect(onnx.run(tokens)).rejects.toThrow(/out of data bounds/u);
  });

  it.each([
    [1, 1],
    [1, 17],
    [3, 5],
    [7, 24],
  ])('one graph takes %i sentences of %i tokens', async (rows, length) => {
    const tokens = someTokens(rows, length, model.config.vocab_size);
    const [expected, found] = [await eager.run(tokens), await onnx.run(tokens)];
    expect(found.shape).toEqual([rows, model.config.hidden_size]);
    expect(largestDifference(found.data() as Float32Array, expected.data() as Float32Array)).toBeLessThan(tolerance);
  });
});

/** Rows of tokens, of which each has one place less than the one before. */
function someTokens(rows: number, length: number, vocabulary: number): TokenRows {
  const inputIds = BigInt64Array.from({ length: rows * length }, (_, at) => BigInt((at * 31 + 7) % vocabulary));
  const attentionMask = BigInt64Array.from({ length: rows * length }, (_, at) => (at % length < Math.max(1, length - Math.floor(at / length)) ? 1n : 0n));
  return { rows, length, inputIds, attentionMask };
}
