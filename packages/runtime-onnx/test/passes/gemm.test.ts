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
