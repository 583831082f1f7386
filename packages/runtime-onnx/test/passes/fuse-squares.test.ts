import { describe, it } from 'vitest';
import { mul } from '../../src/emit/arithmetic.js';
import { reduce } from '../../src/emit/layout.js';
import { fuseSquares } from '../../src/passes/fuse-squares.js';
import { expectRewrite } from './graphs.js';

const matrix = [{ shape: [3, 4] }] as const;

describe('fuseSquares', () => {
  it('sums the squares of a whole array by one operator', async () => {
    await expectRewrite(fuseSquares, matrix, (b, x) => reduce(b, 'ReduceSum', mul(b, x!, x!), [0, 1], false), ['ReduceSumSquare']);
    await expectRewrite(fuseSquares, [{ shape: [3, 4], dtype: 'float64' }], (b, x) => reduce(b, 'ReduceSum', mul(b, x!, x!), [0, 1], true), ['ReduceSumSquare']);
  });
  it('leaves sums over some axes, products of two arrays, and squares that others read', async () => {
    await expectRewrite(fuseSquares, matrix, (b, x) => reduce(b, 'ReduceSum', mul(b, x!, x!), [1], false), ['Mul', 'ReduceSum']);
    await expectRewrite(fuseSquares, [...matrix, ...matrix], (b, x, y) => reduce(b, 'ReduceSum', mul(b, x!, y!), [0, 1], false), ['Mul', 'ReduceSum']);
    await expectRewrite(fuseSquares, matrix, (b, x) => { const y = mul(b, x!, x!); return [reduce(b, 'ReduceSum', y, [0, 1], false), y]; }, ['Mul', 'ReduceSum']);
  });
});
