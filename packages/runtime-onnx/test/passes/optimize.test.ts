import { add, grad, leakyRelu, logSoftmax, matmul, mean, mul, neg, relu, reshape, softplus, spec, sub, sum, type Tensor, valueAndGrad, vmap } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { exportOnnx } from '../../src/export/export.js';
import { reduce } from '../../src/emit/layout.js';
import { withNumber, sub as subtract } from '../../src/emit/arithmetic.js';
import { fuseGemmAddition } from '../../src/passes/fuse-gemm-addition.js';
import { fuseGemmFactor } from '../../src/passes/fuse-gemm-factor.js';
import type { Pass } from '../../src/passes/pass.js';
import { removeDeadNodes } from '../../src/passes/remove-dead-nodes.js';
import { sumRows } from '../../src/passes/sum-rows.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';
import { expectRewrite } from './graphs.js';

interface Layer {
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

const layersOf = (...widths: number[]): Layer[] => widths.slice(1).map((width, i) => ({ kernel: arbitrary([widths[i]!, width]), bias: arbitrary([width]) }));
const dense = (x: Tensor, { kernel, bias }: Layer): Tensor => add(matmul(x, kernel), bias);
const perceptron = (x: Tensor, layers: readonly Layer[], act: (t: Tensor) => Tensor): Tensor => {
  const hidden = layers.slice(0, -1).reduce((t, layer) => act(dense(t, layer)), x);
  return dense(hidden, layers.at(-1)!);
};

/** OTT's PotentialMLP: |x|^2 / 2 and a perceptron with one output, for each row. */
const potential = (layers: readonly Layer[], act: (t: Tensor) => Tensor) => (x: Tensor): Tensor =>
  add(reshape(perceptron(x, layers, act), x.shape.slice(0, -1)), mul(sum(mul(x, x), { axis: -1 }), 0.5));

const batch = [spec('float32', ['batch', 2])];

describe('a potential with four hidden layers of 64', () => {
  const layers = layersOf(2, 64, 64, 64, 64, 1);
  const counted = (f: (x: Tensor) => Tensor): number => exportOnnx(f, batch).nodeCount;

  it('has a value of at most 14 nodes', () => {
    expect(counted(potential(layers, (t) => leakyRelu(t)))).toBeLessThanOrEqual(14);
  });
  it.each([['leakyRelu', (t: Tensor) => leakyRelu(t)], ['softplus', softplus]] as const)('and a gradient map of at most 34 nodes, by a sum or by vmap (%s)', async (_, act) => {
    const value = potential(layers, act);
    const maps = [(x: Tensor) => grad((t: Tensor) => sum(value(t)))(x), (x: Tensor) => vmap(grad((row: Tensor) => value(row)))(x)];
    for (const map of maps) expect(counted(map)).toBeLessThanOrEqual(34);
    // The weights are from -2 to 2: five layers of 64 make large numbers.
    for (const map of maps) await expectAgreement(map, [arbitrary([3, 2])], { tolerance: 1e-4 });
  });
});

describe('a step of gradient descent', () => {
  it('updates each parameter by one Gemm', async () => {
    const layers = layersOf(20, 32, 24, 10);
    const loss = (all: readonly Layer[], x: Tensor, y: Tensor): Tensor => neg(mean(sum(mul(logSoftmax(perceptron(x, all, relu)), y), { axis: -1 })));
    const step = (all: readonly Layer[], x: Tensor, y: Tensor): (readonly [Tensor, Tensor])[] => {
      const [, gradient] = valueAndGrad(loss)(all, x, y) as [Tensor, Layer[]];
      return all.map(({ kernel, bias }, i) => [sub(kernel, mul(gradient[i]!.kernel, 0.01)), sub(bias, mul(gradient[i]!.bias, 0.01))] as const);
    };
    const [x, y] = [arbitrary([8, 20]), arbitrary([8, 10])];
    const operators = compile(step).lower(layers, x, y).graph.node!.map(({ opType }) => opType);
    // Three forward, two backward, three kernels, three biases.
    expect(operators.filter((op) => op === 'Gemm').length).toBe(11);
    expect(operators.filter((op) => op === 'Transpose')).toEqual([]);
    await expectAgreement((...all: Tensor[]) => step([0, 2, 4].map((i) => ({ kernel: all[i]!, bias: all[i + 1]! })), all[6]!, all[7]!).flat(), [...layers.flatMap(({ kernel, bias }) => [kernel, bias]), x, y], { tolerance: 1e-5 });
  });
});

describe('running means of a gradient and of its square', () => {
  it('take six operators beside its Gemm, which has the factor of the first', async () => {
    const loss = (w: Tensor, x: Tensor): Tensor => sum(relu(matmul(x, w)));
    const moments = (w: Tensor, x: Tensor, mu: Tensor, nu: Tensor): [Tensor, Tensor] => {
      const g = grad(loss)(w, x) as Tensor;
      return [add(mul(g, 0.1), mul(mu, 0.9)), add(mul(mul(g, g), 0.001), mul(nu, 0.999))];
    };
    const operands = [arbitrary([6, 5]), arbitrary([4, 6]), arbitrary([6, 5]), arbitrary([6, 5])] as const;
    const operators = compile(moments).lower(...operands).graph.node!.map(({ opType }) => opType);
    expect(operators.filter((op) => op === 'Mul').length).toBe(4);
    expect(operators.filter((op) => op === 'Add').length).toBe(2);
    await expectAgreement(moments, [...operands], { tolerance: 1e-5 });
  });
});

describe('sumRows', () => {
  const operands = [{ shape: [8, 32] }] as const;
  it('sums the rows of a matrix by a product', async () => {
    await expectRewrite(sumRows, operands, (b, x) => reduce(b, 'ReduceSum', x!, [0], true), ['Gemm']);
    await expectRewrite(sumRows, operands, (b, x) => reduce(b, 'ReduceSum', x!, [0], false), ['Gemm', 'Reshape']);
  });
  it('leaves other sums', async () => {
    await expectRewrite(sumRows, operands, (b, x) => reduce(b, 'ReduceSum', x!, [1], true), ['ReduceSum']);
    await expectRewrite(sumRows, [{ shape: [8, 3] }], (b, x) => reduce(b, 'ReduceSum', x!, [0], true), ['ReduceSum']);
    await expectRewrite(sumRows, [{ shape: [8, 32], dtype: 'int32' }], (b, x) => reduce(b, 'ReduceSum', x!, [0], true), ['ReduceSum']);
  });
  it('lets a bias be updated by one Gemm', () => {
    const together: Pass = (graph) => [sumRows, fuseGemmFactor, removeDeadNodes, fuseGemmAddition].map((pass) => pass(graph)).includes(true);
    return expectRewrite(together, [...operands, { shape: [1, 32] }], (b, x, bias) => subtract(b, bias!, withNumber(b, 'Mul', reduce(b, 'ReduceSum', x!, [0], true), 0.1)), ['Gemm']);
  });
});
