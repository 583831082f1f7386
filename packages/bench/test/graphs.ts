import { InferenceSession } from 'onnxruntime-node';
import type { Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import type { Graph } from '../src/handwritten/graph.js';

/** The float32 outputs of a graph, by name. */
export async function runGraph(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(graph.toBytes(), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data as Float32Array)]));
}

/** Expects numbers that differ by less than 5e-6. */
export function expectClose(got: readonly number[] | undefined, want: ArrayLike<number>): void {
  expect(got).toHaveLength(want.length);
  Array.from(want).forEach((value, index) => expect(got![index]).toBeCloseTo(value, 5));
}
