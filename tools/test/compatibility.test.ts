import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as core from '../../packages/core/src/index.js';
import * as layers from '../../packages/layers/src/index.js';
import * as optim from '../../packages/optim/src/index.js';
import * as tensor from '../../packages/tensor/src/index.js';

const packages: Readonly<Record<string, object>> = { core, layers, optim, tensor };

/** Whether `package.name.name` or `package.Class#method` exists, as a mark. */
function markOf(path: string): '✅' | '❌' {
  const [exported, method] = path.split('#') as [string, string | undefined];
  const value = exported.split('.').reduce<unknown>((owner, name) => memberOf(owner, name), packages);
  const found = method === undefined ? value !== undefined : typeof value === 'function' && method in value.prototype;
  return found ? '✅' : '❌';
}

function memberOf(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}

const file = join(import.meta.dirname, '../../docs/compatibility.md');
const row = /^(\| `[^`]+` \| `([^`]+)` \|) (?:✅|❌) \|/gm;

/** The page with the marks that the packages' exports give its rows. */
const marked = (page: string): string => page.replaceAll(row, (_, start: string, path: string) => `${start} ${markOf(path)} |`);

it('the page marks what exists as there, and what does not as missing (`vitest run tools/test/compatibility --update` corrects it)', async () => {
  const page = readFileSync(file, 'utf8');
  expect([...page.matchAll(row)].length).toBeGreaterThan(100);
  await expect(marked(page)).toMatchFileSnapshot(file);
});
