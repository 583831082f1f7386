/** What `@flaxon/layers` exports, as layers and as functions. */
import { Module } from '@flaxon/core';
import * as layers from '@flaxon/layers';
import * as tensor from '@flaxon/tensor';

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

/** The path of every layer, such as `Dense` and `netket.Dense`, sorted. */
export const layerNames: readonly string[] = [...layerClasses(layers).values()].filter((name) => !abstractClasses.has(name)).sort();

/** Names of functions that make no part of a network: they say in which dtype layers compute, or prepare their attributes. */
const helpers: ReadonlySet<string> = new Set(['computeDtype', 'promoteDtype', 'productTable']);

/** Activations; each is an operation of `@flaxon/tensor` or of NetKet under its name. */
const namespaces: readonly object[] = [tensor, layers.netket];
const activations = new Set<unknown>(namespaces.flatMap((namespace) => Object.values(namespace)));

const isError = (value: { readonly prototype?: unknown }): boolean => value.prototype instanceof Error;

/** The names of all functions but activations, sorted. */
export const functionNames: readonly string[] = Object.entries<unknown>(layers)
  .filter(([name, value]) => typeof value === 'function' && !isModuleClass(value) && !isError(value) && !helpers.has(name) && (!activations.has(value) || /pool$/i.test(name)))
  .map(([name]) => name)
  .sort();
