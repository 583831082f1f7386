import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the generated loops are what the tables of expressions give', () => {
  const generator = fileURLToPath(new URL('../../../../tools/generate-kernels.mjs', import.meta.url));
  expect(() => execFileSync(process.execPath, [generator, '--check'], { stdio: 'pipe' })).not.toThrow();
});
