#!/usr/bin/env node
import { ModelFolderError } from './model-folder.js';
import { helpText, OptionsError, parseOptions } from './options.js';
import { createProgress } from './progress.js';
import { run } from './run.js';
import { SentencesError } from './sentences.js';

/** Exit status for a command line that cannot be understood. */
const badUsage = 2;

async function main(args: readonly string[]): Promise<void> {
  const commandLine = parseOptions(args);
  if (commandLine.kind === 'help') return void process.stdout.write(`${helpText()}\n`);
  await run(commandLine.options, { listen: createProgress(process.stderr), say: (text) => void process.stdout.write(`${text}\n`) });
}

/** Errors that their message explains; of any other the stack is shown. */
const explained = [OptionsError, ModelFolderError, SentencesError];

try {
  await main(process.argv.slice(2));
} catch (error) {
  const text = explained.some((kind) => error instanceof kind) ? (error as Error).message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof OptionsError ? badUsage : 1;
}
