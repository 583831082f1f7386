#!/usr/bin/env node
/**
 * Checks the dependency rule of the repository (docs/architecture.md): which package may know which, in the manifests and
 * in the imports. Prints each breach as `file:line: what is wrong; fix: what to do` and exits 1 if there is any.
 *
 *     node tools/check-dependencies.mjs [ROOT]
 */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkDependencies } from './dependencies/check.mjs';

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
const problems = checkDependencies(root);
for (const { place, message, fix } of problems) console.error(`${place}: ${message}; fix: ${fix}`);
if (problems.length > 0) {
  console.error(`${problems.length} breach${problems.length === 1 ? '' : 'es'} of the dependency rule`);
  process.exitCode = 1;
}
