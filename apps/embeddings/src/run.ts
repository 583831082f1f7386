import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { tree } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { exportSentenceEncoder } from './bert/export.js';
import { embed } from './embed.js';
import type { EmbeddingListener } from './events.js';
import { eagerExecutor, onnxExecutor } from './executors.js';
import { readModelFolder } from './model-folder.js';
import type { SentenceModel } from './model-folder.js';
import type { Options } from './options.js';
import { rankByQuery, rankPairs } from './rank.js';
import { exampleSentences, readSentences } from './sentences.js';
import { table } from './table.js';

/** Whom a run tells what. */
export interface RunContext {
  readonly listen: EmbeddingListener;
  /** Takes the table and what was written. */
  readonly say: (text: string) => void;
}

/** The whole job: reads a model and sentences, embeds them, prints how near they are to each other, and writes the graph if that was asked for. */
export async function run(options: Options, { listen, say }: RunContext): Promise<void> {
  const sentences = options.sentences === undefined ? exampleSentences : await readSentences(options.sentences);
  const loading = performance.now();
  const model = await readModelFolder(options.folder);
  listen({ kind: 'loaded', parameters: countParameters(model), seconds: secondsSince(loading) });

  const exporting = performance.now();
  const graph = options.executor === 'onnx' || options.export !== undefined ? exportSentenceEncoder(model.config, model.variables) : undefined;
  if (graph) listen({ kind: 'exported', nodes: graph.nodeCount, seconds: secondsSince(exporting) });
  if (graph && options.export !== undefined) {
    await mkdir(dirname(options.export), { recursive: true });
    await graph.save(options.export);
  }

  const executor = graph && options.executor === 'onnx' ? await onnxExecutor(graph) : eagerExecutor(model);
  try {
    const asked = options.query === undefined ? sentences : [...sentences, options.query];
    const embeddings = await embed(asked, model.tokenizer, executor, listen);
    say(options.query === undefined ? pairTable(sentences, embeddings, options.top) : queryTable(sentences, embeddings, options.top));
  } finally {
    await executor.release();
  }
  if (options.export !== undefined) say(`wrote ${options.export}`);
}

/** The last of the embeddings is the query's. */
function queryTable(sentences: readonly string[], embeddings: readonly Float32Array[], top: number): string {
  const ranked = rankByQuery(embeddings.at(-1)!, embeddings.slice(0, -1)).slice(0, top);
  return table(['# ', 'similarity ', 'sentence'], ranked.map((one, at) => [String(at + 1), one.similarity.toFixed(4), sentences[one.sentence]!]));
}

function pairTable(sentences: readonly string[], embeddings: readonly Float32Array[], top: number): string {
  const ranked = rankPairs(embeddings).slice(0, top);
  return table(['# ', 'similarity ', 'sentence', 'and'], ranked.map((one, at) => [String(at + 1), one.similarity.toFixed(4), sentences[one.first]!, sentences[one.second]!]));
}

const countParameters = ({ variables }: SentenceModel): number => tree.leaves<Tensor>(variables).reduce((sum, { size }) => sum + size, 0);

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
