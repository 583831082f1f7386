import { describe, expect, it } from 'vitest';
import { composite, exp, grad, mul, random, softmax, sum, tensor, type Tensor } from '../../src/index.js';
import { normalizeVectors, softmaxVectors } from '../../src/kernels/rows-vectors.js';

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

/** Of one row, in float64. */
function normalOf(row: readonly number[], isCentered: boolean, epsilon: number): number[] {
  const average = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0) / values.length;
  const center = isCentered ? average(row) : 0;
  const size = Math.sqrt(average(row.map((x) => (x - center) ** 2)) + epsilon);
  return row.map((x) => (x - center) / size);
}

describe.each(['layerNorm', 'rmsNorm'] as const)('%s with vectors', (name) => {
  const isCentered = name === 'layerNorm';
  it.each([[1024, 1], [400, 3], [333, 7], [64, 130], [2, 5003], [1, 30_000]])('of %i rows of %i elements', (rows, columns) => {
    const data = mul(random.normal(random.key(rows), [rows, columns]), 3).data() as Float32Array;
    const [scale, bias] = [2, 5].map((key) => random.normal(random.key(key), [columns]).data() as Float32Array);
    const out = normalizeVectors(name, data, columns, { scale, bias, epsilon: 0.01 })!;
    for (const row of [0, 1, rows - 1].filter((each) => each < rows)) {
      const part = [row * columns, (row + 1) * columns] as const;
      const normal = normalOf(Array.from(data.subarray(...part)), isCentered, 0.01);
      const wrong = normal.filter((value, i) => Math.abs(out[row * columns + i]! - (value * scale![i]! + bias![i]!)) > 4 * 2 ** -24 * (Math.abs(value * scale![i]!) + Math.abs(bias![i]!) + 1));
      expect(wrong).toEqual([]);
    }
  });

  it('needs neither scale nor bias', () => {
    const data = random.normal(random.key(3), [30, 50]).data() as Float32Array;
    const out = normalizeVectors(name, data, 50, { scale: undefined, bias: undefined, epsilon: 1e-6 })!;
    normalOf(Array.from(data.subarray(0, 50)), isCentered, 1e-6).forEach((value, i) => expect(out[i]!).toBeCloseTo(value, 5));
  });

  it('keeps a small spread about a large mean', () => {
    const data = Float32Array.from({ length: 2048 }, (_, i) => 4096 + (i % 3));
    const out = normalizeVectors(name, data, 2048, { scale: undefined, bias: undefined, epsilon: 0 })!;
    normalOf(Array.from(data), isCentered, 0).forEach((value, i) => expect(out[i]!).toBeCloseTo(value, 4));
  });

  it('leaves few elements, and rows longer than its memory, to the decomposition', () => {
    expect(normalizeVectors(name, new Float32Array(100), 10, { scale: undefined, bias: undefined, epsilon: 0 })).toBeNull();
    expect(normalizeVectors(name, new Float32Array(300_000), 300_000, { scale: undefined, bias: undefined, epsilon: 0 })).toBeNull();
  });
});

it('another element type of the parameters leaves a normalisation to its decomposition', () => {
  const decompose = (): Tensor[] => [tensor([42])];
  const operands = [random.normal(random.key(1), [40, 64]), tensor(new Float64Array(64))];
  expect(composite('layerNorm', operands, decompose, { attributes: { axes: [-1], epsilon: 1e-6, hasScale: true, hasBias: false } })[0]!.item()).toBe(42);
});
