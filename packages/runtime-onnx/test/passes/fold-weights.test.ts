import { describe, it } from 'vitest';
import { add, div, mul, predicate, scalar, sub, unary, where, withNumber } from '../../src/emit/arithmetic.js';
import { tensorData } from '../../src/graph/constants.js';
import type { GraphBuilder } from '../../src/graph/builder.js';
import { float, int, type Value } from '../../src/graph/graph.js';
import { foldChoice } from '../../src/passes/fold-choice.js';
import { foldWeights } from '../../src/passes/fold-weights.js';
import { expectRewrite } from './graphs.js';

const known = (b: GraphBuilder, shape: readonly number[], dtype: 'float32' | 'float64' = 'float32'): Value =>
  b.constant(tensorData(dtype, shape, Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => Math.sin(i + shape.length) + 1.5)));

const images = [{ shape: [2, 3, 5, 4] }] as const;
const conv = (b: GraphBuilder, x: Value, withBias = false): Value => b.node('Conv', [x, known(b, [6, 3, 1, 1]), ...(withBias ? [known(b, [6])] : [])], { dtype: 'float32', shape: [2, 6, 5, 4] });
const rows = [{ shape: [4, 3] }] as const;
const gemm = (b: GraphBuilder, x: Value, transB = false): Value => b.node('Gemm', [x, known(b, transB ? [5, 3] : [3, 5]), known(b, [5])], { dtype: 'float32', shape: [4, 5] }, transB ? { transB: int(1) } : {});
const feature = (b: GraphBuilder): Value => known(b, [1, 6, 1, 1]);

describe('foldWeights', () => {
  it('takes a batch normalisation with running statistics into the convolution before it', async () => {
    const normalised = (withBias: boolean) => (b: GraphBuilder, x: Value): Value => add(b, mul(b, sub(b, conv(b, x, withBias), feature(b)), known(b, [6, 1, 1])), known(b, [1, 6, 1, 1]));
    await expectRewrite(foldWeights, images, (b, x) => normalised(true)(b, x!), ['Conv']);
    await expectRewrite(foldWeights, images, (b, x) => normalised(false)(b, x!), ['Conv']);
  });
  it('takes products, quotients, sums and differences by numbers of features, or one for all', async () => {
    await expectRewrite(foldWeights, images, (b, x) => div(b, conv(b, x!, true), feature(b)), ['Conv']);
    await expectRewrite(foldWeights, images, (b, x) => mul(b, feature(b), conv(b, x!)), ['Conv']);
    await expectRewrite(foldWeights, images, (b, x) => withNumber(b, 'Mul', conv(b, x!, true), 3), ['Conv']);
    await expectRewrite(foldWeights, images, (b, x) => add(b, scalar(b, 'float32', 2), conv(b, x!)), ['Conv']);
  });
  it('takes them into a dense layer, whichever way its weights lie', async () => {
    await expectRewrite(foldWeights, rows, (b, x) => mul(b, gemm(b, x!), known(b, [5])), ['Gemm']);
    await expectRewrite(foldWeights, rows, (b, x) => sub(b, gemm(b, x!, true), known(b, [1, 5])), ['Gemm']);
    await expectRewrite(foldWeights, rows, (b, x) => div(b, gemm(b, x!, true), known(b, [5])), ['Gemm']);
  });
  it('takes a number before a float64 product', () =>
    expectRewrite(foldWeights, [{ shape: [4, 3], dtype: 'float64' }], (b, x) => b.node('Gemm', [withNumber(b, 'Mul', x!, 0.3), known(b, [3, 5], 'float64')], { dtype: 'float64', shape: [4, 5] }), ['Gemm']));
  it('leaves what is along another axis, unknown weights, and a number less the product', async () => {
    await expectRewrite(foldWeights, images, (b, x) => mul(b, conv(b, x!), known(b, [4])), ['Conv', 'Mul']);
    await expectRewrite(foldWeights, [...images, { shape: [6, 3, 1, 1] }], (b, x, w) => mul(b, b.node('Conv', [x, w], { dtype: 'float32', shape: [2, 6, 5, 4] }), feature(b)), ['Conv', 'Mul']);
    await expectRewrite(foldWeights, images, (b, x) => sub(b, feature(b), conv(b, x!)), ['Conv', 'Sub']);
    await expectRewrite(foldWeights, rows, (b, x) => mul(b, b.node('Gemm', [x, known(b, [3, 5])], { dtype: 'float32', shape: [4, 5] }, { alpha: float(2) }), known(b, [5])), ['Gemm', 'Mul']);
  });
  it('leaves a product that others read, and weights that others have', async () => {
    await expectRewrite(foldWeights, images, (b, x) => { const y = conv(b, x!); return [mul(b, y, feature(b)), y]; }, ['Conv', 'Mul']);
    await expectRewrite(foldWeights, images, (b, x) => [mul(b, conv(b, x!), feature(b)), conv(b, unary(b, 'Relu', x!))], ['Conv', 'Mul', 'Relu', 'Conv']);
  });
});

describe('foldChoice', () => {
  const chosen = (b: GraphBuilder, x: Value): Value => where(b, predicate(b, 'Greater', [x, scalar(b, 'float32', 0)]), scalar(b, 'float32', 1), scalar(b, 'float32', 0.01));
  it('multiplies both of two numbers by known ones', async () => {
    await expectRewrite(foldChoice, rows, (b, x) => mul(b, chosen(b, x!), known(b, [3])), ['Greater', 'Where']);
    await expectRewrite(foldChoice, rows, (b, x) => mul(b, known(b, [1, 3]), chosen(b, x!)), ['Greater', 'Where']);
  });
  it('leaves a choice that others read, and factors that are not known', async () => {
    await expectRewrite(foldChoice, rows, (b, x) => { const y = chosen(b, x!); return [mul(b, y, known(b, [3])), y]; }, ['Greater', 'Where', 'Mul']);
    await expectRewrite(foldChoice, rows, (b, x) => mul(b, chosen(b, x!), x!), ['Greater', 'Where', 'Mul']);
  });
});
