import type { Contestant, TokenBatch } from './contestant.js';

/** Milliseconds of a run. */
export interface Times {
  readonly least: number;
  readonly median: number;
}

/** How long runs of one graph take. */
export interface Latency {
  readonly name: string;
  readonly wall: Times;
  /** What the processor worked on this process, all threads together: it counts no waiting for others on a busy machine. */
  readonly processor: Times;
  /** The largest difference of an element from the first graph's result. */
  readonly deviation: number;
}

function summarize(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return { least: sorted[0]!, median: sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2 };
}

interface Duration {
  readonly wall: number;
  readonly processor: number;
}

async function timed(run: () => Promise<unknown>): Promise<Duration> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - start, processor: (user + system) / 1000 };
}

const largestDifference = (x: Float32Array, y: Float32Array): number => x.reduce((largest, value, at) => Math.max(largest, Math.abs(value - y[at]!)), 0);

/**
 * Runs the graphs in turns, `rounds` times each, so that what else the machine does meets all of them alike; in every other round the other way
 * round, so that none always runs after the same one. Two rounds before are not counted.
 */
export async function measure(contestants: readonly Contestant[], tokens: TokenBatch, rounds: number): Promise<readonly Latency[]> {
  const results: Float32Array[] = [];
  for (const one of contestants) {
    results.push(await one.run(tokens));
    await one.run(tokens);
  }
  const times = contestants.map((): Duration[] => []);
  const order = [...contestants.keys()];
  for (let round = 0; round < rounds; round++) {
    for (const at of round % 2 === 0 ? order : order.toReversed()) {
      times[at]!.push(await timed(() => contestants[at]!.run(tokens)));
    }
  }
  return contestants.map(({ name }, at) => ({
    name,
    wall: summarize(times[at]!.map(({ wall }) => wall)),
    processor: summarize(times[at]!.map(({ processor }) => processor)),
    deviation: largestDifference(results[0]!, results[at]!),
  }));
}
