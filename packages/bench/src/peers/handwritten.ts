import { Tensor } from 'onnxruntime-node';
import { contestant } from '../measure/contestant.js';
import type { Contestant } from '../measure/contestant.js';
import { openGraph } from '../measure/open-graph.js';
import type { Graph } from '../handwritten/graph.js';

/** A hand-written graph, what goes in first, and which outputs go in at the next call. */
export interface GraphWork {
  readonly graph: () => Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** From output names to the input names that they replace in the next call. */
  readonly carry: Readonly<Record<string, string>>;
  /** The outputs whose numbers are compared, in order; of each at most the first `compared`. */
  readonly results: readonly string[];
  readonly compared: number;
}

export const float32 = (data: Float32Array, shape: readonly number[]): Tensor => new Tensor('float32', data, shape);

/** The contestant `hand-written`: the graph run by ONNX Runtime, its session opened with the options that Flaxon's are. */
export function handwritten({ graph, feeds, carry, results, compared }: GraphWork, { threads }: { readonly threads: number }): Contestant {
  return contestant('hand-written', () => {
    const session = openGraph(graph().toBytes(), threads, threads > 1);
    let current: Readonly<Record<string, Tensor>> = feeds;
    return async () => {
      const outputs = await (await session).run(current);
      const carried = Object.entries(carry).map(([output, input]) => [input, outputs[output]!] as const);
      current = { ...current, ...Object.fromEntries(carried) };
      return results.flatMap((name) => numbers(outputs[name]!).slice(0, compared));
    };
  });
}

function numbers(tensor: Tensor): number[] {
  const { data } = tensor;
  if (data instanceof Float32Array) return Array.from(data);
  throw new TypeError(`Expected a float32 result of the hand-written graph, found ${tensor.type}: compare float32 outputs.`);
}
