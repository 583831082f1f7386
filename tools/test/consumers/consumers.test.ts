import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, Script } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer, publicPackages, repository, run } from './packed.js';

/** Runs on the packages as they are published: packed, installed in an empty project, compiled. */
const consumer = new Consumer();
beforeAll(() => consumer.install(), 180_000);
afterAll(() => consumer.remove(), 60_000);

/** A module, its variables and its gradient map: what every consumer below does. */
const tinyModel = `
import { Module } from '@flaxon/core';
import { Dense } from '@flaxon/layers';
import { grad, random, relu, sum, tensor } from '@flaxon/tensor';
import { z } from 'zod';

class Tiny extends Module.define({ features: z.int().positive() }) {
  call(x) {
    return new Dense({ features: 1 }).call(relu(new Dense({ features: this.features }).call(x)));
  }
}

const x = tensor([[1, 2], [3, 4], [5, 6]], { dtype: 'float32' });
const model = new Tiny({ features: 4 });
const variables = model.init(random.key(0), [x]);
const y = model.apply(variables, [x]);
const slope = grad((points) => sum(model.apply(variables, [points])))(x);
export const result = JSON.stringify({ shape: y.shape, slope: slope.shape, finite: Array.from(slope.data()).every(Number.isFinite), methods: x.add(1).sum().item(), names: Object.keys(variables.params).sort() });
`;
const expected = JSON.stringify({ shape: [3, 1], slope: [3, 2], finite: true, methods: 27, names: ['Dense_0', 'Dense_1'] });

describe('a tarball', () => {
  it.each(publicPackages)('%s holds its compiled code, its sources, its README and the licence, and no build state', (name) => {
    const folder = consumer.installed('@flaxon', name);
    expect(existsSync(join(folder, 'dist/index.js'))).toBe(true);
    expect(existsSync(join(folder, 'dist/index.d.ts'))).toBe(true);
    expect(existsSync(join(folder, 'src/index.ts'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json', 'src']);
    expect(readdirSync(join(folder, 'dist'))).not.toContain('.tsbuildinfo');
  });

  it.each(publicPackages)('the manifest of %s names no workspace or catalog version', (name) => {
    const text = readFileSync(consumer.installed('@flaxon', name, 'package.json'), 'utf8');
    expect(text).not.toMatch(/workspace:|catalog:/);
  });
});

describe('in Node', () => {
  it('no package brings ONNX Runtime with it', () => {
    expect(readdirSync(consumer.installed()).filter((name) => name.startsWith('onnxruntime'))).toEqual([]);
  });

  it.each(publicPackages)('%s is imported where only it and its dependencies are installed', (name) => {
    const folder = consumer.alone(`@flaxon/${name}`);
    const script = `import * as all from '@flaxon/${name}'; console.log(Object.keys(all).length > 0)`;
    expect(run(process.execPath, ['--preserve-symlinks', '--input-type=module', '-e', script], folder).trim()).toBe('true');
  });

  it('what a package does not depend on is not there', () => {
    const folder = consumer.alone('@flaxon/core');
    expect(() => run(process.execPath, ['--preserve-symlinks', '--input-type=module', '-e', `import '@flaxon/layers'`], folder)).toThrow(/ERR_MODULE_NOT_FOUND/);
  });

  it('a module is made, run and differentiated', () => {
    const file = consumer.write('tiny.mjs', `${tinyModel}\nconsole.log(result);`);
    expect(run(process.execPath, [file], consumer.folder).trim()).toBe(expected);
  });

  it.each(publicPackages)('the sources of %s cannot be imported past its exports', (name) => {
    const resolve = createRequire(join(consumer.folder, 'package.json')).resolve;
    expect(() => resolve(`@flaxon/${name}/src/index.ts`)).toThrow(expect.objectContaining({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }));
  });
});

describe('with ONNX Runtime installed', () => {
  it('a function is compiled, and a graph exported and reloaded', () => {
    consumer.linkPeer('onnxruntime-node', 'runtime-onnx');
    const script = `
      import { compile, exportOnnx } from '@flaxon/runtime-onnx';
      import { mul, spec, tanh, tensor } from '@flaxon/tensor';
      const f = (x) => mul(x, tanh(x));
      const x = tensor([0, 1, 2], { dtype: 'float32' });
      const compiled = await compile(f)(x);
      const session = await exportOnnx(f, [spec('float32', ['n'])]).createSession();
      const wanted = f(x).data();
      console.log(compiled.data().every((value, index) => Math.abs(value - wanted[index]) < 1e-6), session.inputs[0].shape.join());`;
    const file = consumer.write('compiled.mjs', script);
    expect(run(process.execPath, [file], consumer.folder).trim()).toBe('true n');
  });
});

describe('in TypeScript', () => {
  it('the declarations of all packages type-check without skipLibCheck', () => {
    const imports = publicPackages.map((name, index) => `import * as package${index} from '@flaxon/${name}';\nexport { package${index} };`);
    consumer.write('typed/all.ts', imports.join('\n'));
    consumer.write(
      'typed/tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          target: 'es2023', lib: ['es2023', 'dom'], module: 'nodenext', moduleResolution: 'nodenext', types: [],
          strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true,
        },
      }),
    );
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    expect(run(process.execPath, [tsc, '-p', join(consumer.folder, 'typed')], consumer.folder)).toBe('');
  });
});

describe('in a browser', () => {
  it('tensor, core and layers bundle without a module of Node and run where there is only JavaScript', { timeout: 60_000 }, async () => {
    consumer.write('browser/main.js', tinyModel);
    const code = await bundle(join(consumer.folder, 'browser'));
    expect(code).not.toMatch(/['"]node:/);
    expect(outcomeOf(code)).toBe(expected);
  });

  it('variables have the names of layers where a bundler renames classes', { timeout: 60_000 }, async () => {
    consumer.write('minified/main.js', tinyModel);
    expect(outcomeOf(await bundle(join(consumer.folder, 'minified'), { minify: true }))).toBe(expected);
  });
});

/** The result of a bundle in a context of its own, which has the language and none of Node's globals; these are what every browser adds. */
function outcomeOf(code: string): unknown {
  const context = createContext({ TextEncoder, TextDecoder, console });
  new Script(`${code}\n;globalThis.outcome = bundled.result;`).runInContext(context);
  return context['outcome'];
}

interface Vite {
  build(options: object): Promise<{ output: { type: string; code: string; imports: string[] }[] }[]>;
}

/** One script for browsers from `main.js`, by the vite that vitest brings. */
async function bundle(folder: string, { minify = false }: { readonly minify?: boolean } = {}): Promise<string> {
  const vitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  const { build } = (await import(pathToFileURL(vitest.resolve('vite')).href)) as Vite;
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
