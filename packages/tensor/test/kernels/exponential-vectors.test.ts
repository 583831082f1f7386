import { describe, expect, it } from 'vitest';
import { exp, grad, mul, random, softmax, sum, tensor, type Tensor } from '../../src/index.js';
import { expVectors, softmaxVectors } from '../../src/kernels/exponential-vectors.js';

const edges = [0, -0, 1, -1, 88.7, 88.72283, 88.73, 89, 150, 1e30, -87.3, -87.4, -103.9, -103.98, -104, -150, -1e30, Infinity, -Infinity, Number.NaN, 1e-45, -1e-45, 1e-8];
/** Every size, on both sides, and the edges; more elements than the memory holds at once. */
const points = Float32Array.from({ length: 100_003 }, (_, i) => edges[i] ?? ((i % 2) * 2 - 1) * 10 ** ((i / 100_003) * 12 - 10));
const places = (x: Float32Array): Int32Array => new Int32Array(x.buffer, x.byteOffset, x.length);

describe('exp with vectors', () => {
  const found = expVectors(points)!;
  const wanted = points.map((x) => Math.exp(x));
  it('rounds as the exact function does, in all but a few of a million', () => {
    const [got, want] = [places(found), places(wanted)];
    const apart = got.reduce<number[]>((counts, place, i) => {
      if (Number.isNaN(wanted[i]!) && Number.isNaN(found[i]!)) return counts;
      const distance = Math.abs(place - want[i]!);
      if (distance > 0) counts.push(distance);
      return counts;
    }, []);
    expect(Math.max(0, ...apart)).toBeLessThanOrEqual(1);
    expect(apart.length).toBeLessThanOrEqual(5);
  });

  it('is exact at zero and infinite, zero or NaN where the function is', () => {
    const at = (x: number): number => found[edges.findIndex((edge) => Object.is(edge, x))]!;
    expect([0, -0, Infinity, -Infinity, 150, -150].map(at)).toEqual([1, 1, Infinity, 0, Infinity, 0]);
    expect(at(Number.NaN)).toBeNaN();
  });

  it('leaves few elements to the kernel in TypeScript', () => {
    expect(expVectors(new Float32Array(8))).toBeNull();
  });
});

/** Of one row, in float64. */
function softmaxOf(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const powers = row.map((x) => Math.exp(x - top));
  const total = powers.reduce((one, other) => one + other, 0);
  return powers.map((power) => power / total);
}

describe('softmax with vectors', () => {
  it.each([[1024, 1], [400, 3], [300, 4], [333, 7], [64, 130], [2, 5003]])('of %i rows of %i elements', (rows, columns) => {
    const x = random.normal(random.key(rows), [rows, columns]);
    const data = mul(x, 5).data() as Float32Array;
    const out = softmaxVectors(data, columns)!;
    for (const row of [0, 1, rows - 1]) {
      const given = Array.from(data.subarray(row * columns, (row + 1) * columns));
      const top = Math.max(...given);
      const found = out.subarray(row * columns, (row + 1) * columns);
      // The difference to the largest element rounds to float32, by half a unit of its size, and so do exp, its sum and the quotient.
      const wrong = softmaxOf(given).filter((value, i) => Math.abs(found[i]! - value) > (Math.abs(given[i]! - top) + 3) * 2 ** -24 * value + 1e-30);
      expect(wrong).toEqual([]);
    }
  });

  it('is NaN in a row with a NaN, with an infinity, or with nothing else than -Infinity, and in no other', () => {
    const data = new Float32Array(4 * 512).fill(1);
    data[3] = Number.NaN;
    data[512 + 7] = Infinity;
    data.fill(-Infinity, 1024, 1536);
    const y = softmax(tensor(data, { shape: [4, 512] })).data() as Float32Array;
    expect([0, 1, 2].map((row) => y.subarray(row * 512, (row + 1) * 512).some((value) => !Number.isNaN(value)))).toEqual([false, false, false]);
    expect(Array.from(new Set(y.subarray(1536)))).toEqual([Math.fround(1 / 512)]);
  });

  it('keeps its derivative', () => {
    const x = random.normal(random.key(1), [40, 32]);
    const y = softmax(x).data() as Float32Array;
    const slope = grad((t: Tensor) => sum(mul(softmax(t), exp(softmax(t)))))(x).data() as Float32Array;
    const row = Array.from(y.subarray(0, 32));
    const weights = row.map((value) => Math.exp(value) * (1 + value));
    const mean = row.reduce((total, value, i) => total + value * weights[i]!, 0);
    row.forEach((value, i) => expect(slope[i]!).toBeCloseTo(value * (weights[i]! - mean), 5));
  });
});
