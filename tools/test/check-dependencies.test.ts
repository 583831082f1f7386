import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDependencies } from '../dependencies/check.mjs';

const repository = join(import.meta.dirname, '../..');
const script = join(repository, 'tools/check-dependencies.mjs');

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flaxon-dependencies-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly private?: boolean;
}

/** Writes a repository of the given files; packages named in `manifests` get a package.json that exports `.` alone. */
function repositoryOf(manifests: Record<string, Manifest>, files: Record<string, string> = {}): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', JSON.stringify({ private: true, devDependencies: { vitest: '4' } }));
  for (const [folder, manifest] of Object.entries(manifests)) {
    const name = `@flaxon/${folder.split('/')[1]}`;
    const exports = { '.': './dist/index.js', './internal/*': null, './package.json': './package.json' };
    write(`${folder}/package.json`, JSON.stringify({ name, exports, ...manifest }, null, 2));
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
}

const uses = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, 'workspace:^']));
const problems = (): string[] => checkDependencies(root).map(({ place, message, fix }) => `${place}: ${message}; fix: ${fix}`);

describe('manifests', () => {
  it('a package may depend on one below it', () => {
    repositoryOf({ 'packages/tensor': {}, 'packages/core': { dependencies: uses('@flaxon/tensor') } });
    expect(problems()).toEqual([]);
  });

  it('a package may not depend on one above it', () => {
    repositoryOf({ 'packages/core': {}, 'packages/optim': { dependencies: uses('@flaxon/core') } });
    expect(problems()).toEqual([
      'packages/optim/package.json:9: @flaxon/optim depends on @flaxon/core, but may know only @flaxon/tensor; fix: remove the dependency, or move what needs it to a package higher up',
    ]);
  });

  it('a package that the rules do not name may depend on no other', () => {
    repositoryOf({ 'packages/tensor': {}, 'packages/newcomer': { dependencies: uses('@flaxon/tensor') } });
    expect(problems()[0]).toContain('may know no other package until tools/dependencies/rules.mjs names it');
  });

  it('an app may depend on every package and on no other app', () => {
    repositoryOf({ 'packages/tensor': {}, 'apps/one': { dependencies: uses('@flaxon/tensor') }, 'apps/two': { dependencies: uses('@flaxon/one') } });
    expect(problems()).toHaveLength(1);
    expect(problems()[0]).toContain('@flaxon/two depends on @flaxon/one');
  });

  it('an example may depend on every package, and no package or app on an example', () => {
    repositoryOf({ 'packages/tensor': {}, 'packages/core': { dependencies: uses('@flaxon/one') }, 'examples/one': { dependencies: uses('@flaxon/tensor') }, 'apps/two': { dependencies: uses('@flaxon/one') } });
    expect(problems().map((problem) => problem.split(':')[0])).toEqual(['packages/core/package.json', 'apps/two/package.json']);
  });

  it('a published package may not depend on a private one', () => {
    repositoryOf({ 'packages/tensor': { private: true }, 'packages/core': { dependencies: uses('@flaxon/tensor') } });
    expect(problems()[0]).toContain('@flaxon/core is published and depends on @flaxon/tensor, which is private');
  });

  it('development dependencies may point anywhere but not in a cycle', () => {
    repositoryOf({ 'packages/core': { dependencies: uses('@flaxon/tensor') }, 'packages/tensor': { devDependencies: uses('@flaxon/core') } });
    expect(problems()).toHaveLength(1);
    expect(problems()[0]).toContain('in a cycle: @flaxon/core -> @flaxon/tensor -> @flaxon/core');
  });
});

describe('imports', () => {
  it('a declared import of a package below is allowed', () => {
    repositoryOf({ 'packages/tensor': {}, 'packages/core': { dependencies: uses('@flaxon/tensor') } }, { 'packages/core/src/a.ts': "import { grad } from '@flaxon/tensor';" });
    expect(problems()).toEqual([]);
  });

  it('an import against the arrows is told with its line, declared or not', () => {
    repositoryOf({ 'packages/tensor': {}, 'packages/core': {} }, { 'packages/tensor/src/deep/a.ts': "\n\nimport { Module } from '@flaxon/core';" });
    expect(problems()).toEqual([
      'packages/tensor/src/deep/a.ts:3: @flaxon/tensor imports @flaxon/core, but may know no other package; fix: move what needs it to a package higher up',
    ]);
  });

  it('a relative path may not lead into another package', () => {
    repositoryOf({ 'packages/tensor': {}, 'packages/core': {} }, { 'packages/core/test/a.test.ts': "import { x } from '../../tensor/src/x.js';" });
    expect(problems()).toEqual(["packages/core/test/a.test.ts:1: `../../tensor/src/x.js` leads out of @flaxon/core; fix: import from '@flaxon/tensor'"]);
  });

  it('another package is entered by its exports only', () => {
    repositoryOf(
      { 'packages/tensor': {}, 'packages/core': { dependencies: uses('@flaxon/tensor') } },
      {
        'packages/core/src/a.ts': "import '@flaxon/tensor/src/x.js';",
        'packages/core/src/b.ts': "import '@flaxon/tensor/internal/x.js';",
        'packages/core/src/c.ts': "import '@flaxon/tensor/package.json';",
      },
    );
    expect(problems()).toEqual([
      "packages/core/src/a.ts:1: `@flaxon/tensor/src/x.js` is inside @flaxon/tensor, not one of its exports; fix: import from '@flaxon/tensor', and export there what is missing",
      "packages/core/src/b.ts:1: `@flaxon/tensor/internal/x.js` is inside @flaxon/tensor, not one of its exports; fix: import from '@flaxon/tensor', and export there what is missing",
    ]);
  });

  it('a source may not import what only development declares', () => {
    repositoryOf({ 'packages/core': { devDependencies: { zod: '4' } } }, { 'packages/core/src/a.ts': "import { z } from 'zod/v4';" });
    expect(problems()).toEqual([
      'packages/core/src/a.ts:1: `zod` is not declared in the package.json of @flaxon/core; fix: add it to "dependencies" (or "peerDependencies") of packages/core/package.json',
    ]);
  });

  it('a test may import what the root or development declares, and nothing else', () => {
    repositoryOf(
      { 'packages/core': { devDependencies: { zod: '4' } } },
      { 'packages/core/test/a.test.ts': "import 'vitest';\nimport 'zod';\nimport 'left-pad';" },
    );
    expect(problems()).toEqual(['packages/core/test/a.test.ts:3: `left-pad` is not declared in the package.json of @flaxon/core; fix: add it to "devDependencies"']);
  });

  it('the source of a browser package imports no module of Node, with or without its prefix', () => {
    repositoryOf({ 'packages/tensor': {} }, { 'packages/tensor/src/a.ts': "import 'node:fs';\nimport 'path';", 'packages/tensor/test/a.test.ts': "import 'node:fs';" });
    expect(problems()).toEqual([
      "packages/tensor/src/a.ts:1: @flaxon/tensor runs in browsers and imports Node's `node:fs`; fix: take what it gives as an argument, or do without it",
      "packages/tensor/src/a.ts:2: @flaxon/tensor runs in browsers and imports Node's `path`; fix: take what it gives as an argument, or do without it",
    ]);
  });
});

describe('the command', () => {
  it('prints each breach as file:line and exits with 1', () => {
    repositoryOf({ 'packages/tensor': {} }, { 'packages/tensor/src/a.ts': "import 'node:fs';" });
    const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^packages\/tensor\/src\/a\.ts:1: .*; fix: /);
    expect(stderr).toMatch(/1 breach of the dependency rule\n$/);
  });

  it('the repository itself keeps the rule', () => {
    const { status, stderr } = spawnSync(process.execPath, [script, repository], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
