import type { Result, Status } from '../run.js';

export type Counts = Readonly<Record<Status, number>>;

export function countResults(results: readonly Result[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

export const formatCounts = ({ passed, failed, skipped }: Counts): string => `${passed} passed, ${failed} failed, ${skipped} skipped`;

export const formatFailure = ({ suite, id, reason = '' }: Result): string => `FAILED ${suite}/${id}: ${reason.replaceAll('\n', '\n    ')}`;

/** One line for each suite, then what is missing most often; the names right-aligned so that the counts stand in columns. */
export function formatSuites(results: readonly Result[]): string {
  const suites = [...new Set(results.map(({ suite }) => suite))];
  const width = Math.max(0, ...suites.map((suite) => suite.length));
  return suites.map((suite) => `${suite.padEnd(width)}  ${formatCounts(countResults(results.filter((result) => result.suite === suite)))}`).join('\n');
}

/** The results for `--json`: counts in all, and one entry a case. */
export function resultsAsJson(executor: string, results: readonly Result[]): string {
  const entries = results.map(({ milliseconds, ...result }) => ({ ...result, milliseconds: Math.round(milliseconds * 10) / 10 }));
  return `${JSON.stringify({ executor, counts: countResults(results), results: entries }, undefined, 1)}\n`;
}

/** A line about the progress of a long run, at most once in `interval` milliseconds. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #interval: number;
  readonly #now: () => number;
  #last: number;
  #done = 0;

  constructor(write: (text: string) => void, interval = 5000, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#interval = interval;
    this.#now = now;
    this.#last = now();
  }

  /** Notes one finished case. */
  tick(suite: string): void {
    this.#done++;
    if (this.#now() - this.#last < this.#interval) return;
    this.#last = this.#now();
    this.#write(`... ${this.#done} cases done, now in ${suite}\n`);
  }
}
