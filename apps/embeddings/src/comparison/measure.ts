import type { Contestant, TokenBatch } from './contestant.js';

/** Milliseconds a run of one graph. */
export interface Latency {
  readonly name: string;
  readonly least: number;
  readonly median: number;
  /** The largest difference of an element from the first graph's result. */
  readonly deviation: number;
}

const middle = (sorted: readonly number[]): number => {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

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
  const times = contestants.map((): number[] => []);
  const order = [...contestants.keys()];
  for (let round = 0; round < rounds; round++) {
    for (const at of round % 2 === 0 ? order : order.toReversed()) {
      const start = performance.now();
      await contestants[at]!.run(tokens);
      times[at]!.push(performance.now() - start);
    }
  }
  return contestants.map(({ name }, at) => {
    const sorted = times[at]!.toSorted((a, b) => a - b);
    return { name, least: sorted[0]!, median: middle(sorted), deviation: largestDifference(results[0]!, results[at]!) };
  });
}
