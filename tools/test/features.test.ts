import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as core from '../../packages/core/src/index.js';
import * as layers from '../../packages/layers/src/index.js';
import * as runtime from '../../packages/runtime-onnx/src/index.js';
import * as tensor from '../../packages/tensor/src/index.js';
import { dtypeNames, leftOut, renamed } from '../features/names.mjs';
import { featuresPage, rowOf } from '../features/page.mjs';

const repository = join(import.meta.dirname, '../..');
const packages: Readonly<Record<string, object>> = { core, layers, 'runtime-onnx': runtime, tensor };
const jax = JSON.parse(readFileSync(join(import.meta.dirname, '../features/jax-names.json'), 'utf8')) as { source: string; modules: Record<string, string[]> };
const names = new Set(Object.values(jax.modules).flat());

describe('FEATURES.md', () => {
  it('is what the exports say (`vitest run tools/test/features --update` writes it)', async () => {
    await expect(featuresPage(jax, packages)).toMatchFileSnapshot(join(repository, 'FEATURES.md'));
  });

  it('marks what is there, what is missing and what is left out', () => {
    expect(rowOf('jnp', 'nan_to_num', packages)).toMatchObject({ mark: '✅', here: '`nanToNum`' });
    expect(rowOf('jnp', 'subtract', packages)).toMatchObject({ mark: '✅', here: '`sub`' });
    expect(rowOf('jnp', 'subtract', { tensor: {} })).toMatchObject({ mark: '❌', here: '' });
    expect(rowOf('jnp', 'angle', packages)).toMatchObject({ mark: '—' });
    expect(rowOf('jnp.linalg', 'cond', packages)).toMatchObject({ here: '`conditionNumber`' });
    expect(rowOf('lax', 'cond', packages)).toMatchObject({ here: '`cond`' });
    expect(rowOf('jax', 'jit', packages)).toMatchObject({ mark: '✅', here: '`runtime-onnx.compile`' });
  });

  it('has in its tables only names that JAX has, none of them twice', () => {
    const listed = [...Object.keys(renamed), ...dtypeNames, ...leftOut.flatMap(([, list]) => list)];
    const qualified = new Set(Object.entries(jax.modules).flatMap(([module, list]) => list.map((name) => `${module}.${name}`)));
    const unknown = listed.filter((name) => !names.has(name) && !qualified.has(name));
    const twice = listed.filter((name, i) => listed.indexOf(name) !== i);
    expect({ unknown, twice }).toEqual({ unknown: [], twice: [] });
  });
});
