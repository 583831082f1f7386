import { expect, it } from 'vitest';
import { type ExecutorName, executors } from '../../src/executors/index.js';
import { disagreements, readKnownMissing } from '../../src/known-missing.js';
import { ownCases } from '../../src/paths.js';
import { loadLibrary } from '../../src/registry/library.js';
import { type Result, runSuite } from '../../src/run.js';
import { openSuite } from '../../src/suite.js';

/** The suites of each test file, put together so that the files of an executor take about as long as each other. */
export const shards = {
  eager: [['functions', 'lifted', 'modules', 'netket', 'ott', 'random', 'scripts', 'serialization', 'tabulate', 'training']],
  onnx: [['scripts'], ['functions', 'random', 'serialization', 'tabulate', 'training'], ['lifted', 'modules', 'netket', 'ott']],
} as const satisfies Readonly<Record<ExecutorName, readonly (readonly string[])[]>>;

const minutes = 60_000;

/** One test for each suite: the cases that fail are those that the executor's list names. */
export function testShard(executor: ExecutorName, shard: number): void {
  const suites: readonly string[] = shards[executor][shard]!;
  it.each(suites)(
    `%s on ${executor}: the cases that fail are the ones listed in known-missing/${executor}.json`,
    async (name) => {
      const library = await loadLibrary();
      const results: Result[] = [];
      for await (const result of runSuite(await openSuite(ownCases, name), { executor: executors[executor], library })) results.push(result);
      expect(disagreements(results, await readKnownMissing(executor), [name])).toEqual([]);
    },
    10 * minutes,
  );
}
