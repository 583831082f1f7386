/** How long graphs take, whoever made them: one session each, their runs taken in turns. */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { median } from '../measure/statistics.js';

export interface Entry {
  readonly name: string;
  readonly session: InferenceSession;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

export interface Latency {
  readonly name: string;
  /** Microseconds. */
  readonly median: number;
  readonly smallest: number;
}

type Make = (count: number) => Float32Array | Float64Array | Int32Array | BigInt64Array;

const random = (): number => Math.random() - 0.5;
const makers: Readonly<Record<string, Make>> = {
  float32: (count) => Float32Array.from({ length: count }, random),
  float64: (count) => Float64Array.from({ length: count }, random),
  int32: (count) => new Int32Array(count).fill(1),
  int64: (count) => new BigInt64Array(count).fill(1n),
};

/** Numbers for every input of a graph, whose symbolic dimensions are the batch. */
export function randomFeeds({ inputMetadata }: InferenceSession, batch: number): Record<string, Tensor> {
  const feeds = inputMetadata.map((input): [string, Tensor] => {
    if (!input.isTensor) throw new TypeError(`the input ${input.name} is no tensor`);
    const shape = input.shape.map((dim) => (typeof dim === 'number' ? dim : batch));
    const make = makers[input.type];
    if (!make) throw new TypeError(`the input ${input.name} is of ${input.type}, expected one of ${Object.keys(makers).join(', ')}`);
    return [input.name, new Tensor(input.type as 'float32', make(shape.reduce((product, dim) => product * dim, 1)) as Float32Array, shape)];
  });
  return Object.fromEntries(feeds);
}

/** `runs` runs of each, in turns, after some that do not count. */
export async function interleaved(entries: readonly Entry[], runs: number): Promise<Latency[]> {
  const times = entries.map((): number[] => []);
  const warmUp = Math.ceil(runs / 10);
  for (let run = -warmUp; run < runs; run++) {
    for (const [i, { session, feeds }] of entries.entries()) {
      const start = performance.now();
      await session.run(feeds);
      if (run >= 0) times[i]!.push(1000 * (performance.now() - start));
    }
  }
  return entries.map(({ name }, i) => ({ name, median: median(times[i]!), smallest: Math.min(...times[i]!) }));
}
