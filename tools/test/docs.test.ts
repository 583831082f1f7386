import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exampleOf } from '../docs/examples.mjs';

const repository = join(import.meta.dirname, '../..');
const packages = readdirSync(join(repository, 'packages')).filter((name) => existsSync(join(repository, 'packages', name, 'package.json')));

/** The pages that show code: the README files of the repository and of its packages, and the guide. */
const pages = ['README.md', ...packages.map((name) => `packages/${name}/README.md`), ...pagesBelow('docs')]
  .filter((page) => existsSync(join(repository, page)))
  .flatMap((page) => {
    const example = exampleOf(readFileSync(join(repository, page), 'utf8'));
    return example === undefined ? [] : [{ page, ...example, file: `${page.replaceAll(/[/.]/g, '-')}.ts` }];
  });

function pagesBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** A project beside the repository whose packages are the repository's, so that examples import as a reader would. */
let project = '';
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'flaxon-examples-'));
  const installed = join(project, 'node_modules');
  mkdirSync(join(installed, '@flaxon'), { recursive: true });
  for (const name of packages) symlinkSync(join(repository, 'packages', name), join(installed, '@flaxon', name), 'dir');
  for (const [name, user] of [['zod', 'core'], ['onnxruntime-node', 'runtime-onnx']] as const) {
    const manifest = createRequire(join(repository, 'packages', user, 'package.json')).resolve(`${name}/package.json`);
    symlinkSync(dirname(manifest), join(installed, name), 'dir');
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  for (const { file, code } of pages) writeFileSync(join(project, file), `${code}\nexport {};\n`);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

describe('the examples of', () => {
  it.each(pages)('$page print what they say', { timeout: 60_000 }, async ({ file, prints }) => {
    const printed: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      printed.push(...values.map(String).join(' ').split('\n').map((line) => line.trimEnd()));
    });
    await import(join(project, file));
    expect(printed).toEqual(prints);
  });

  it('all pages type-check', { timeout: 60_000 }, () => {
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        extends: join(repository, 'tsconfig.base.json'),
        compilerOptions: { rootDir: '/', noEmit: true, composite: false, incremental: false, declaration: false, declarationMap: false, typeRoots: [join(repository, 'node_modules/@types')] },
        include: ['*.ts'],
      }),
    );
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: repository, encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
