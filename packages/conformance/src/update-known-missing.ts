import { executors, type ExecutorName, executorNames } from './executors/index.js';
import { knownMissingOf, writeKnownMissing } from './known-missing.js';
import { ownCases } from './paths.js';
import { loadLibrary } from './registry/library.js';
import { type Result, runSuite } from './run.js';
import { countResults, formatCounts } from './cli/report.js';
import { openSuite, suiteNames } from './suite.js';

/** Rewrites the lists of what is known to fail, for the executors given on the command line or for all. */
async function update(name: ExecutorName): Promise<void> {
  const library = await loadLibrary();
  const results: Result[] = [];
  for (const suite of await suiteNames(ownCases)) {
    for await (const result of runSuite(await openSuite(ownCases, suite), { executor: executors[name], library })) results.push(result);
    process.stderr.write(`${name}: ${suite} done\n`);
  }
  await writeKnownMissing(name, knownMissingOf(results));
  process.stdout.write(`${name}: ${formatCounts(countResults(results))}\n`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !executorNames.some((known) => known === name));
if (unknown.length > 0) throw new Error(`unknown executor ${unknown.join(', ')}; executors are ${executorNames.join(', ')}`);
for (const name of executorNames) if (wanted.length === 0 || wanted.includes(name)) await update(name);
