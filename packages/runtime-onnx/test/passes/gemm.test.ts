import { symbol } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { add, div, mul, neg, scalar, sub, unary, withNumber } from '../../src/emit/arithmetic.js';
import { transpose } from '../../src/emit/layout.js';
import { tensorData } from '../../src/graph/constants.js';
import type { GraphBuilder } from '../../src/graph/builder.js';
import { float, int, type Value } from '../../src/graph/graph.js';
import { fuseGemmAddition } from '../../src/passes/fuse-gemm-addition.js';
import { fuseGemmFactor } from '../../src/passes/fuse-gemm-factor.js';
import { fuseGemmRow } from '../../src/passes/fuse-gemm-row.js';
import { fuseGemmTranspose } from '../../src/passes/fuse-gemm-transpose.js';
import { shareGemmFactor } from '../../src/passes/share-gemm-factor.js';
import { expectRewrite, graphOf } from './graphs.js';

const gemm = (b: GraphBuilder, x: Value, y: Value, c?: Value): Value =>
  b.node('Gemm', c ? [x, y, c] : [x, y], { dtype: x.dtype, shape: [x.shape[0]!, y.shape[1]!] });
const matrices = [{ shape: [5, 3] }, { shape: [3, 4] }] as const;
const f64 = matrices.map(({ shape }) => ({ shape, dtype: 'float64' as const }));

describe('fuseGemmAddition', () => {
  it.each([[[4]], [[1, 4]], [[5, 1]], [[5, 4]], [[]]])('takes an array of shape %j as C, on either side', async (shape) => {
    const operands = [...matrices, { shape }];
    await expectRewrite(fuseGemmAddition, operands, (b, x, y, c) => add(b, gemm(b, x!, y!), c!), ['Gemm']);
    await expectRewrite(fuseGemmAddition, operands, (b, x, y, c) => add(b, c!, gemm(b, x!, y!)), ['Gemm']);
    await expectRewrite(fuseGemmAddition, operands, (b, x, y, c) => sub(b, gemm(b, x!, y!), c!), ['Gemm']);
    await expectRewrite(fuseGemmAddition, operands, (b, x, y, c) => sub(b, c!, gemm(b, x!, y!)), ['Gemm']);
  });
  it('adds up products in place', () =>
    expectRewrite(fuseGemmAddition, [...matrices, { shape: [5, 2] }, { shape: [2, 4] }], (b, x, y, u, v) => add(b, gemm(b, x!, y!), gemm(b, u!, v!)), ['Gemm', 'Gemm']));
  it('leaves a product alone that somebody else reads', () =>
    expectRewrite(fuseGemmAddition, [...matrices, { shape: [4] }], (b, x, y, c) => { const p = gemm(b, x!, y!); return [add(b, p, c!), unary(b, 'Abs', p)]; }, ['Gemm', 'Add', 'Abs']));
  it('leaves a sum alone that is larger than the product', () =>
    expectRewrite(fuseGemmAddition, [...matrices, { shape: [2, 5, 4] }], (b, x, y, c) => add(b, gemm(b, x!, y!), c!), ['Gemm', 'Add']));
  it('leaves a C alone that is there', () =>
    expectRewrite(fuseGemmAddition, [...matrices, { shape: [4] }, { shape: [4] }], (b, x, y, c, d) => add(b, gemm(b, x!, y!, c!), d!), ['Gemm', 'Add']));
});

describe('fuseGemmFactor', () => {
  it('takes numbers after the product and before it', async () => {
    await expectRewrite(fuseGemmFactor, matrices, (b, x, y) => withNumber(b, 'Mul', gemm(b, x!, y!), 0.3), ['Gemm']);
    await expectRewrite(fuseGemmFactor, matrices, (b, x, y) => div(b, gemm(b, x!, y!), scalar(b, 'float32', 7)), ['Gemm']);
    await expectRewrite(fuseGemmFactor, matrices, (b, x, y) => neg(b, gemm(b, x!, y!)), ['Gemm']);
    await expectRewrite(fuseGemmFactor, matrices, (b, x, y) => gemm(b, withNumber(b, 'Mul', x!, 0.3), neg(b, y!)), ['Neg', 'Gemm']);
  });
  it('scales C too', () => expectRewrite(fuseGemmFactor, [...matrices, { shape: [4] }], (b, x, y, c) => withNumber(b, 'Mul', gemm(b, x!, y!, c!), 0.3), ['Gemm']));
  it('keeps a float64 factor that a float32 attribute cannot hold', async () => {
    await expectRewrite(fuseGemmFactor, f64, (b, x, y) => withNumber(b, 'Mul', gemm(b, x!, y!), 0.3), ['Gemm', 'Mul']);
    await expectRewrite(fuseGemmFactor, f64, (b, x, y) => withNumber(b, 'Mul', gemm(b, x!, y!), 0.25), ['Gemm']);
  });
  it('leaves computed factors', () => expectRewrite(fuseGemmFactor, [...matrices, { shape: [] }], (b, x, y, c) => mul(b, gemm(b, x!, y!), c!), ['Gemm', 'Mul']));
});

describe('shareGemmFactor', () => {
  const square = (b: GraphBuilder, x: Value): Value => mul(b, x, x);
  /** The product's mean and mean square, the first times `factor`. */
  const moments = (b: GraphBuilder, p: Value, factor: number): Value[] => [withNumber(b, 'Mul', p, factor), withNumber(b, 'Mul', square(b, p), 0.01)];
  it('takes the number by which a product is read beside its scaled square', async () => {
    await expectRewrite(shareGemmFactor, matrices, (b, x, y) => moments(b, gemm(b, x!, y!), 0.1).map((value) => unary(b, 'Abs', value)), ['Gemm', 'Mul', 'Mul', 'Abs', 'Abs']);
    await expectRewrite(shareGemmFactor, [...matrices, { shape: [4] }], (b, x, y, c) => moments(b, gemm(b, x!, y!, c!), -0.3), ['Gemm', 'Mul', 'Mul']);
    await expectRewrite(shareGemmFactor, matrices, (b, x, y) => { const p = gemm(b, x!, y!); return [div(b, p, scalar(b, 'float32', 4)), div(b, square(b, p), scalar(b, 'float32', 7)), neg(b, square(b, p))]; }, ['Gemm', 'Mul', 'Mul', 'Mul', 'Mul']);
  });
  it('leaves a product that is read otherwise too', async () => {
    const all = ['Gemm', 'Mul', 'Mul', 'Mul'];
    await expectRewrite(shareGemmFactor, matrices, (b, x, y) => { const p = gemm(b, x!, y!); return [...moments(b, p, 0.1), p]; }, all);
    await expectRewrite(shareGemmFactor, matrices, (b, x, y) => { const p = gemm(b, x!, y!); return [...moments(b, p, 0.1), unary(b, 'Abs', p)]; }, [...all, 'Abs']);
    await expectRewrite(shareGemmFactor, matrices, (b, x, y) => { const p = gemm(b, x!, y!); return [...moments(b, p, 0.1), withNumber(b, 'Mul', p, 0.2)]; }, [...all, 'Mul']);
    await expectRewrite(shareGemmFactor, matrices, (b, x, y) => { const p = gemm(b, x!, y!); const s = square(b, p); return [withNumber(b, 'Mul', p, 0.1), withNumber(b, 'Mul', s, 0.01), s]; }, all);
    await expectRewrite(shareGemmFactor, matrices, (b, x, y) => { const p = gemm(b, x!, y!); return [withNumber(b, 'Mul', p, 0.1), square(b, p)]; }, ['Gemm', 'Mul', 'Mul']);
  });
  it('leaves factors that a float32 attribute cannot hold, and those that take squares out of range', async () => {
    await expectRewrite(shareGemmFactor, f64, (b, x, y) => moments(b, gemm(b, x!, y!), 0.1), ['Gemm', 'Mul', 'Mul', 'Mul']);
    await expectRewrite(shareGemmFactor, f64, (b, x, y) => moments(b, gemm(b, x!, y!), 0.5), ['Gemm', 'Mul', 'Mul']);
    for (const factor of [1e-4, 3]) await expectRewrite(shareGemmFactor, matrices, (b, x, y) => moments(b, gemm(b, x!, y!), factor), ['Gemm', 'Mul', 'Mul', 'Mul']);
  });
});

describe('fuseGemmTranspose', () => {
  const swap = (b: GraphBuilder, x: Value): Value => transpose(b, x, [1, 0]);
  it('flips flags of factors', async () => {
    await expectRewrite(fuseGemmTranspose, [{ shape: [3, 5] }, { shape: [4, 3] }], (b, x, y) => gemm(b, swap(b, x!), swap(b, y!)), ['Gemm']);
    await expectRewrite(fuseGemmTranspose, [{ shape: [5, 3] }, { shape: [4, 3] }], (b, x, y) => b.node('Gemm', [swap(b, x!), y!], { dtype: 'float32', shape: [5, 4] }, { transA: int(1), transB: int(1) }), ['Gemm']);
  });
  it('turns a transposed product round', () => expectRewrite(fuseGemmTranspose, matrices, (b, x, y) => swap(b, gemm(b, x!, y!)), ['Gemm']));
  it('leaves a transposed product with a C', () => expectRewrite(fuseGemmTranspose, [...matrices, { shape: [4] }], (b, x, y, c) => swap(b, gemm(b, x!, y!, c!)), ['Gemm', 'Transpose']));
});

describe('fuseGemmRow', () => {
  it('moves a row to the smaller factor', async () => {
    await expectRewrite(fuseGemmRow, [...matrices, { shape: [3] }], (b, x, y, r) => gemm(b, mul(b, x!, r!), y!), ['Reshape', 'Mul', 'Gemm']);
    await expectRewrite(fuseGemmRow, [{ shape: [5, 3] }, { shape: [4, 3] }, { shape: [1, 3] }], (b, x, y, r) => b.node('Gemm', [mul(b, r!, x!), y!], { dtype: 'float32', shape: [5, 4] }, { transB: int(1) }), ['Mul', 'Gemm']);
  });
  it('leaves it where the other factor is no smaller, or the product is read elsewhere', async () => {
    await expectRewrite(fuseGemmRow, [{ shape: [2, 3] }, { shape: [3, 4] }, { shape: [3] }], (b, x, y, r) => gemm(b, mul(b, x!, r!), y!), ['Mul', 'Gemm']);
    await expectRewrite(fuseGemmRow, [...matrices, { shape: [3] }], (b, x, y, r) => { const p = mul(b, x!, r!); return [gemm(b, p, y!), p]; }, ['Mul', 'Gemm']);
  });
  it('counts a symbolic batch as large', () => {
    const graph = graphOf([], (b) => {
      const x = b.input('x', { dtype: 'float32', shape: [symbol('batch'), 3] });
      return gemm(b, mul(b, x, b.constant(tensorData('float32', [3], [1, 2, 3]))), b.constant(tensorData('float32', [3, 1], [1, 2, 3])));
    });
    expect(fuseGemmRow(graph)).toBe(true);
  });
});

describe('alpha and beta', () => {
  it('multiply', () =>
    expectRewrite(fuseGemmFactor, matrices, (b, x, y) => withNumber(b, 'Mul', b.node('Gemm', [x!, y!], { dtype: 'float32', shape: [5, 4] }, { alpha: float(0.5) }), 3), ['Gemm']));
});
