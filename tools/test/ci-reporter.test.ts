import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
const fixture = join(import.meta.dirname, 'fixtures/closing-line');

function lastLineOf(...filters: string[]): { lastLine: string | undefined; status: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', fixture, ...filters], { encoding: 'utf8' });
  return { lastLine: stdout.trimEnd().split('\n').at(-1), status };
}

it('the closing line counts passed, failed and skipped tests', () => {
  expect(lastLineOf('outcomes')).toEqual({ lastLine: '1 passed, 1 failed, 1 skipped', status: 1 });
});

it('a file that does not load is a failure', () => {
  expect(lastLineOf('does-not-load')).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
});
