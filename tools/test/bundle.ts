/** Bundles by the vite that vitest brings. */
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';

interface Vite {
  build(options: object): Promise<{ output: { type: string; code: string; imports: string[] }[] }[]>;
}

async function vite(): Promise<Vite> {
  const vitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  return (await import(pathToFileURL(vitest.resolve('vite')).href)) as Vite;
}

/** One script for browsers from `main.js` in `folder`, with its exports as `bundled`. */
export async function bundleForBrowsers(folder: string, { minify = false }: { readonly minify?: boolean } = {}): Promise<string> {
  const { build } = await vite();
  const results = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify, lib: { entry: 'main.js', formats: ['iife'], name: 'bundled' } },
  });
  const chunks = results.flatMap(({ output }) => output);
  expect(chunks).toHaveLength(1);
  expect(chunks[0]!.imports).toEqual([]);
  return chunks[0]!.code;
}

/** Writes one file for Node from `script` and the sources of the workspace's packages to `folder`: it starts several times faster than hundreds of files. */
export async function bundleForNode(script: string, folder: string): Promise<void> {
  const { build } = await vite();
  const conditions = ['@flaxon/source', 'node', 'import', 'module', 'default'];
  await build({
    root: dirname(script),
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, resolve: { conditions } },
    build: { ssr: script, outDir: folder, emptyOutDir: false, minify: false, rolldownOptions: { output: { entryFileNames: basename(script), codeSplitting: false } } },
  });
}
