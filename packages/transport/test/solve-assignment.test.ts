import { tensor } from '@flaxon/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { assignmentW2Squared, solveAssignment, squaredWasserstein } from '../src/index.js';

/** The least cost over all permutations, by trying them all. */
function cheapest(cost: Float64Array, n: number, row = 0, taken = 0): number {
  if (row === n) return 0;
  let best = Infinity;
  for (let column = 0; column < n; column++) {
    if (taken & (1 << column)) continue;
    best = Math.min(best, cost[row * n + column]! + cheapest(cost, n, row + 1, taken | (1 << column)));
  }
  return best;
}

/** Numbers in [0, 1) from a linear congruential generator. */
function uniforms(seed: number, count: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

function squareMatrix(entry: fc.Arbitrary<number>) {
  return fc.integer({ min: 1, max: 7 }).chain((n) => fc.tuple(fc.constant(n), fc.array(entry, { minLength: n * n, maxLength: n * n })));
}

describe('solveAssignment', () => {
  it('finds the least cost over all permutations', () => {
    fc.assert(
      fc.property(squareMatrix(fc.double({ min: -5, max: 5, noNaN: true })), ([n, entries]) => {
        const cost = Float64Array.from(entries);
        expect(solveAssignment(cost, n).cost).toBeCloseTo(cheapest(cost, n), 9);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the least cost where many costs are equal', () => {
    fc.assert(
      fc.property(squareMatrix(fc.integer({ min: 0, max: 2 })), ([n, entries]) => {
        const cost = Float64Array.from(entries);
        expect(solveAssignment(cost, n).cost).toBe(cheapest(cost, n));
      }),
      { numRuns: 300 },
    );
  });

  it('finds the least cost of eight rows', () => {
    const cost = uniforms(3, 64);
    expect(solveAssignment(cost, 8).cost).toBeCloseTo(cheapest(cost, 8), 12);
  });

  it.each([
    ['continuous costs', (value: number) => value],
    ['few different costs', (value: number) => Math.floor(value * 5)],
  ])('the prices prove the result optimal at 200 rows: %s', (_, shape) => {
    const n = 200;
    const cost = uniforms(7, n * n).map(shape);
    const { columnOfRow, rowPrice, columnPrice } = solveAssignment(cost, n);
    expect(new Set(columnOfRow)).toEqual(new Set(Array.from({ length: n }, (__, column) => column)));
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        const slack = cost[row * n + column]! - rowPrice[row]! - columnPrice[column]!;
        if (column === columnOfRow[row]) expect(Math.abs(slack)).toBeLessThan(1e-12);
        else if (slack < -1e-12) expect.fail(`the prices of row ${row} and column ${column} exceed their cost by ${-slack}`);
      }
    }
  });

  it('rows that all prefer one column share the loss', () => {
    // Row 2 must take column 0; the others then divide the rest. By hand: 2 + 3 + 1 = 6.
    const { columnOfRow, cost } = solveAssignment(Float64Array.of(0, 2, 9, 0, 9, 3, 1, 99, 99), 3);
    expect([...columnOfRow]).toEqual([1, 2, 0]);
    expect(cost).toBe(6);
  });

  it('no rows cost nothing', () => {
    expect(solveAssignment(new Float64Array(0), 0).cost).toBe(0);
  });

  it('a matrix of the wrong size is refused', () => {
    expect(() => solveAssignment(new Float64Array(5), 2)).toThrow(/2 rows needs 4 entries; found 5/);
  });

  it('a cost that is not finite is refused', () => {
    expect(() => solveAssignment(Float64Array.of(0, 1, NaN, 2), 2)).toThrow(/finite/);
  });
});

describe('squaredWasserstein', () => {
  it('a cloud is at distance 0 from itself in another order', () => {
    expect(squaredWasserstein(Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(5, 6, 1, 2, 3, 4), 2)).toBe(0);
  });

  it('on a line the sorted points belong together', () => {
    const a = Float32Array.from(uniforms(1, 300));
    const b = Float32Array.from(uniforms(2, 300), (value) => 3 * value * value);
    const sortedB = b.toSorted();
    const expected = a.toSorted().reduce((sum, value, at) => sum + (value - sortedB[at]!) ** 2, 0) / 300;
    expect(squaredWasserstein(a, b, 1)).toBeCloseTo(expected, 10);
  });

  it('moving a cloud by a vector costs the square of its length', () => {
    const a = Float32Array.from(uniforms(5, 600), (value) => Math.fround(Math.round(value * 1024) / 1024));
    const b = a.map((value, at) => value + [1, -2, 0.5][at % 3]!);
    expect(squaredWasserstein(a, b, 3)).toBeCloseTo(1 + 4 + 0.25, 10);
  });

  it('agrees with the assignment of the plain distances where the clouds differ in place and spread', () => {
    const n = 60;
    const a = Float32Array.from(uniforms(8, n * 3));
    const b = Float32Array.from(uniforms(9, n * 3), (value, at) => value * [4, 0.1, 1][at % 3]! - 2);
    const plain = new Float64Array(n * n).map((_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return [0, 1, 2].reduce((sum, axis) => sum + (a[i * 3 + axis]! - b[j * 3 + axis]!) ** 2, 0);
    });
    expect(squaredWasserstein(a, b, 3)).toBeCloseTo(solveAssignment(plain, n).cost / n, 10);
  });

  it('is that of the assignment that traces', () => {
    const [a, b] = [Float32Array.from(uniforms(3, 36)), Float32Array.from(uniforms(4, 36), (value) => 2 * value - 1)];
    const traced = assignmentW2Squared(tensor(a, { shape: [12, 3], dtype: 'float64' }), tensor(b, { shape: [12, 3], dtype: 'float64' }));
    expect(squaredWasserstein(a, b, 3)).toBeCloseTo(Number(traced.item()), 12);
  });

  it('an axis without spread does no harm', () => {
    expect(squaredWasserstein(Float32Array.of(0, 1, 0, 3), Float32Array.of(2, 1, 2, 3), 2)).toBe(4);
  });

  it('clouds of different sizes are refused', () => {
    expect(() => squaredWasserstein(new Float32Array(6), new Float32Array(3), 3)).toThrow(/equally many points/);
  });

  it('empty clouds are at distance 0', () => {
    expect(squaredWasserstein(new Float32Array(0), new Float32Array(0), 3)).toBe(0);
  });
});
