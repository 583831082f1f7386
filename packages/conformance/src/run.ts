import type { Case, CaseLine } from './cases.js';
import { MissingError } from './errors.js';
import type { Executor } from './executors/executor.js';
import type { CaseContext } from './kinds/context.js';
import { runFunctionCase } from './kinds/function.js';
import { runModuleCase } from './kinds/module.js';
import { runRandomCase } from './kinds/random.js';
import { runSerializationCase } from './kinds/serialization.js';
import { runTabulateCase } from './kinds/tabulate.js';
import { runTrainingCase } from './kinds/training.js';
import type { Library } from './registry/library.js';
import type { Suite } from './suite.js';

export type Status = 'passed' | 'failed' | 'skipped';

export interface Result {
  readonly suite: string;
  readonly id: string;
  readonly status: Status;
  /** Why the case failed or was skipped. */
  readonly reason?: string;
  readonly milliseconds: number;
}

export interface RunOptions {
  readonly executor: Executor;
  readonly library: Library;
  /** Which cases to run, by suite and id; all by default. */
  readonly select?: (suite: string, id: string) => boolean;
}

/** Runs the cases of a suite one after another, each result as it comes. */
export async function* runSuite(suite: Suite, { executor, library, select }: RunOptions): AsyncGenerator<Result> {
  const context = { arrays: suite.arrays, executor, library };
  for await (const line of suite.cases()) {
    if (select !== undefined && !select(suite.name, line.id)) continue;
    const start = performance.now();
    const outcome = await runLine(line, context);
    yield { suite: suite.name, id: line.id, ...outcome, milliseconds: performance.now() - start };
  }
}

type Outcome = Pick<Result, 'status' | 'reason'>;

async function runLine(line: CaseLine, context: Omit<CaseContext, 'x64'>): Promise<Outcome> {
  if (!line.ok) return { status: 'failed', reason: line.reason };
  try {
    await runCase(line.case, { ...context, x64: line.case.x64 });
    return { status: 'passed' };
  } catch (error) {
    if (error instanceof MissingError && line.case.optional === true) return { status: 'skipped', reason: error.message };
    return { status: 'failed', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return error instanceof MissingError ? error.message : `${error.name}: ${error.message}`;
}

/** @throws where the case does not come out as it says. */
export async function runCase(the: Case, context: CaseContext): Promise<void> {
  switch (the.kind) {
    case 'random':
      return runRandomCase(the, context);
    case 'function':
      return runFunctionCase(the, context);
    case 'module':
    case 'script':
      return runModuleCase(the, context);
    case 'serialization':
      return runSerializationCase(the, context);
    case 'tabulate':
      return runTabulateCase(the, context);
    case 'training':
      return runTrainingCase(the, context);
  }
}
