import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');

it('all tests and scripts type-check, type expectations included', { timeout: 120_000 }, () => {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', join(repository, 'tsconfig.test.json')], { cwd: repository, encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
