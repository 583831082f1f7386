import { expect, inject, it } from 'vitest';
import { type ExecutorName, executorNames, executors } from '../src/executors/index.js';
import { disagreements, readKnownMissing } from '../src/known-missing.js';
import { ownCases } from '../src/paths.js';
import { loadLibrary } from '../src/registry/library.js';
import { type Result, runSuite } from '../src/run.js';
import { openSuite } from '../src/suite.js';

/** The suites of each test file, put together so that the files take about as long as each other on ONNX Runtime. */
export const shards = {
  functions: ['functions', 'ott', 'random', 'serialization', 'tabulate', 'training'],
  modules: ['lifted', 'modules', 'netket'],
  scripts: ['scripts'],
} as const;

const tenMinutes = 600_000;

/** One test for each suite: the cases that fail are those that the executor's list names. */
export function testShard(shard: keyof typeof shards): void {
  const executor = requestedExecutor();
  it.each(shards[shard])(
    `%s: the cases that fail are the ones listed in known-missing/${executor}.json`,
    async (name) => {
      const library = await loadLibrary();
      const results: Result[] = [];
      for await (const result of runSuite(await openSuite(ownCases, name), { executor: executors[executor], library })) results.push(result);
      expect(disagreements(results, await readKnownMissing(executor), [name])).toEqual([]);
    },
    tenMinutes,
  );
}

/** The executor of this run of the file (see vitest.config.ts of the repository). */
function requestedExecutor(): ExecutorName {
  const requested: unknown = inject('executor');
  const known = executorNames.find((name) => name === requested);
  if (known === undefined) throw new Error(`the executor of these tests must be one of ${executorNames.join(', ')}, found ${String(requested)}`);
  return known;
}
