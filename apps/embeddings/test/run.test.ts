import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decodeModel } from '@flaxon/runtime-onnx';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EmbeddingEvent } from '../src/events.js';
import type { Options } from '../src/options.js';
import { createProgress } from '../src/progress.js';
import { run } from '../src/run.js';
import { exampleSentences, SentencesError } from '../src/sentences.js';
import { similarity } from '../src/rank.js';
import { largestDifference, readCases, tinyFolder } from './cases.js';

const base: Options = { folder: tinyFolder, top: 3, executor: 'onnx' };

/** What a run says and tells. */
async function recorded(options: Partial<Options>): Promise<{ said: string; events: readonly EmbeddingEvent[] }> {
  const [lines, events]: [string[], EmbeddingEvent[]] = [[], []];
  await run({ ...base, ...options }, { say: (text) => lines.push(text), listen: (event) => events.push(event) });
  return { said: lines.join('\n'), events };
}

const { cases } = readCases('tiny-bert.json');
const oneLine = cases.filter(({ sentence }) => sentence.trim() !== '' && !/[\n\0]/u.test(sentence));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'embeddings-'));
  writeFileSync(join(folder, 'sentences.txt'), `${oneLine.map(({ sentence }) => sentence).join('\n')}\r\n\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Similarities to a case, by the embeddings of the original, the largest first. */
const expectedSimilarities = (query: number): readonly number[] => oneLine.map(({ embedding }) => similarity(cases[query]!.embedding, embedding)).toSorted((a, b) => b - a);

describe.each(['onnx', 'eager'] as const)('a run on %s', (executor) => {
  it('ranks the lines of a file as the embeddings of the original do', async () => {
    const { said } = await recorded({ executor, sentences: join(folder, 'sentences.txt'), query: cases[1]!.sentence, top: 100 });
    const rows = said.split('\n').slice(1);
    expect(rows).toHaveLength(oneLine.length);
    const shown = rows.map((row) => Number(/^ *\d+ +(-?[\d.]+)/u.exec(row)![1]));
    // Four digits are shown.
    for (const [at, expected] of expectedSimilarities(1).entries()) expect(Math.abs(shown[at]! - expected)).toBeLessThan(1e-4);
    expect(rows[0]).toContain(cases[1]!.sentence);
  });

  it('without a query ranks the pairs of the examples', async () => {
    const { said, events } = await recorded({ executor });
    expect(said.split('\n')).toHaveLength(4);
    expect(said).toMatch(/^# +similarity +sentence +and\n1 /u);
    expect(events.at(-1)).toMatchObject({ kind: 'embedded', done: exampleSentences.length, total: exampleSentences.length });
  });
});

it('a sentence with too many tokens is cut, and that is told', async () => {
  const { events } = await recorded({ sentences: join(folder, 'sentences.txt') });
  const long = oneLine.findIndex(({ ids }) => ids.length === 442);
  expect(events).toContainEqual({ kind: 'truncated', sentence: long + 1, tokens: 442, maxLength: 24 });
});

it('the file that it writes is one graph with open axes, which plain ONNX Runtime runs', async () => {
  const path = join(folder, 'out', 'encoder.onnx');
  const { said } = await recorded({ export: path });
  expect(said).toContain(`wrote ${path}`);
  const { graph } = decodeModel(readFileSync(path));
  const dims = (graph?.input ?? []).map(({ name, type }) => [name, type?.tensorType?.shape?.dim?.map(({ dimParam }) => dimParam)]);
  expect(dims).toEqual([['input_ids', ['batch', 'length']], ['attention_mask', ['batch', 'length']]]);

  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  const { ids, embedding } = cases[0]!;
  const tensorOf = (values: readonly number[]): ort.Tensor => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  const { sentence_embedding: found } = await session.run({ input_ids: tensorOf(ids), attention_mask: tensorOf(ids.map(() => 1)) });
  await session.release();
  expect(largestDifference(found!.data as Float32Array, embedding)).toBeLessThan(1e-5);
});

it('a file of sentences that is missing or blank is an error before the model is read', async () => {
  await expect(recorded({ sentences: join(folder, 'none.txt'), folder: 'nowhere' })).rejects.toThrow(SentencesError);
  writeFileSync(join(folder, 'blank.txt'), '\n \n');
  await expect(recorded({ sentences: join(folder, 'blank.txt') })).rejects.toThrow(/has no sentences/u);
});

describe('progress', () => {
  const events: readonly EmbeddingEvent[] = [
    { kind: 'loaded', parameters: 22_600_000, seconds: 0.5 },
    { kind: 'truncated', sentence: 2, tokens: 300, maxLength: 256 },
    { kind: 'embedded', done: 32, total: 40, seconds: 1 },
    { kind: 'embedded', done: 40, total: 40, seconds: 1.5 },
  ];
  const shown = (isTTY: boolean): string => {
    let text = '';
    const listen = createProgress({ isTTY, write: (part: string) => (text += part) });
    for (const event of events) listen(event);
    return text;
  };

  it('in a file, each event is a line, and of the batches the last', () => {
    expect(shown(false)).toBe('read 22.6 million parameters in 0.5 s\nnote: sentence 2 has 300 tokens; the first 256 count\nembedded 40 of 40 sentences in 1.5 s\n');
  });

  it('on a terminal, each batch draws the line again', () => {
    expect(shown(true).split('\n').at(-2)).toBe('\r\u001B[2Kembedded 32 of 40 sentences in 1.0 s\r\u001B[2Kembedded 40 of 40 sentences in 1.5 s');
  });
});
