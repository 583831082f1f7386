import { abs, add, elu, gelu, grad, leakyRelu, log, logSoftmax, matmul, mean, mul, relu, silu, softmax, softplus, spec, sum, type Tensor, tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { exportOnnx } from '../../src/export/export.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

const points = [-100, -20, -3, -1, -0.1, -1e-3, 0, 1e-3, 0.5, 1, 3, 20, 100, NaN, Infinity, -Infinity];
const operators = (f: (...args: Tensor[]) => Tensor, ...args: Tensor[]): (string | undefined)[] => compile(f).lower(...args).graph.node!.map(({ opType }) => opType);

const activations: Record<string, (x: Tensor) => Tensor> = {
  relu,
  softplus,
  silu,
  gelu: (x) => gelu(x),
  geluExact: (x) => gelu(x, { approximate: false }),
  elu: (x) => elu(x),
  leakyRelu: (x) => leakyRelu(x),
  steepRelu: (x) => leakyRelu(x, { negativeSlope: 2 }),
};

describe.each(['float32', 'float64', 'float16', 'bfloat16'] as const)('activations of %s', (dtype) => {
  it.each(Object.entries(activations))('%s agrees, and so does its derivative', async (_, f) => {
    const x = tensor(points.filter((point) => Number.isFinite(point)), { dtype });
    await expectAgreement(f, [x]);
    await expectAgreement((a) => grad((t: Tensor) => sum(f(t)))(a), [x]);
  });
  it.each(['relu', 'softplus'] as const)('%s agrees at infinities and NaN', (name) => expectAgreement(activations[name]!, [tensor(points, { dtype })]));
});

describe('operators of their own', () => {
  it.each([
    ['Relu', relu], ['LeakyRelu', (x: Tensor) => leakyRelu(x)], ['Elu', (x: Tensor) => elu(x)], ['Gelu', (x: Tensor) => gelu(x)], ['Softmax', (x: Tensor) => softmax(x)],
    ['LogSoftmax', (x: Tensor) => logSoftmax(x)], ['ReduceMean', (x: Tensor) => mean(x)],
  ])('%s is one node in float32', (op, f) => {
    expect(operators(f, arbitrary([3, 4]))).toEqual([op]);
  });

  it('stay fused under differentiation', () => {
    const nodes = operators((x) => grad((t: Tensor) => sum(mul(softmax(t), t)))(x), arbitrary([3, 4]));
    expect(nodes.filter((op) => op === 'Softmax')).toEqual(['Softmax']);
    expect(nodes).not.toContain('Exp');
  });
});

describe('softplus', () => {
  it('keeps its relative accuracy where it is small', async () => {
    const x = tensor([-30, -20, -15, -10, -5]);
    const compiled = compile((a: Tensor) => log(softplus(a)));
    expect(Array.from((await compiled(x)).data(), Number).map((value) => value.toFixed(4))).toEqual(['-30.0000', '-20.0000', '-15.0000', '-10.0000', '-5.0034']);
    await compiled.release();
  });

  it('takes the cheap form, exact to 1e-6, where it is only added up', async () => {
    const f = (a: Tensor, w: Tensor): Tensor => matmul(softplus(a), w);
    const x = arbitrary([512, 4]);
    expect(operators(f, x, arbitrary([4, 3]))).toEqual(['Abs', 'Sigmoid', 'Relu', 'Log', 'Sub', 'Gemm']);
    await expectAgreement((a) => add(softplus(a), 0.25), [tensor(points.filter((point) => Number.isFinite(point)))], { tolerance: 1e-6 });
  });
});

describe('nodes', () => {
  it('are named by module path and operator', () => {
    const model = exportOnnx((x: Tensor) => abs(mul(x, x)), [spec('float32', [2])]);
    expect(model.graph.node!.map(({ name }) => name)).toEqual(['Mul', 'Abs']);
  });
});
