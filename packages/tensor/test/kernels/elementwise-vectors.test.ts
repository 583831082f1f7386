import { describe, expect, it } from 'vitest';
import type { TypedArray } from '../../src/dtype/dtype.js';
import { log1p32, log32 } from '../../src/kernels/exact-math.js';
import { runElementwise } from '../../src/kernels/elementwise-vectors.js';
import type { StaticShape } from '../../src/shape/shape.js';

const edges = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 88.7, 88.72283, 88.73, 89, 150, 1e30, -87.3, -87.4, -103.9, -103.98, -104, -150, -1e30, Infinity, -Infinity, Number.NaN, 1e-45, -1e-45, 1e-8, -1e-8, 0.03124, 0.03126];
/** Every size, on both sides, and the edges; more elements than the memory holds at once. */
const point = (i: number): number => edges[i] ?? ((i % 2) * 2 - 1) * 10 ** ((i / 40_009) * 12 - 10);
const count = 40_009;
const float32 = Float32Array.from({ length: count }, (_, i) => point(i));
const float64 = Float64Array.from({ length: count }, (_, i) => point(i));
/** The same in another order, so that edges meet each other. */
const shuffled = <A extends Float32Array | Float64Array>(x: A): A => x.map((_, i) => x[i < 961 ? i % 31 : (i * 7919) % count]!) as A;
const spread = <A extends Float32Array | Float64Array>(x: A): A => x.map((value, i) => (i < 961 ? edges[Math.floor(i / 31)]! : value)) as A;

const same = (a: TypedArray, b: TypedArray): number[] => Array.from(a, Number).filter((value, i) => !Object.is(value, Number(b[i])));

const roundEven = (x: number): number => {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
};

const unary: Readonly<Record<string, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundEven,
  sign: Math.sign,
};
const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  max: Math.max,
  min: Math.min,
};
const comparisons: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  equal: (x, y) => x === y,
  notEqual: (x, y) => x !== y,
  less: (x, y) => x < y,
  lessEqual: (x, y) => x <= y,
  greater: (x, y) => x > y,
  greaterEqual: (x, y) => x >= y,
};

const shape = [count];

describe.each([['float32', float32], ['float64', float64]] as const)('elementwise functions of %s with vectors', (_, x) => {
  const a = spread(x);
  const b = shuffled(x);
  const like = (): typeof x => (x instanceof Float32Array ? new Float32Array(count) : new Float64Array(count));

  it.each(Object.entries(unary))('%s has the bits of the exact function', (name, f) => {
    const out = like();
    expect(runElementwise(name, shape, [{ data: x, shape }], out)).toBe(true);
    expect(same(out, x.map(f))).toEqual([]);
  });

  it.each(Object.entries(binary))('%s has the bits of the exact function', (name, f) => {
    const out = like();
    expect(runElementwise(name, shape, [{ data: a, shape }, { data: b, shape }], out)).toBe(true);
    expect(same(out, a.map((value, i) => f(value, b[i]!)))).toEqual([]);
  });

  it.each(Object.entries(comparisons))('%s tells what it tells of each pair', (name, f) => {
    const out = new Uint8Array(count);
    expect(runElementwise(name, shape, [{ data: a, shape }, { data: b, shape }], out)).toBe(true);
    expect(same(out, Uint8Array.from(a, (value, i) => Number(f(value, b[i]!))))).toEqual([]);
  });

  it.each([3, 1, 0, -2, 7, -5])('integerPow %i multiplies whole squares, rounding each', (exponent) => {
    const out = like();
    const base = x.map((value) => Math.max(-50, Math.min(50, Math.round(value * 8) / 8)));
    expect(runElementwise('integerPow', shape, [{ data: base, shape }], out, exponent)).toBe(true);
    const product = (p: number, q: number): number => (x instanceof Float32Array ? Math.fround(p * q) : p * q);
    const power = (value: number, n: number): number => {
      let [square, result] = [value, 1];
      for (let bits = n; bits > 0; bits >>= 1) {
        if (bits & 1) result = product(result, square);
        square = product(square, square);
      }
      return result;
    };
    const wanted = base.map((value) => (exponent > 0 ? power(value, exponent) : exponent === 0 ? 1 : 1 / power(value, -exponent)));
    expect(same(out, wanted)).toEqual([]);
  });

  it('isNan and where choose by element', () => {
    const isNan = new Uint8Array(count);
    expect(runElementwise('isNan', shape, [{ data: a, shape }], isNan)).toBe(true);
    expect(same(isNan, Uint8Array.from(a, (value) => Number(Number.isNaN(value))))).toEqual([]);
    const out = like();
    const condition = Uint8Array.from({ length: count }, (__, i) => Number(i % 3 === 0));
    expect(runElementwise('where', shape, [{ data: condition, shape }, { data: a, shape }, { data: b, shape }], out)).toBe(true);
    expect(same(out, a.map((value, i) => (i % 3 === 0 ? value : b[i]!)))).toEqual([]);
  });

  const broadcasts: readonly (readonly [string, StaticShape, StaticShape, StaticShape])[] = [
    ['a scalar', [3000], [3000], []],
    ['a scalar before', [3000], [], [3000]],
    ['a line for all rows', [70, 33], [70, 33], [33]],
    ['a number for each row', [70, 33], [70, 33], [70, 1]],
    ['a number for each row before', [70, 33], [70, 1], [70, 33]],
    ['a line and a column', [70, 33], [70, 1], [33]],
    ['a matrix in the middle', [5, 40, 9], [5, 1, 9], [5, 40, 9]],
    ['rows longer than a piece', [2, 18_000], [2, 18_000], [18_000]],
    ['many rows with a number each', [4000, 9], [4000, 9], [4000, 1]],
  ];
  it.each(broadcasts)('broadcasts %s', (_name, to, from, other) => {
    const sizeOf = (dims: StaticShape): number => dims.reduce((size, dim) => size * dim, 1);
    const out = x instanceof Float32Array ? new Float32Array(sizeOf(to)) : new Float64Array(sizeOf(to));
    const operands = [from, other].map((dims, i) => ({ data: (i === 0 ? b : a).slice(edges.length, edges.length + sizeOf(dims)), shape: dims }));
    // What runs is right; what does not is left to the other kernels.
    if (!runElementwise('sub', to, operands, out)) return expect(to.length).toBe(3);
    const strides = (dims: StaticShape): number[] => to.map((_dim, axis) => {
      const own = axis - (to.length - dims.length);
      return own < 0 || dims[own] === 1 ? 0 : sizeOf(dims.slice(own + 1));
    });
    const at = (flat: number, dims: StaticShape): number => to.reduce((sum, dim, axis) => sum + (Math.floor(flat / sizeOf(to.slice(axis + 1))) % dim) * strides(dims)[axis]!, 0);
    const wanted = out.map((_value, i) => operands[0]!.data[at(i, from)]! - operands[1]!.data[at(i, other)]!);
    return expect(same(out, wanted)).toEqual([]);
  });
});

describe('functions that round once from float64', () => {
  const places = (x: Float32Array): Int32Array => new Int32Array(x.buffer, x.byteOffset, x.length);
  const functions: Readonly<Record<string, (x: number) => number>> = { exp: Math.exp, tanh: Math.tanh, sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))) };
  it.each(Object.entries(functions))('%s rounds as the exact function does, in all but a few of some ten thousand', (name, f) => {
    const found = new Float32Array(count);
    expect(runElementwise(name, shape, [{ data: float32, shape }], found)).toBe(true);
    const wanted = float32.map(f);
    const [got, want] = [places(found), places(wanted)];
    const apart = Array.from(got, (place, i) => (Number.isNaN(wanted[i]!) && Number.isNaN(found[i]!) ? 0 : Math.abs(place - want[i]!))).filter((distance) => distance > 0);
    expect(Math.max(0, ...apart)).toBeLessThanOrEqual(1);
    expect(apart.length).toBeLessThanOrEqual(5);
  });
});

describe('functions with the bits of XLA', () => {
  it.each([['log', log32], ['log1p', log1p32]] as const)('%s has those of the kernel in TypeScript, but for the last one of subnormal numbers', (name, f) => {
    const found = new Float32Array(count);
    expect(runElementwise(name, shape, [{ data: float32, shape }], found)).toBe(true);
    const wrong = Array.from(float32).filter((x, i) => (name === 'log' && x > 0 && x < 2 ** -126 ? Math.abs(found[i]! - Math.log(x)) > 1e-5 : !Object.is(found[i], Math.fround(f(x)))));
    expect(wrong).toEqual([]);
  });
});

describe('what is left to the kernels in TypeScript', () => {
  const data = new Float32Array(4096);
  it.each([
    ['few elements', 'add', [100], new Float32Array(100), new Float32Array(100)],
    ['narrow rows', 'add', [1000, 3], new Float32Array(3000), new Float32Array(3)],
    ['another primitive', 'atan2', [4096], data, data],
    ['integers', 'add', [4096], new Int32Array(4096), new Int32Array(4096)],
  ] as const)('%s', (_, primitive, dims, a, b) => {
    expect(runElementwise(primitive, dims, [{ data: a, shape: dims }, { data: b, shape: b.length === a.length ? dims : [b.length] }], new Float32Array(a.length))).toBe(false);
  });

  it('float64 functions that would be less exact', () => {
    expect(runElementwise('exp', [4096], [{ data: new Float64Array(4096), shape: [4096] }], new Float64Array(4096))).toBe(false);
  });
});
