#!/usr/bin/env node
/**
 * The commands of the root package.json, which must work in a fresh clone with only Node and npm:
 *
 *     node tools/run.mjs start|test|test:long|bench|conformance|build [ARGUMENTS OF THE COMMAND]
 *
 * First the set-up (pnpm by npx, install, build of what the command needs), then the command itself in this terminal, so that it
 * sees the terminal, its arguments and Ctrl-C as if it had been started directly.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const bin = (name) => join(root, 'node_modules', name);

/** @typedef {{ build: readonly string[], then: readonly (readonly string[])[], environment?: Readonly<Record<string, string>> }} Command */

/**
 * `build`: packages to build, with what they depend on (none named: all). `then`: what Node runs afterwards, one after the other as
 * long as all goes well; the last one gets the arguments. `environment`: variables that they see besides.
 * @type {Readonly<Record<string, Command>>}
 */
const commands = {
  start: { build: ['@flaxon/transport-map'], then: [['apps/transport-map/dist/main.js']] },
  bench: { build: ['@flaxon/bench'], then: [['packages/bench/dist/main.js']] },
  'bench:exports': { build: ['@flaxon/bench'], then: [['packages/bench/dist/exports-main.js']] },
  conformance: { build: ['@flaxon/conformance'], then: [['packages/conformance/dist/cli.js']] },
  build: { build: [], then: [] },
  test: { build: [], then: [[bin('oxlint/bin/oxlint')], ['tools/check-dependencies.mjs'], [bin('vitest/vitest.mjs'), 'run']] },
  // Tests that do more where they may take hours: random files, processes that are killed.
  'test:long': { build: [], then: [[bin('vitest/vitest.mjs'), 'run', 'packages/checkpoint/test', 'packages/runtime-onnx/test/sweep', 'tools/test/derivatives-on-onnx.test.ts', 'packages/runtime-onnx/test/read/hostile.test.ts', 'packages/runtime-onnx/test/random-programs.test.ts']], environment: { FLAXON_LONG: '1' } },
};

/** Runs a program to its end in this terminal; gives its exit status. */
function run(program, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', ...environment };
    const child = spawn(program, args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' && program !== process.execPath });
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

async function main([name, ...args]) {
  const command = commands[name];
  if (command === undefined) {
    console.error(`Unknown command \`${name ?? ''}\`, expected one of ${Object.keys(commands).join(', ')}.`);
    return 2;
  }
  // Ctrl-C reaches the program in the foreground as well; this process waits for it and passes its status on.
  process.on('SIGINT', () => {});
  const filters = command.build.map((each) => ` --filter=${each}`).join('');
  const setUp = `pnpm install --frozen-lockfile && pnpm exec turbo run build${filters} --output-logs=errors-only`;
  let status = await run('npx', ['-y', '-p', packageManager, '-c', setUp]);
  for (const [index, step] of command.then.entries()) {
    if (status !== 0) return status;
    status = await run(process.execPath, [...step, ...(index === command.then.length - 1 ? args : [])], command.environment);
  }
  return status;
}

process.exitCode = await main(process.argv.slice(2));
