import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as core from '../../packages/core/src/index.js';
import * as layers from '../../packages/layers/src/index.js';
import * as optim from '../../packages/optim/src/index.js';
import * as tensor from '../../packages/tensor/src/index.js';

const packages: Readonly<Record<string, object>> = { core, layers, optim, tensor };

/** Whether `package.name.name` or `package.Class#method` exists. */
function exists(path: string): boolean {
  const [exported, method] = path.split('#') as [string, string | undefined];
  const value = exported.split('.').reduce<unknown>((owner, name) => memberOf(owner, name), packages);
  return method === undefined ? value !== undefined : typeof value === 'function' && method in value.prototype;
}

function memberOf(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}

const page = readFileSync(join(import.meta.dirname, '../../docs/compatibility.md'), 'utf8');
const rows = [...page.matchAll(/^\| `[^`]+` \| `([^`]+)` \| (✅|❌) \|/gm)].map(([, path, mark]) => ({ path: path!, mark }));

it('the page has rows', () => {
  expect(rows.length).toBeGreaterThan(100);
});

it('what the page says is there exists', () => {
  expect(rows.filter(({ path, mark }) => mark === '✅' && !exists(path)).map(({ path }) => path)).toEqual([]);
});

it('what the page says is missing does not exist', () => {
  expect(rows.filter(({ path, mark }) => mark === '❌' && exists(path)).map(({ path }) => path)).toEqual([]);
});
