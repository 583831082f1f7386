import { disagreement, median, ratio } from './measure/statistics.js';
import type { Measurement } from './measure/interleave.js';

/** The peer that all are compared with, where it runs, and the others. */
export const yardstick = 'hand-written';
const peers: ReadonlySet<string> = new Set([yardstick, 'JAX', 'tfjs', 'jax-js']);

/** Columns of one line: name of the contestant, time of a call (the shortest), ratios (those of the shortest), time to the first result. */
export function table(work: string, measurements: readonly Measurement[]): string {
  const against = measurements.filter(({ name }) => peers.has(name));
  const header = ['', 'a call', ...against.map(({ name }) => `/ ${name}`), 'first result'];
  const rows = measurements.map((each) => [
    each.name,
    `${milliseconds(median(each.rounds))} (${milliseconds(each.smallest)})`,
    ...against.map((peer) => (peer === each ? '' : `${ratio(each.rounds, peer.rounds).toFixed(2)} (${(each.smallest / peer.smallest).toFixed(2)})`)),
    milliseconds(each.first),
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`;
  return [work, ...[header, ...rows].map(line)].join('\n');
}

/** What is wrong with the results of the first calls: one sentence for each contestant that does not agree with the yardstick, or else with the first. */
export function disagreements(measurements: readonly Measurement[], tolerance: number): string[] {
  const judge = measurements.find(({ name }) => name === yardstick) ?? measurements[0];
  const want = judge?.result ?? [];
  return measurements.flatMap(({ name, result }) => {
    const found = disagreement(result, want, tolerance);
    return found === undefined ? [] : [`${name} gives ${found.got} for number ${found.index} of the result, ${judge?.name} ${found.want}`];
  });
}

export function milliseconds(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3)} ms`;
}
