#!/usr/bin/env node
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { compile, DeviceError } from '@flaxon/runtime-onnx';

import { ImageError } from './image.js';
import { listenForInterrupt } from './interrupt.js';
import { helpText, OptionsError, parseOptions } from './options.js';
import type { Options } from './options.js';
import { createLog, createProgress } from './progress.js';
import { run } from './run.js';

/** Exit status for a command line that cannot be understood. */
const badUsage = 2;

async function main(args: readonly string[]): Promise<void> {
  const commandLine = parseOptions(args);
  if (commandLine.kind === 'help') return void process.stdout.write(`${helpText()}\n`);
  await repaint(commandLine.options);
}

async function repaint(options: Options): Promise<void> {
  await mkdir(options.out, { recursive: true });
  const logFile = join(options.out, 'train.log');
  const progress = createProgress(process.stdout, options.steps);
  const log = createLog(logFile);
  const say = (line: string): void => {
    progress.say(line);
    log.say(line);
  };
  const interrupt = listenForInterrupt(process, () => say('stopping; Ctrl-C again to end at once'), (status) => process.exit(status));

  say(`${options.source} in the colours of ${options.target}: ${options.steps} steps on ${options.device}, seed ${options.seed}`);
  const { measurement, files } = await run(options, {
    executor: (f, compileOptions) => compile(f, { device: options.device, ...compileOptions }),
    signal: interrupt.signal,
    say,
    listen: (event) => {
      progress.listen(event);
      log.listen(event);
      if (event.kind === 'ended') interrupt.disarm();
    },
  });
  const { before, after } = measurement;
  say(`distance to the target: ${before.toFixed(4)} before, ${after.toFixed(4)} after (${(before / after).toFixed(1)} times closer)`);
  say(`wrote ${[...files, logFile].join(', ')}`);
}

/** Errors that their message explains; of any other the stack is shown. */
const explained = [OptionsError, ImageError, DeviceError];

try {
  await main(process.argv.slice(2));
} catch (error) {
  const text = explained.some((kind) => error instanceof kind) ? (error as Error).message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof OptionsError ? badUsage : 1;
}
