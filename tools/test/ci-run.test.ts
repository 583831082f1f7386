import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../.ci/run');

let clone = '';
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'flaxon-ci-'));
  mkdirSync(join(clone, '.ci'));
  cpSync(script, join(clone, '.ci/run'));
});
afterEach(() => rmSync(clone, { recursive: true }));

/** Runs `bash .ci/run` with an npm that prints `output` and ends with `exit`. */
function runWith(output: string, exit: number): { lines: string[]; status: number | null } {
  const npm = join(clone, 'npm');
  writeFileSync(npm, `#!/bin/sh\n[ "$1" = test ] || exit 99\ncat <<'END'\n${output}\nEND\nexit ${exit}\n`);
  chmodSync(npm, 0o755);
  const env = { ...process.env, PATH: `${clone}${delimiter}${process.env['PATH']}`, CI: 'true' };
  const { stdout, status } = spawnSync('bash', ['.ci/run'], { cwd: clone, encoding: 'utf8', env, input: '' });
  return { lines: stdout.trimEnd().split('\n'), status };
}

it('the closing line comes last, whatever npm adds to it', () => {
  const { lines, status } = runWith('3 passed, 1 failed\nnpm error Lifecycle script `test` failed', 1);
  expect(lines.at(-1)).toBe('3 passed, 1 failed');
  expect(status).toBe(1);
});

it('a run that passes passes', () => {
  const { lines, status } = runWith('4 passed, 0 failed, 1 skipped', 0);
  expect(lines.at(-1)).toBe('4 passed, 0 failed, 1 skipped');
  expect(status).toBe(0);
});

it('of several closing lines the last one counts', () => {
  expect(runWith('1 passed, 0 failed\n9 passed, 0 failed', 0).lines.at(-1)).toBe('9 passed, 0 failed');
});

it('a run without a test does not pass, even where npm says so', () => {
  const { lines, status } = runWith('nothing to do', 0);
  expect(lines.at(-1)).toMatch(/^npm test ended with status 0 before any test ran/);
  expect(status).toBe(1);
});

it('a failure before the tests keeps its status', () => {
  expect(runWith('lint: 1 error', 7).status).toBe(7);
});
