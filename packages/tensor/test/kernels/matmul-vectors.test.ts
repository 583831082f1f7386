import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../src/kernels/matmul.js';
import { multiplyPacked } from '../../src/kernels/matmul-packed.js';
import { multiplyVectors } from '../../src/kernels/matmul-vectors.js';
import type { FloatArray } from '../../src/kernels/number-class.js';

type Layout = 'rows' | 'columns' | 'inside';

/** A matrix of numbers from -1 to 1, stored by rows, by columns, or as a part of a larger one. */
function matrix(make: (length: number) => FloatArray, rows: number, columns: number, layout: Layout, seed: number): Matrix<FloatArray> {
  const data = make((rows + 3) * (columns + 5));
  for (let i = 0; i < data.length; i++) data[i] = Math.sin((i + 1) * 12.9898 + seed) % 1;
  if (layout === 'columns') return { data, offset: 0, rowStride: 1, columnStride: rows };
  return layout === 'rows' ? { data, offset: 0, rowStride: columns, columnStride: 1 } : { data, offset: 7, rowStride: columns + 5, columnStride: 1 };
}

const float32 = (length: number): FloatArray => new Float32Array(length);
const float64 = (length: number): FloatArray => new Float64Array(length);

const sizes = [[1, 1, 1], [4, 4, 8], [7, 6, 9], [5, 257, 3], [129, 3, 257], [130, 300, 259]] as const;
const layouts = [['rows', 'rows', 'rows'], ['columns', 'rows', 'inside'], ['inside', 'columns', 'columns']] as const;
const cases = sizes.flatMap((size) => layouts.map((layout) => [size.join(' x '), layout.join(', '), size, layout] as const));

describe('products with vectors', () => {
  it.each(cases)('of float64, %s, stored by %s, have the bits of the kernel in TypeScript', (_, __, [rows, inner, columns], layout) => {
    const [a, b] = [matrix(float64, rows, inner, layout[0], 1), matrix(float64, inner, columns, layout[1], 2)];
    const [found, wanted] = [matrix(float64, rows, columns, layout[2], 3), matrix(float64, rows, columns, layout[2], 3)];
    expect(multiplyVectors({ rows, inner, columns }, a, b, found)).toBe(true);
    multiplyPacked({ rows, inner, columns }, a, b, wanted);
    expect(found.data).toEqual(wanted.data);
  });

  it.each(cases)('of float32, %s, stored by %s, differ by the rounding of their sums', (_, __, [rows, inner, columns], layout) => {
    const [a, b] = [matrix(float32, rows, inner, layout[0], 1), matrix(float32, inner, columns, layout[1], 2)];
    const [found, wanted] = [matrix(float32, rows, columns, layout[2], 3), matrix(float32, rows, columns, layout[2], 3)];
    multiplyVectors({ rows, inner, columns }, a, b, found);
    multiplyPacked({ rows, inner, columns }, a, b, wanted);
    const furthest = Array.from(found.data).reduce((most, value, i) => Math.max(most, Math.abs(value - wanted.data[i]!)), 0);
    // n u sum |a| |b| bounds the error of a sum of n products (Higham, "Accuracy and stability of numerical algorithms", 3.1); here |a|, |b| <= 1.
    expect(furthest).toBeLessThanOrEqual(2 ** -24 * inner * inner);
  });

  it('of float32 and float64 are computed in float64', () => {
    const [a, b] = [matrix(float32, 9, 10, 'rows', 1), matrix(float64, 10, 11, 'rows', 2)];
    const [found, wanted] = [matrix(float64, 9, 11, 'rows', 3), matrix(float64, 9, 11, 'rows', 3)];
    multiplyVectors({ rows: 9, inner: 10, columns: 11 }, a, b, found);
    multiplyPacked({ rows: 9, inner: 10, columns: 11 }, a, b, wanted);
    expect(found.data).toEqual(wanted.data);
  });

  it('carry NaN and infinities into their rows and columns alone', () => {
    const [a, b, out] = [matrix(float32, 9, 8, 'rows', 1), matrix(float32, 8, 9, 'rows', 2), matrix(float32, 9, 9, 'rows', 3)];
    a.data[0] = Number.NaN;
    b.data[8] = Infinity;
    multiplyVectors({ rows: 9, inner: 8, columns: 9 }, a, b, out);
    const kinds = Array.from({ length: 81 }, (_, i) => [Number.isFinite(out.data[i]!), i < 9 || i % 9 === 8]);
    expect(kinds.every(([isFinite, isTouched]) => isFinite !== isTouched)).toBe(true);
  });
});
