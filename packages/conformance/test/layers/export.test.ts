/** Every layer, and every function that the package has of its own, as a graph: its operators, for any size of the batch, in float64. */
import { Module } from '@flaxon/core';
import * as layers from '@flaxon/layers';
import * as tensor from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { expectGraphAgrees, exported, operatorsOf } from './agreement.js';
import { functionRows, layerRows } from './rows.js';

const isModuleClass = (value: unknown): value is typeof Module => typeof value === 'function' && value.prototype instanceof Module;

/** The classes of layers below a namespace, by their path; a class with two paths has the shorter one. */
function layerClasses(namespace: object, prefix = ''): ReadonlyMap<unknown, string> {
  const entries = Object.entries(namespace);
  const own = entries.flatMap(([name, value]): [unknown, string][] => (isModuleClass(value) ? [[value, prefix + name]] : []));
  const nested = entries.filter(([, value]) => typeof value === 'object' && value !== null).flatMap(([name, value]) => [...layerClasses(value as object, `${prefix}${name}.`)]);
  return new Map([...nested, ...own]);
}

/** What a layer is made of and no layer itself. */
const abstractClasses: ReadonlySet<string> = new Set(['RNNCellBase']);

it('every layer that the package exports has a row', () => {
  expect(Object.keys(layerRows).sort()).toEqual([...layerClasses(layers).values()].filter((name) => !abstractClasses.has(name)).sort());
});

/** Names of functions that make no part of a network: they say in which dtype layers compute, or prepare their attributes. */
const helpers: ReadonlySet<string> = new Set(['computeDtype', 'promoteDtype', 'productTable']);

/** Activations; each is an operation of `@flaxon/tensor` under its name. */
const namespaces: readonly object[] = [tensor, layers.netket];
const activations = new Set<unknown>(namespaces.flatMap((namespace) => Object.values(namespace)));

it('every function that the package exports has a row, but for activations', () => {
  const functions = Object.entries<unknown>(layers).filter(([name, value]) => typeof value === 'function' && !isModuleClass(value) && !(value.prototype instanceof Error) && !helpers.has(name));
  const own = functions.filter(([name, value]) => !activations.has(value) || /pool$/i.test(name)).map(([name]) => name);
  expect(Object.keys(functionRows).sort()).toEqual(own.sort());
});

describe.each(Object.entries({ ...layerRows, ...functionRows }))('%s', (_, row) => {
  it('has the operators that a person would write', () => {
    expect(operatorsOf(exported(row, 2, 'float32').model)).toBe(row.operators);
  });

  it('is one graph for every size of the batch', async () => {
    await expectGraphAgrees(row, { batch: 'batch', sizes: [2, 5], dtype: 'float32' });
  });

  it('runs in float64', async () => {
    await expectGraphAgrees(row, { batch: 2, sizes: [2], dtype: 'float64' });
  });
});
