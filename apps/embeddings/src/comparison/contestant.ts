import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { decodeModel } from '@flaxon/runtime-onnx';
import * as ort from 'onnxruntime-node';

/** What a graph is made of. */
export interface GraphSize {
  readonly name: string;
  readonly nodes: number;
  /** Operators with their numbers, the most frequent first. */
  readonly operators: readonly (readonly [string, number])[];
}

/** Counts the nodes of an ONNX file. @throws ModelFormatError where it is none */
export async function graphSize(path: string): Promise<GraphSize> {
  const nodes = decodeModel(await readFile(path)).graph?.node ?? [];
  const counts = new Map<string, number>();
  for (const { opType = '', domain = '' } of nodes) {
    const operator = domain === '' ? opType : `${domain}.${opType}`;
    counts.set(operator, (counts.get(operator) ?? 0) + 1);
  }
  return { name: basename(path, '.onnx'), nodes: nodes.length, operators: [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)) };
}

/** Tokens for the graphs: those of one batch, of which no row has padding. */
export interface TokenBatch {
  readonly batch: number;
  readonly length: number;
  readonly inputIds: BigInt64Array;
  readonly attentionMask: BigInt64Array;
}

/** Ids all over the vocabulary, the same in every run. */
export function tokenBatch(batch: number, length: number, vocabulary: number): TokenBatch {
  const size = batch * length;
  const inputIds = BigInt64Array.from({ length: size }, (_, at) => BigInt((at * 7919 + 101) % vocabulary));
  return { batch, length, inputIds, attentionMask: new BigInt64Array(size).fill(1n) };
}

/** A graph that is ready to run, in plain ONNX Runtime. */
export interface Contestant {
  readonly name: string;
  /** One run: the embeddings, row by row. */
  run(tokens: TokenBatch): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Opens a graph from `input_ids` and `attention_mask` to embeddings, its first output. */
export async function contestant(path: string, threads: number): Promise<Contestant> {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 });
  const output = session.outputNames[0]!;
  return {
    name: basename(path, '.onnx'),
    run: async ({ batch, length, inputIds, attentionMask }) => {
      const feeds = { input_ids: new ort.Tensor('int64', inputIds, [batch, length]), attention_mask: new ort.Tensor('int64', attentionMask, [batch, length]) };
      return (await session.run(feeds))[output]!.data as Float32Array;
    },
    release: () => session.release(),
  };
}
