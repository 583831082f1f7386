import { ConformanceError } from '../errors.js';
import { executorNames, type ExecutorName } from '../executors/index.js';

/** What the command line asks for. */
export interface CliOptions {
  /** The folder of suites; the one of this package by default. */
  readonly directory?: string;
  readonly suites: readonly string[];
  /** Only cases whose `suite/id` contains this text. */
  readonly filter?: string;
  readonly executor: ExecutorName;
  /** A file for the results as JSON. */
  readonly json?: string;
  readonly help: boolean;
}

/** A command line that cannot be understood. */
export class UsageError extends ConformanceError {
  constructor(message: string) {
    super(`${message}\n\n${usage}`);
  }
}

export const usage = `Usage: pnpm conformance [DIR] [options]

Runs conformance cases: every suite (NAME.jsonl with NAME.safetensors) in the folder DIR,
by default the cases of this repository. Prints each failure with its reason, the counts of
every suite, and as its last line \`N passed, N failed, N skipped\`. Exits with 1 if a case failed.

Options:
  --suite NAME        only this suite (may be given more than once)
  --filter TEXT       only cases whose suite/id contains TEXT
  --executor NAME     ${executorNames.join(' or ')}; eager by default
  --json FILE         also writes the results to FILE as JSON
  --help              prints this text

Only a case marked optional is skipped, and only where the library lacks what it needs.`;

const valueOptions = ['--suite', '--filter', '--executor', '--json'] as const;
type ValueOption = (typeof valueOptions)[number];
const isValueOption = (name: string): name is ValueOption => (valueOptions as readonly string[]).includes(name);

/** @throws UsageError for an unknown option, an option without its value, an unknown executor, or a second folder. */
export function parseOptions(args: readonly string[]): CliOptions {
  const given: { [O in ValueOption]?: string[] } = {};
  const directories: string[] = [];
  let help = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const [name, inline] = splitAtEquals(arg);
    if (arg === '--') continue;
    else if (arg === '--help' || arg === '-h') help = true;
    else if (isValueOption(name)) {
      const value = inline ?? args[++i];
      if (value === undefined) throw new UsageError(`${name} needs a value`);
      (given[name] ??= []).push(value);
    } else if (arg.startsWith('-')) throw new UsageError(`unknown option ${arg}`);
    else directories.push(arg);
  }
  if (directories.length > 1) throw new UsageError(`one folder at most, found ${directories.join(', ')}`);
  return {
    ...optional('directory', directories[0]),
    suites: given['--suite'] ?? [],
    ...optional('filter', given['--filter']?.at(-1)),
    executor: executorOf(given['--executor']?.at(-1) ?? 'eager'),
    ...optional('json', given['--json']?.at(-1)),
    help,
  };
}

function splitAtEquals(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=');
  return at < 0 || !arg.startsWith('--') ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

const optional = <K extends string>(name: K, value: string | undefined): { [P in K]?: string } =>
  (value === undefined ? {} : { [name]: value }) as { [P in K]?: string };

function executorOf(name: string): ExecutorName {
  const found = executorNames.find((known) => known === name);
  if (found === undefined) throw new UsageError(`unknown executor ${name}; executors are ${executorNames.join(', ')}`);
  return found;
}
