import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BinaryPrimitive, ComparisonPrimitive, UnaryPrimitive } from '../../src/primitives/params.js';
import { array, run } from './arrays.js';

type Encoded = number | string;

/** What JAX 0.10.2 gives in float64 on a CPU, at ordinary points and hostile ones. */
interface JaxTables {
  readonly unary: { readonly [P in UnaryPrimitive]?: readonly [readonly Encoded[], readonly Encoded[]] };
  readonly binary: { readonly points: readonly (readonly [Encoded, Encoded])[]; readonly results: { readonly [name: string]: readonly Encoded[] } };
}

const tables = JSON.parse(readFileSync(new URL('./jax-elementwise.json', import.meta.url), 'utf8')) as JaxTables;
const tolerances = { float16: 1e-3, bfloat16: 8e-3, float32: 3e-7, float64: 2e-13 };
const dtypes = Object.keys(tolerances) as (keyof typeof tolerances)[];

/** Equal in sign where zero or infinite, and close by the last places of the dtype. */
function expectNear(found: number, expected: number, dtype: keyof typeof tolerances, point: string): void {
  const allowed = tolerances[dtype] * Math.abs(expected);
  const isNear = Number.isFinite(expected) && expected !== 0 ? Math.abs(found - expected) <= allowed : Object.is(found, expected);
  expect(isNear ? expected : found, `at ${point}`).toBe(expected);
}

/** Points that the dtype holds exactly, and whose results it holds too: the others are other problems in it. */
function holds(dtype: keyof typeof tolerances, ...values: number[]): boolean {
  if (dtype === 'float64') return true;
  const largest = dtype === 'float16' ? 65504 : 3.3e38;
  const smallest = dtype === 'float16' ? 2 ** -14 : 2 ** -126;
  const digits = dtype === 'float32' ? 2 ** 23 : dtype === 'float16' ? 2 ** 10 : 2 ** 7;
  const isExact = (x: number): boolean => !Number.isFinite(x) || x === 0 || Number.isInteger((x / 2 ** Math.floor(Math.log2(Math.abs(x)))) * digits);
  const inRange = (x: number): boolean => !Number.isFinite(x) || x === 0 || (Math.abs(x) <= largest && Math.abs(x) >= smallest);
  return values.slice(0, -1).every((x) => isExact(x)) && values.every(inRange);
}

describe.each(dtypes)('in %s, as JAX at every point', (dtype) => {
  it.each(Object.keys(tables.unary) as UnaryPrimitive[])('%s', (primitive) => {
    const [points, results] = tables.unary[primitive]!.map((column) => column.map(Number)) as [number[], number[]];
    const isPredicate = primitive === 'isNan';
    const kept = points.map((_, i) => i).filter((i) => holds(dtype, points[i]!, results[i]!));
    const output = { shape: [kept.length], dtype: isPredicate ? ('bool' as const) : dtype };
    const found = run(primitive, [array(dtype, [kept.length], kept.map((i) => points[i]!))], {}, output);
    kept.forEach((i, at) => expectNear(Number(found[at]), results[i]!, dtype, String(points[i])));
    expect(kept.length).toBeGreaterThan(8);
  });

  it.each(Object.keys(tables.binary.results) as (BinaryPrimitive | ComparisonPrimitive)[])('%s', (primitive) => {
    const points = tables.binary.points.map((pair) => pair.map(Number)) as [number, number][];
    const results = tables.binary.results[primitive]!.map(Number);
    const isComparison = /equal|less|greater/i.test(primitive);
    const kept = points.map((_, i) => i).filter((i) => holds(dtype, ...points[i]!, results[i]!));
    const output = { shape: [kept.length], dtype: isComparison ? ('bool' as const) : dtype };
    const operands = [0, 1].map((side) => array(dtype, [kept.length], kept.map((i) => points[i]![side]!)));
    const found = run(primitive, operands, {}, output);
    kept.forEach((i, at) => expectNear(Number(found[at]), results[i]!, dtype, points[i]!.join(', ')));
    expect(kept.length).toBeGreaterThan(80);
  });
});
