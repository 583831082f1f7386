import { readFileSync } from 'node:fs';
import { tensor, tree, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { expect } from 'vitest';

/** Numbers in nested arrays and objects, as in optax.json; null where a mask left a parameter out. */
export type Plain = number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

interface OptaxResults {
  /** By the name of the optimiser in make.py: parameters and state after the last update. */
  readonly optimizers: Readonly<Record<string, { readonly params: Plain; readonly state: Plain }>>;
  /** By the name of the schedule in make.py: its values at `counts`. */
  readonly schedules: Readonly<Record<string, readonly number[]>>;
}

interface OptaxCases {
  readonly params: Plain;
  readonly gradients: readonly Plain[];
  /** The objective at each update. */
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly float32: OptaxResults;
  readonly float64: OptaxResults;
}

/** What Optax computed; make.py beside this file wrote it. */
export const optax = JSON.parse(readFileSync(new URL('optax.json', import.meta.url), 'utf8')) as OptaxCases;

/** Parameters or gradients of the cases as tensors: `{ a: (2, 3), b: { c: (3), s: () } }`. */
export function tensors(plain: Plain, dtype: Dtype): Tree<Tensor> {
  if (typeof plain === 'object' && plain !== null && !Array.isArray(plain)) {
    return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, tensors(value, dtype)]));
  }
  return tensor(plain as number, { dtype });
}

/** All numbers, objects by sorted keys as trees are. */
function numbers(value: Plain): number[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [Number(value)];
  return Array.isArray(value) ? value.flatMap(numbers) : Object.keys(value).sort().flatMap((key) => numbers((value as { readonly [key: string]: Plain })[key]!));
}
const elements = (leaf: Tensor): number[] => Array.from(leaf.data(), Number);

/** Asserts that the leaves of `got`, in order, are those of `want`. */
export function expectClose(got: Tree<Tensor>, want: Plain, { relative, absolute }: { readonly relative: number; readonly absolute: number }): void {
  const found = tree.leaves<Tensor>(got).flatMap(elements);
  const wanted = numbers(want);
  expect(found.length).toBe(wanted.length);
  const wrong = found.flatMap((value, i) => (Math.abs(value - wanted[i]!) <= absolute + relative * Math.abs(wanted[i]!) ? [] : [{ place: i, value, wanted: wanted[i] }]));
  expect(wrong).toEqual([]);
}

export const tolerances = { float32: { relative: 2e-5, absolute: 1e-6 }, float64: { relative: 1e-12, absolute: 1e-13 } } as const;
