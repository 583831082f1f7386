import { div as div64, matmul, mul as mul64, swapaxes, type Shape, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { add, cast, div, max, min, mul, neg, scalar, sub, unary, where, withNumber } from '../../src/emit/arithmetic.js';
import { reduce, reshape, slice, transpose } from '../../src/emit/layout.js';
import { tensorData } from '../../src/graph/constants.js';
import type { GraphBuilder } from '../../src/graph/builder.js';
import { ints, subgraph, int, type Value } from '../../src/graph/graph.js';
import { cancelLayout } from '../../src/passes/cancel-layout.js';
import { dropUnitAxes } from '../../src/passes/drop-unit-axes.js';
import { fuseClip } from '../../src/passes/fuse-clip.js';
import { hoistInvariants } from '../../src/passes/hoist-invariants.js';
import { mergeDuplicates } from '../../src/passes/merge-duplicates.js';
import { mergeSlices } from '../../src/passes/merge-slices.js';
import { mergeSums } from '../../src/passes/merge-sums.js';
import { removeDeadNodes } from '../../src/passes/remove-dead-nodes.js';
import { simplifyArithmetic } from '../../src/passes/simplify-arithmetic.js';
import { sinkNegation } from '../../src/passes/sink-negation.js';
import { sinkReshape } from '../../src/passes/sink-reshape.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';
import { expectRewrite, graphOf, operatorsOf } from './graphs.js';

const square = [{ shape: [3, 4] }] as const;
const number = (b: GraphBuilder, value: number): Value => scalar(b, 'float32', value);

describe('removeDeadNodes', () => {
  it('drops what no output needs, in bodies too', () => {
    const graph = graphOf(square, (b, x) => {
      unary(b, 'Exp', x!);
      const body = b.child('body');
      const carry = body.input('carry', { dtype: 'float32', shape: [4] });
      const row = body.input('row', { dtype: 'float32', shape: [4] });
      unary(body, 'Log', row);
      body.output('next', add(body, carry, row));
      const start = b.constant(tensorData('float32', [4], [0, 0, 0, 0]));
      return b.nodes('Scan', [start, x], [{ dtype: 'float32', shape: [4] }], { body: subgraph(body.graph), num_scan_inputs: int(1) })[0]!;
    });
    expect(removeDeadNodes(graph)).toBe(true);
    expect(operatorsOf(graph)).toEqual(['Scan', 'Add']);
    expect(removeDeadNodes(graph)).toBe(false);
  });
});

describe('mergeDuplicates', () => {
  it('keeps the first of equal nodes, operands of sums in either order', () =>
    expectRewrite(mergeDuplicates, [...square, ...square], (b, x, y) => mul(b, add(b, x!, y!), add(b, y!, x!)), ['Add', 'Mul']));
  it('knows equal constants', () => expectRewrite(mergeDuplicates, square, (b, x) => mul(b, withNumber(b, 'Add', x!, 1), withNumber(b, 'Add', x!, 1)), ['Add', 'Mul']));
  it('tells attributes and orders of operands apart', () =>
    expectRewrite(mergeDuplicates, [...square, ...square], (b, x, y) => [sub(b, x!, y!), sub(b, y!, x!), unary(b, 'Softmax', x!, { axis: int(0) }), unary(b, 'Softmax', x!, { axis: int(1) })], ['Sub', 'Sub', 'Softmax', 'Softmax']));
});

describe('simplifyArithmetic', () => {
  it('drops products with 1 and differences with 0', () =>
    expectRewrite(simplifyArithmetic, square, (b, x) => unary(b, 'Abs', withNumber(b, 'Sub', withNumber(b, 'Div', withNumber(b, 'Mul', x!, 1), 1), 0)), ['Abs']));
  it('keeps a sum with 0, which is not -0 where x is -0', () => expectRewrite(simplifyArithmetic, square, (b, x) => withNumber(b, 'Add', x!, 0), ['Add']));
  it('merges factors where that is exact', async () => {
    await expectRewrite(simplifyArithmetic, square, (b, x) => withNumber(b, 'Mul', withNumber(b, 'Mul', x!, 0.3), 2), ['Mul']);
    await expectRewrite(simplifyArithmetic, square, (b, x) => withNumber(b, 'Mul', withNumber(b, 'Mul', x!, 0.3), 0.7), ['Mul', 'Mul']);
    await expectRewrite(simplifyArithmetic, square, (b, x) => withNumber(b, 'Mul', div(b, x!, number(b, 3)), 2), ['Div', 'Mul']);
  });
  it('adds equal terms', () => expectRewrite(simplifyArithmetic, square, (b, x) => { const half = withNumber(b, 'Mul', x!, 0.5); return unary(b, 'Abs', add(b, half, half)); }, ['Mul', 'Abs']));
});

describe('cancelLayout', () => {
  const shape = [2, 3, 4];
  it('joins transpositions', async () => {
    await expectRewrite(cancelLayout, [{ shape }], (b, x) => unary(b, 'Abs', transpose(b, transpose(b, x!, [1, 2, 0]), [2, 0, 1])), ['Abs']);
    await expectRewrite(cancelLayout, [{ shape }], (b, x) => transpose(b, transpose(b, x!, [1, 2, 0]), [1, 2, 0]), ['Transpose']);
  });
  it('makes two reshapes one, where the shape of the second is known', async () => {
    const twice = (from: Shape, to: Shape): Promise<void> =>
      expectRewrite(cancelLayout, [{ shape: [2, 3, 4] }], (b, x) => {
        const middle = b.node('Reshape', [x!, b.int64s(from.map(Number))], { dtype: 'float32', shape: from });
        return unary(b, 'Abs', b.node('Reshape', [middle, b.int64s(to.map(Number))], { dtype: 'float32', shape: to }));
      }, ['Reshape', 'Abs']);
    await twice([24], [4, 6]);
    await twice([6, 4], [3, 8]);
  });
  it('drops reshapes back to a shape that was there', () =>
    expectRewrite(cancelLayout, [{ shape }], (b, x) => {
      const flat = b.node('Reshape', [x!, b.int64s([24])], { dtype: 'float32', shape: [24] });
      return unary(b, 'Abs', b.node('Reshape', [flat, b.int64s([2, 3, 4])], { dtype: 'float32', shape }));
    }, ['Abs']));
  it('drops casts to a wider dtype and back, and only those', async () => {
    await expectRewrite(cancelLayout, [{ shape }], (b, x) => unary(b, 'Abs', cast(b, cast(b, x!, 'float64'), 'float32')), ['Abs']);
    await expectRewrite(cancelLayout, [{ shape, dtype: 'float64' }], (b, x) => cast(b, cast(b, x!, 'float32'), 'float64'), ['Cast', 'Cast']);
    await expectRewrite(cancelLayout, [{ shape, dtype: 'int32' }], (b, x) => cast(b, cast(b, x!, 'int64'), 'float32'), ['Cast']);
    await expectRewrite(cancelLayout, [{ shape, dtype: 'int32' }], (b, x) => cast(b, cast(b, x!, 'float32'), 'int32'), ['Cast', 'Cast']);
  });
  it('drops double negation', () => expectRewrite(cancelLayout, [{ shape }], (b, x) => unary(b, 'Exp', neg(b, neg(b, x!))), ['Exp']));
});

describe('fuseClip', () => {
  it('joins a lower and an upper bound, in either order', async () => {
    await expectRewrite(fuseClip, square, (b, x) => min(b, max(b, x!, number(b, -1)), number(b, 0.5)), ['Clip']);
    await expectRewrite(fuseClip, square, (b, x) => max(b, number(b, -1), min(b, number(b, 0.5), x!)), ['Clip']);
    await expectRewrite(fuseClip, [{ shape: [3, 1] }], (b, x) => min(b, max(b, x!, number(b, -1)), number(b, 0.5)), ['Clip']);
  });
  it('leaves bounds that cross, or that are computed', async () => {
    await expectRewrite(fuseClip, square, (b, x) => max(b, min(b, x!, number(b, -1)), number(b, 0.5)), ['Min', 'Max']);
    await expectRewrite(fuseClip, [...square, { shape: [] }], (b, x, low) => min(b, max(b, x!, low!), number(b, 0.5)), ['Max', 'Min']);
  });
  it('leaves a bounded value that somebody else reads', () =>
    expectRewrite(fuseClip, square, (b, x) => { const low = max(b, x!, number(b, -1)); return [min(b, low, number(b, 0.5)), low]; }, ['Max', 'Min']));
});

describe('dropUnitAxes', () => {
  it('lets operators broadcast by themselves', async () => {
    await expectRewrite(dropUnitAxes, [...square, { shape: [1, 4] }], (b, x, r) => add(b, x!, reshape(b, r!, [4])), ['Add']);
    await expectRewrite(dropUnitAxes, [{ shape: [3, 2] }, { shape: [2, 4] }, { shape: [1, 4] }], (b, x, y, r) => b.node('Gemm', [x!, y!, reshape(b, r!, [4])], { dtype: 'float32', shape: [3, 4] }), ['Gemm']);
  });
  it('keeps a reshape that the result needs', async () => {
    await expectRewrite(dropUnitAxes, [{ shape: [4] }, { shape: [1, 4] }], (b, x, r) => add(b, x!, reshape(b, r!, [4])), ['Reshape', 'Add']);
    await expectRewrite(dropUnitAxes, [...square, { shape: [3] }], (b, x, c) => add(b, x!, reshape(b, c!, [3, 1])), ['Reshape', 'Add']);
  });
});

describe('mergeSlices', () => {
  const part = (b: GraphBuilder, x: Value, start: number, end: number | bigint, size: number): Value => slice(b, x, [{ axis: 0, start, end, size }]);
  it('reads neighbouring slices by one split, gaps too', async () => {
    await expectRewrite(mergeSlices, [{ shape: [9, 2] }], (b, x) => [part(b, x!, 0, 2, 2), part(b, x!, 2, 3, 1), part(b, x!, 5, 2n ** 63n - 1n, 4)], ['Split']);
    await expectRewrite(mergeSlices, [{ shape: [9, 2] }], (b, x) => [part(b, x!, 5, 9, 4), unary(b, 'Abs', part(b, x!, 1, 3, 2)), part(b, x!, 3, 4, 1)], ['Split', 'Abs']);
  });
  it('leaves few, overlapping and small ones', async () => {
    await expectRewrite(mergeSlices, [{ shape: [4, 2] }], (b, x) => [part(b, x!, 0, 2, 2), part(b, x!, 2, 4, 2)], ['Slice', 'Slice']);
    await expectRewrite(mergeSlices, [{ shape: [6, 2] }], (b, x) => [part(b, x!, 0, 3, 3), part(b, x!, 2, 4, 2), part(b, x!, 4, 6, 2)], ['Slice', 'Slice', 'Slice']);
    await expectRewrite(mergeSlices, [{ shape: [90, 2] }], (b, x) => [part(b, x!, 0, 1, 1), part(b, x!, 1, 2, 1), part(b, x!, 2, 3, 1)], ['Slice', 'Slice', 'Slice']);
  });
});

describe('sinkReshape', () => {
  it('moves a reshape behind elementwise operators', async () => {
    await expectRewrite(sinkReshape, [{ shape: [6, 4] }], (b, x) => unary(b, 'Exp', reshape(b, x!, [2, 3, 4])), ['Exp', 'Reshape']);
    await expectRewrite(sinkReshape, [{ shape: [6, 4] }, { shape: [4] }], (b, x, r) => add(b, reshape(b, x!, [2, 3, 4]), r!), ['Add', 'Reshape']);
    await expectRewrite(sinkReshape, [{ shape: [6, 4] }, { shape: [6, 4] }], (b, x, y) => mul(b, reshape(b, x!, [2, 3, 4]), reshape(b, y!, [2, 3, 4])), ['Mul', 'Reshape']);
    await expectRewrite(sinkReshape, [{ shape: [3, 1] }], (b, x) => withNumber(b, 'Mul', reshape(b, x!, [3]), 2), ['Mul', 'Reshape']);
  });
  it('leaves it where an operand has the new shape, or does not broadcast to the old one', async () => {
    await expectRewrite(sinkReshape, [{ shape: [6, 4] }, { shape: [2, 3, 4] }], (b, x, y) => add(b, reshape(b, x!, [2, 3, 4]), y!), ['Reshape', 'Add']);
    await expectRewrite(sinkReshape, [{ shape: [6, 4] }, { shape: [3, 1] }], (b, x, y) => add(b, reshape(b, x!, [2, 3, 4]), y!), ['Reshape', 'Add']);
  });
  it('leaves it where others read the reshaped value', () =>
    expectRewrite(sinkReshape, [{ shape: [6, 4] }], (b, x) => { const r = reshape(b, x!, [2, 12]); return [unary(b, 'Exp', r), transpose(b, r, [1, 0])]; }, ['Reshape', 'Exp', 'Transpose']));
  it('chooses between values of one shape', () =>
    expectRewrite(sinkReshape, [{ shape: [6, 4], dtype: 'bool' }, { shape: [6, 4] }], (b, c, x) => where(b, reshape(b, c!, [2, 12]), reshape(b, x!, [2, 12]), number(b, 0)), ['Where', 'Reshape']));
});

describe('sinkNegation', () => {
  it('makes differences of sums', async () => {
    await expectRewrite(sinkNegation, [...square, ...square], (b, x, y) => add(b, x!, neg(b, y!)), ['Sub']);
    await expectRewrite(sinkNegation, [...square, ...square], (b, x, y) => add(b, neg(b, x!), y!), ['Sub']);
    await expectRewrite(sinkNegation, [...square, ...square], (b, x, y) => sub(b, x!, neg(b, y!)), ['Add']);
  });
  it('passes products and sums over axes', () =>
    expectRewrite((graph) => [0, 1, 2].map(() => sinkNegation(graph)).includes(true), [...square, ...square], (b, x, y) => add(b, y!, mul(b, reduce(b, 'ReduceSum', neg(b, x!), [1], true), y!)), ['ReduceSum', 'Mul', 'Sub']));
  it('stays where it would only move', async () => {
    await expectRewrite(sinkNegation, [...square, ...square], (b, x, y) => unary(b, 'Exp', mul(b, neg(b, x!), y!)), ['Neg', 'Mul', 'Exp']);
    await expectRewrite(sinkNegation, [...square, ...square], (b, x, y) => { const n = neg(b, x!); return [reduce(b, 'ReduceSum', n, [0], true), mul(b, n, y!)]; }, ['Neg', 'ReduceSum', 'Mul']);
  });
});

describe('mergeSums', () => {
  const shape = [2, 3, 4];
  it('sums over the axes of both, with and without keeping them', async () => {
    await expectRewrite(mergeSums, [{ shape }], (b, x) => reduce(b, 'ReduceSum', reduce(b, 'ReduceSum', x!, [1], false), [1], false), ['ReduceSum']);
    await expectRewrite(mergeSums, [{ shape }], (b, x) => reduce(b, 'ReduceSum', reduce(b, 'ReduceSum', x!, [2], true), [0], true), ['ReduceSum']);
    await expectRewrite(mergeSums, [{ shape }], (b, x) => reduce(b, 'ReduceSum', reduce(b, 'ReduceSum', x!, [2], true), [0], false), ['ReduceSum', 'ReduceSum']);
  });
  it('leaves a sum that somebody else reads', () =>
    expectRewrite(mergeSums, [{ shape }], (b, x) => { const s = reduce(b, 'ReduceSum', x!, [1], false); return [reduce(b, 'ReduceSum', s, [1], false), s]; }, ['ReduceSum', 'ReduceSum']));
});

describe('hoistInvariants', () => {
  it('takes out of a loop what every step would repeat', async () => {
    const build = (b: GraphBuilder, w: Value, x: Value): Value => {
      const body = b.child('body');
      const [carry, row] = ['carry', 'row'].map((name) => body.input(name, { dtype: 'float32', shape: [4] }));
      const weights = unary(body, 'Exp', unary(body, 'Abs', w));
      body.output('next', add(body, mul(body, carry!, weights), unary(body, 'Tanh', row!)));
      const start = b.constant(tensorData('float32', [4], [1, 0.5, 0.25, 0]));
      return b.nodes('Scan', [start, x], [{ dtype: 'float32', shape: [4] }], { body: subgraph(body.graph), num_scan_inputs: int(1) })[0]!;
    };
    await expectRewrite(hoistInvariants, [{ shape: [4] }, { shape: [3, 4] }], (b, w, x) => build(b, w!, x!), ['Abs', 'Exp', 'Scan', 'Mul', 'Tanh', 'Add']);
  });
});

describe('protectFactors', () => {
  it('keeps every digit of a float64 factor beside a MatMul', async () => {
    const f = (x: Tensor, y: Tensor): Tensor => div64(matmul(mul64(x, 1 / Math.sqrt(3)), y), 7.7);
    await expectAgreement(f, [arbitrary([2, 3, 4], 'float64'), arbitrary([2, 4, 3], 'float64')], { tolerance: 1e-14 });
    expect(compile(f).lower(arbitrary([2, 3, 4], 'float64'), arbitrary([2, 4, 3], 'float64')).graph.initializer?.map(({ dims }) => dims)).toEqual([[4], [3]]);
  });
  it('and of a divisor whose reciprocal has more of them', async () => {
    await expectAgreement((x, y) => div64(matmul(x, y), 6), [arbitrary([2, 3, 4], 'float64'), arbitrary([2, 4, 3], 'float64')], { tolerance: 1e-14 });
    await expectAgreement((x, y) => div64(matmul(x, y), 3), [arbitrary([3], 'float64'), arbitrary([3], 'float64')], { tolerance: 1e-15 });
  });
  it('and of one beside a product that is a single number', async () => {
    for (const scaled of [mul64, div64]) await expectAgreement((x, y) => scaled(matmul(x, y), 0.1), [arbitrary([3], 'float64'), arbitrary([3], 'float64')], { tolerance: 1e-15 });
    await expectAgreement((x, y) => matmul(mul64(x, 0.1), y), [arbitrary([1, 1], 'float64'), arbitrary([1, 1], 'float64')], { tolerance: 1e-15 });
  });
  it('and of one with a transposition between, which ONNX Runtime moves', async () => {
    const after = (x: Tensor, y: Tensor): Tensor => mul64(swapaxes(matmul(x, y), 1, 2), 1.0507009873554805);
    const before = (x: Tensor, y: Tensor): Tensor => matmul(swapaxes(mul64(x, 1.0507009873554805), 1, 2), y);
    await expectAgreement(after, [arbitrary([2, 3, 4], 'float64'), arbitrary([2, 4, 3], 'float64')], { tolerance: 1e-14 });
    await expectAgreement(before, [arbitrary([2, 4, 3], 'float64'), arbitrary([2, 4, 3], 'float64')], { tolerance: 1e-14 });
  });
});

describe('perm', () => {
  it('reverses the axes where it is not given', () =>
    expectRewrite(cancelLayout, [{ shape: [2, 3, 4] }], (b, x) => {
      const reversed = b.node('Transpose', [x!], { dtype: 'float32', shape: [4, 3, 2] });
      return unary(b, 'Abs', b.node('Transpose', [reversed], { dtype: 'float32', shape: [2, 3, 4] }, { perm: ints([2, 1, 0]) }));
    }, ['Abs']));
});
