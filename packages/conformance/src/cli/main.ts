import { writeFile } from 'node:fs/promises';
import { CaseFormatError } from '../errors.js';
import { executors } from '../executors/index.js';
import { ownCases } from '../paths.js';
import { loadLibrary } from '../registry/library.js';
import { type Result, runSuite } from '../run.js';
import { openSuite, suiteNames } from '../suite.js';
import { parseOptions, usage, UsageError } from './options.js';
import { countResults, formatCounts, formatFailure, formatSuites, Progress, resultsAsJson } from './report.js';

interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs the command line and returns the exit code: 0, 1 where a case failed, 2 for a wrong command line or folder. */
export async function main(args: readonly string[], { out, err }: Streams): Promise<number> {
  try {
    return await run(args, { out, err });
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof CaseFormatError)) throw error;
    err(`${error.message}\n`);
    return 2;
  }
}

async function run(args: readonly string[], { out, err }: Streams): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    out(`${usage}\n`);
    return 0;
  }
  const directory = options.directory ?? ownCases;
  const names = selectSuites(await suiteNames(directory), options.suites);
  const library = await loadLibrary();
  const { filter } = options;
  const select = filter === undefined ? undefined : (suite: string, id: string) => `${suite}/${id}`.includes(filter);
  const progress = new Progress(err);
  const results: Result[] = [];
  for (const name of names) {
    const suite = await openSuite(directory, name);
    for await (const result of runSuite(suite, { executor: executors[options.executor], library, ...(select && { select }) })) {
      results.push(result);
      if (result.status === 'failed') out(`${formatFailure(result)}\n`);
      progress.tick(name);
    }
  }
  if (options.json !== undefined) await writeFile(options.json, resultsAsJson(options.executor, results));
  if (results.length > 0) out(`\n${formatSuites(results)}\n\n`);
  out(`${formatCounts(countResults(results))}\n`);
  return results.some(({ status }) => status === 'failed') ? 1 : 0;
}

function selectSuites(available: readonly string[], wanted: readonly string[]): readonly string[] {
  const unknown = wanted.filter((name) => !available.includes(name));
  if (unknown.length > 0) throw new UsageError(`no suite ${unknown.join(', ')}; suites are ${available.join(', ')}`);
  return wanted.length === 0 ? available : available.filter((name) => wanted.includes(name));
}
