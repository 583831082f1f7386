/** Two vectors of length 1: the cosine of the angle between them, from -1 to 1. */
export const similarity = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, at) => sum + value * y[at]!, 0);

/** A sentence by its number, and how near it is. */
export interface Ranked {
  readonly sentence: number;
  readonly similarity: number;
}

/** The embeddings by their similarity to a query, the nearest first; equal ones in their order. */
export function rankByQuery(query: Float32Array, embeddings: readonly Float32Array[]): readonly Ranked[] {
  return embeddings.map((one, sentence) => ({ sentence, similarity: similarity(query, one) })).toSorted((a, b) => b.similarity - a.similarity);
}

/** Two sentences by their numbers. */
export interface RankedPair {
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
}

/** All pairs of different embeddings by their similarity, the nearest first. */
export function rankPairs(embeddings: readonly Float32Array[]): readonly RankedPair[] {
  const pairs = embeddings.flatMap((one, first) => embeddings.slice(first + 1).map((other, at) => ({ first, second: first + 1 + at, similarity: similarity(one, other) })));
  return pairs.toSorted((a, b) => b.similarity - a.similarity);
}
