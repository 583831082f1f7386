import { describe, it } from 'vitest';
import { add, div, mul, scalar, unary, where, withNumber } from '../../src/emit/arithmetic.js';
import { reshape, transpose } from '../../src/emit/layout.js';
import { tensorData } from '../../src/graph/constants.js';
import type { GraphBuilder } from '../../src/graph/builder.js';
import { int, type Value } from '../../src/graph/graph.js';
import { absorbLayout } from '../../src/passes/absorb-layout.js';
import { fuseConvBias } from '../../src/passes/fuse-conv-bias.js';
import { sinkTranspose } from '../../src/passes/sink-transpose.js';
import { expectRewrite } from './graphs.js';

const operands = [{ shape: [2, 3, 5, 4] }, { shape: [6, 3, 1, 1] }, { shape: [6] }] as const;
const conv = (b: GraphBuilder, x: Value, kernel: Value): Value => b.node('Conv', [x, kernel], { dtype: 'float32', shape: [2, 6, 5, 4] });
const channelsLast = (b: GraphBuilder, x: Value): Value => transpose(b, x, [0, 2, 3, 1]);

describe('fuseConvBias', () => {
  it('takes a bias (features, 1, 1) next to the convolution, on either side', async () => {
    await expectRewrite(fuseConvBias, operands, (b, x, w, c) => add(b, conv(b, x!, w!), reshape(b, c!, [6, 1, 1])), ['Conv']);
    await expectRewrite(fuseConvBias, operands, (b, x, w, c) => add(b, reshape(b, c!, [1, 6, 1, 1]), conv(b, x!, w!)), ['Conv']);
  });
  it('takes a bias behind a change of layout', async () => {
    await expectRewrite(fuseConvBias, operands, (b, x, w, c) => add(b, channelsLast(b, conv(b, x!, w!)), c!), ['Conv', 'Transpose']);
    await expectRewrite(fuseConvBias, operands, (b, x, w) => add(b, channelsLast(b, conv(b, x!, w!)), b.constant(tensorData('float32', [1, 6], [1, 2, 3, 4, 5, 6]))), ['Conv', 'Transpose']);
  });
  it('flattens a bias of several axes that is computed', () =>
    expectRewrite(fuseConvBias, [...operands.slice(0, 2), { shape: [6, 1, 1] }], (b, x, w, c) => add(b, conv(b, x!, w!), unary(b, 'Exp', c!)), ['Exp', 'Reshape', 'Conv']));
  it('takes a bias into a transposed convolution', () =>
    expectRewrite(fuseConvBias, [{ shape: [2, 3, 5] }, { shape: [3, 6, 1] }, { shape: [6] }], (b, x, w, c) => add(b, transpose(b, b.node('ConvTranspose', [x, w], { dtype: 'float32', shape: [2, 6, 5] }), [0, 2, 1]), c!), ['ConvTranspose', 'Transpose']));
  it('leaves what is no bias', async () => {
    await expectRewrite(fuseConvBias, [...operands.slice(0, 2), { shape: [4] }], (b, x, w, c) => add(b, conv(b, x!, w!), c!), ['Conv', 'Add']);
    await expectRewrite(fuseConvBias, [...operands.slice(0, 2), { shape: [2, 6, 1, 1] }], (b, x, w, c) => add(b, conv(b, x!, w!), c!), ['Conv', 'Add']);
    await expectRewrite(fuseConvBias, operands.slice(0, 2), (b, x, w) => add(b, conv(b, x!, w!), scalar(b, 'float32', 2)), ['Conv', 'Add']);
  });
  it('leaves a convolution that others read, or that has a bias', async () => {
    await expectRewrite(fuseConvBias, operands, (b, x, w, c) => { const y = channelsLast(b, conv(b, x!, w!)); return [add(b, y, c!), y]; }, ['Conv', 'Transpose', 'Add']);
    await expectRewrite(fuseConvBias, operands, (b, x, w, c) => add(b, b.node('Conv', [x, w, c], { dtype: 'float32', shape: [2, 6, 5, 4] }), reshape(b, c!, [6, 1, 1])), ['Conv', 'Reshape', 'Add']);
  });
});

describe('sinkTranspose', () => {
  const pair = [{ shape: [2, 3, 4] }, { shape: [2, 3, 4] }] as const;
  const turn = (b: GraphBuilder, x: Value): Value => transpose(b, x, [0, 2, 1]);
  it('goes behind functions of one operand, one after the other', () =>
    expectRewrite(sinkTranspose, pair.slice(0, 1), (b, x) => unary(b, 'Tanh', unary(b, 'Relu', turn(b, x!))), ['Relu', 'Tanh', 'Transpose']));
  it('goes behind functions of operands that are transposed alike', () =>
    expectRewrite(sinkTranspose, pair, (b, x, y) => mul(b, turn(b, x!), turn(b, y!)), ['Mul', 'Transpose']));
  it('turns constants back', async () => {
    await expectRewrite(sinkTranspose, pair.slice(0, 1), (b, x) => div(b, turn(b, x!), b.constant(tensorData('float32', [3], [1, 2, 3]))), ['Div', 'Transpose']);
    await expectRewrite(sinkTranspose, pair.slice(0, 1), (b, x) => withNumber(b, 'Add', turn(b, x!), 2), ['Add', 'Transpose']);
    await expectRewrite(sinkTranspose, pair.slice(0, 1), (b, x) => { const y = turn(b, x!); return where(b, b.constant(tensorData('bool', [4, 1], [1, 0, 0, 1])), y, scalar(b, 'float32', 1)); }, ['Where', 'Transpose']);
  });
  it('stays where another operand would have to be transposed', async () => {
    await expectRewrite(sinkTranspose, [pair[0], { shape: [2, 4, 3] }], (b, x, y) => add(b, turn(b, x!), y!), ['Transpose', 'Add']);
    await expectRewrite(sinkTranspose, [{ shape: [3, 3, 3] }, { shape: [3, 3, 3] }], (b, x, y) => add(b, turn(b, x!), transpose(b, y!, [2, 1, 0])), ['Transpose', 'Transpose', 'Add']);
  });
  it('goes behind all who read what is transposed, if all can', () =>
    expectRewrite(sinkTranspose, pair.slice(0, 1), (b, x) => { const y = turn(b, x!); return [unary(b, 'Relu', y), withNumber(b, 'Mul', y, 3), mul(b, y, y)]; }, ['Relu', 'Transpose', 'Mul', 'Transpose', 'Mul', 'Transpose']));
  it('stays where others read what is transposed, or broadcasting makes it larger', async () => {
    await expectRewrite(sinkTranspose, pair.slice(0, 1), (b, x) => { const y = turn(b, x!); return [unary(b, 'Relu', y), y]; }, ['Transpose', 'Relu']);
    await expectRewrite(sinkTranspose, [pair[0], { shape: [2, 4, 3] }], (b, x, other) => { const y = turn(b, x!); return [unary(b, 'Relu', y), add(b, y, other!)]; }, ['Transpose', 'Relu', 'Add']);
    await expectRewrite(sinkTranspose, [{ shape: [3, 4] }], (b, x) => add(b, transpose(b, x!, [1, 0]), b.constant(tensorData('float32', [2, 1, 1], [1, 2]))), ['Transpose', 'Add']);
  });
});

describe('absorbLayout', () => {
  const images = { shape: [2, 3, 4, 5] } as const;
  const matrix = (b: GraphBuilder, rows: number, columns: number): Value => b.constant(tensorData('float32', [rows, columns], Array.from({ length: rows * columns }, (_, i) => Math.sin(i))));
  const flatten = (b: GraphBuilder, x: Value, permutation: readonly number[]): Value => reshape(b, transpose(b, x, permutation), [2, 60]);
  const gemm = (b: GraphBuilder, x: Value, w: Value, columns: number, transB = 0): Value => b.node('Gemm', [x, w], { dtype: 'float32', shape: [2, columns] }, transB === 0 ? {} : { transB: int(1) });

  it('puts the change of layout before a dense layer into its weights', async () => {
    await expectRewrite(absorbLayout, [images], (b, x) => gemm(b, flatten(b, x!, [0, 2, 3, 1]), matrix(b, 60, 7), 7), ['Reshape', 'Gemm']);
    await expectRewrite(absorbLayout, [images], (b, x) => gemm(b, flatten(b, x!, [0, 3, 1, 2]), matrix(b, 7, 60), 7, 1), ['Reshape', 'Gemm']);
  });
  it('leaves weights that are not known, and rows that move', async () => {
    await expectRewrite(absorbLayout, [images, { shape: [60, 7] }], (b, x, w) => gemm(b, flatten(b, x!, [0, 2, 3, 1]), w!, 7), ['Transpose', 'Reshape', 'Gemm']);
    await expectRewrite(absorbLayout, [{ shape: [2, 2, 30] }], (b, x) => gemm(b, flatten(b, x!, [1, 2, 0]), matrix(b, 60, 7), 7), ['Transpose', 'Reshape', 'Gemm']);
  });
  it('leaves what others read too', () =>
    expectRewrite(absorbLayout, [images], (b, x) => { const y = flatten(b, x!, [0, 2, 3, 1]); return [gemm(b, y, matrix(b, 60, 7), 7), y]; }, ['Transpose', 'Reshape', 'Gemm']));
});
