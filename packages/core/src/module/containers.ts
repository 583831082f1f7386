/** Modules inside arrays, records and maps: how they are found, named and replaced. */
import { tree } from '@flaxon/tensor';
import type { Module } from './module.js';
import { isModule } from './state.js';

/** The entries of a container, keys as text, or undefined for a leaf. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (Array.isArray(value)) return value.map((inner: unknown, i) => [String(i), inner]);
  if (value instanceof Map) return [...value].map(([key, inner]: [unknown, unknown]) => [String(key), inner]);
  if (tree.isRecord(value)) return Object.entries(value);
  return undefined;
}

/** Whether `value` is a module or holds one. */
export function containsModule(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isModule(value)) return true;
  return entriesOf(value)?.some(([, inner]) => containsModule(inner)) ?? false;
}

interface Found {
  readonly path: readonly string[];
  readonly module: Module;
}

function findModules(value: unknown, path: readonly string[], found: Found[]): void {
  if (isModule(value)) found.push({ path, module: value });
  else for (const [key, inner] of entriesOf(value) ?? []) findModules(inner, [...path, key], found);
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  }
  return a.length - b.length;
}

/** `value` with its containers copied and frozen, leaves replaced by `replace`. */
function rebuild(value: unknown, path: readonly string[], replace: (leaf: unknown, path: readonly string[]) => unknown): unknown {
  if (isModule(value)) return replace(value, path);
  if (Array.isArray(value)) return Object.freeze(value.map((inner: unknown, i) => rebuild(inner, [...path, String(i)], replace)));
  if (value instanceof Map) {
    return new Map([...value].map(([key, inner]: [unknown, unknown]) => [key, rebuild(inner, [...path, String(key)], replace)]));
  }
  if (tree.isRecord(value)) {
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rebuild(inner, [...path, key], replace)])));
  }
  return replace(value, path);
}

/** `value` with its leaves replaced; containers are copied and frozen. Modules are leaves. */
export const mapLeaves = (value: unknown, replace: (leaf: unknown) => unknown): unknown => rebuild(value, [], replace);

/** `value` with its arrays and records copied and frozen: what a module holds does not change behind its back. */
export function freezeContainers(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? rebuild(value, [], (leaf) => leaf) : value;
}

/**
 * `value` with each module replaced by what `replace` gives for it and the suffix of its position: `''` for `value` itself,
 * `_0`, `_encoder`, `_0_1` inside containers. As in Flax, modules are visited in the order of their positions as text ("10"
 * before "2"), which shows in the name of one that stands at several.
 */
export function mapModules(value: unknown, replace: (module: Module, suffix: string) => Module): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const found: Found[] = [];
  findModules(value, [], found);
  found.sort((a, b) => comparePaths(a.path, b.path));
  const replaced = new Map<string, Module>();
  for (const { path, module } of found) {
    replaced.set(path.join('\0'), replace(module, path.map((key) => `_${key}`).join('')));
  }
  return rebuild(value, [], (leaf, path) => (isModule(leaf) ? replaced.get(path.join('\0')) : leaf));
}
