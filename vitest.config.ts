import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { TestProjectConfiguration } from 'vitest/config';
import { LongestFirst } from './tools/longest-first.js';

/**
 * One vitest project for each folder of packages/, apps/ and examples/ (its `test`), one for the repository's own scripts (`tools`),
 * and for every package with a `test-executors` folder one project for each executor, named `<package>:<executor>`.
 *
 * A suite in `test-executors` is written once and runs on all executors: it reads which by `inject('executor')`, or from
 * FLAXON_EXECUTOR where vitest's injection does not reach. Setting FLAXON_EXECUTOR keeps only that executor's projects.
 */
const executors = ['eager', 'onnx'] as const;
type Executor = (typeof executors)[number];

declare module 'vitest' {
  interface ProvidedContext {
    executor: Executor;
  }
}

// Workspace imports resolve to TypeScript sources, so that tests need no build.
const conditions = ['@flaxon/source', 'node', 'import', 'module', 'default'];
const resolution = { resolve: { conditions }, ssr: { resolve: { conditions } } };

// Not the working directory: a package's own `test` script runs in the package's folder.
const inRepository = (path: string): string => join(import.meta.dirname, path);

const folders = ['packages', 'apps', 'examples'].flatMap((parent) =>
  readdirSync(inRepository(parent))
    .filter((name) => existsSync(inRepository(`${parent}/${name}/package.json`)))
    .map((name) => ({ name, root: `${parent}/${name}` })),
);

const requested = process.env['FLAXON_EXECUTOR'];
if (requested !== undefined && !executors.some((executor) => executor === requested)) {
  throw new Error(`FLAXON_EXECUTOR is \`${requested}\`, expected one of ${executors.join(', ')}: unset it to run them all.`);
}
const chosen = executors.filter((executor) => requested === undefined || executor === requested);

const unitProjects = folders.map(
  ({ name, root }): TestProjectConfiguration => ({
    extends: true,
    test: { name, include: [`${root}/test/**/*.test.ts`] },
  }),
);

const executorProjects = folders
  .filter(({ root }) => existsSync(inRepository(`${root}/test-executors`)))
  .flatMap(({ name, root }) =>
    chosen.map(
      (executor): TestProjectConfiguration => ({
        extends: true,
        test: {
          name: `${name}:${executor}`,
          include: [`${root}/test-executors/**/*.test.ts`],
          env: { FLAXON_EXECUTOR: executor },
          provide: { executor },
        },
      }),
    ),
  );

const toolsProject: TestProjectConfiguration = { extends: true, test: { name: 'tools', include: ['tools/test/**/*.test.ts'] } };

export default defineConfig({
  ...resolution,
  test: {
    projects: [...unitProjects, ...executorProjects, toolsProject],
    exclude: ['**/node_modules/**', '**/dist/**'],
    reporters: ['default', './tools/ci-reporter.mjs'],
    // Two cores: more workers only take each other's time, and ONNX Runtime's threads share the same cores.
    pool: 'forks',
    maxWorkers: 2,
    // The files of a project share their worker's modules: loading all of them anew for each file took longer than most files' tests. A test
    // therefore leaves nothing behind in a module that another one reads.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
  },
});
