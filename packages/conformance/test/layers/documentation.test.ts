/** The tables of layers in docs/compatibility.md. */
import * as layers from '@flaxon/layers';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { functionNames, layerNames } from './classes.js';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/compatibility.md'), 'utf8');

/** The rows of the tables: what the original is called, and the name here. */
const rows = [...page.matchAll(/^\| `([^`]+)` \| `layers\.([^`]+)` \| ✅ \|/gm)].map(([, original, name]) => ({ original: original!, name: name! }));
const documented = new Set(rows.map(({ name }) => name));

it('every layer is there with its counterpart in Flax, NetKet or OTT', () => {
  expect(layerNames.filter((name) => !documented.has(name))).toEqual([]);
});

it('every function is there', () => {
  expect(functionNames.filter((name) => !documented.has(name))).toEqual([]);
});

it('every activation under the name of Flax is there', () => {
  const functions = Object.keys(layers).filter((name) => /^[a-z]/.test(name) && typeof Reflect.get(layers, name) === 'function');
  expect(functions.filter((name) => !documented.has(name) && name !== 'productTable')).toEqual([]);
});

it('no name stands in two rows', () => {
  expect(rows.map(({ name }) => name).filter((name, i, all) => all.indexOf(name) !== i)).toEqual([]);
});
