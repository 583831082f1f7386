/** What other exporters get wrong without an error (in parentheses: how), each with numbers from elsewhere than the eager executor. */
import { mkdtemp, rm, stat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchNorm, Dense, Dropout } from '@flaxon/layers';
import { softmaxCrossEntropy } from '@flaxon/optim';
import { exportOnnx, type ExportableFunction, type OnnxModel } from '@flaxon/runtime-onnx';
import { expm1, grad, log1p, matmul, mean, oneHot, random, spec, sum, type Spec, square, type Tensor, tensor, zeros } from '@flaxon/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { perturbed } from '../../src/exports/row.js';
import { optimizedNodes } from '../../src/exports/optimized.js';
import { exportRows } from '../../src/exports/rows/index.js';
import { exportTask } from '../../src/exports/check.js';

const numbers = (x: Tensor | undefined): number[] => Array.from(x!.data(), Number);

/** Runs a model in a session of its own. */
async function run(model: OnnxModel, feeds: Readonly<Record<string, Tensor>>): Promise<Tensor[]> {
  const session = await model.createSession();
  const results = await session.run(feeds);
  await session.release();
  return model.outputs.map(({ name }) => results[name]!);
}

/** Exports a function and runs it on tensors. */
async function evaluate(f: ExportableFunction, specs: readonly Spec[], ...inputs: readonly Tensor[]): Promise<Tensor[]> {
  const model = exportOnnx(f, specs);
  return run(model, Object.fromEntries(model.inputs.map(({ name }, i) => [name, inputs[i]!])));
}

const expectClose = (found: readonly number[], expected: readonly number[], tolerance: number): void => {
  expect(found).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(tolerance * scale);
};

describe('gradients', () => {
  it('of weights contract the batch, also where it is as large as the layer is wide (jax2onnx: Gemm without transA)', async () => {
    const [x, w] = [random.normal(random.key(1), [8, 8]), random.normal(random.key(2), [8, 8])];
    const [found] = await evaluate(grad((kernel: Tensor, input: Tensor) => sum(square(matmul(input, kernel)))) as ExportableFunction, [spec('float32', [8, 8]), spec('float32', [8, 8])], w, x);
    const at = (m: Tensor, i: number, j: number): number => numbers(m)[8 * i + j]!;
    const range = [...Array(8).keys()];
    const product = range.map((i) => range.map((j) => range.reduce((total, k) => total + at(x, i, k) * at(w, k, j), 0)));
    // The derivative of sum (x w)^2 by w is 2 x^T (x w).
    expectClose(numbers(found), range.flatMap((i) => range.map((j) => 2 * range.reduce((total, k) => total + at(x, k, i) * product[k]![j]!, 0))), 2e-6);
  });

  it('of a mean loss are those of the mean at any batch (torch: times the batch at 32)', async () => {
    const logits = random.normal(random.key(3), [32, 10]);
    const labels = random.randint(random.key(4), [32], 0, 10);
    const loss = (y: Tensor, wanted: Tensor): Tensor => mean(softmaxCrossEntropy(y, oneHot(wanted, 10)));
    const [found] = await evaluate(grad(loss) as ExportableFunction, [spec('float32', ['batch', 10]), spec('int32', ['batch'])], logits, labels);
    const [y, wanted] = [numbers(logits), numbers(labels)];
    const expected = wanted.flatMap((label, row) => {
      const exponentials = y.slice(10 * row, 10 * row + 10).map(Math.exp);
      const total = exponentials.reduce((a, b) => a + b);
      return exponentials.map((each, column) => (each / total - (column === label ? 1 : 0)) / 32);
    });
    expectClose(numbers(found), expected, 2e-6);
  });
});

describe('state', () => {
  it('of BatchNorm in training is that of the batch, and moves (jax2onnx: exported as inference)', async () => {
    const model = new BatchNorm({ useRunningAverage: false, momentum: 0.9 });
    const variables = model.init(random.key(0), [zeros([1, 1])]);
    const f = (x: Tensor): unknown => model.apply(variables, [x], { mutable: ['batch_stats'] });
    const exported = exportOnnx(f, [spec('float32', ['batch', 1])], { argumentNames: ['x'] });
    const results = await run(exported, { x: tensor([[1], [2], [3], [6]], { dtype: 'float32' }) });
    const found = Object.fromEntries(exported.outputs.map(({ name }, i) => [name.split('/').at(-1)!, numbers(results[i])]));
    // Mean 3 and variance 3.5, from 0 and 1 a tenth of the way.
    expectClose(found['mean']!, [0.3], 1e-6);
    expectClose(found['var']!, [0.9 + 0.35], 1e-6);
    expectClose(numbers(results[0]), [-2, -1, 0, 3].map((each) => each / Math.sqrt(3.5 + 1e-5)), 1e-6);
  });
});

describe('keys', () => {
  const rate = 0.4;
  const dropout = (x: Tensor, key: Tensor): unknown => new Dropout({ rate, deterministic: false }).apply({}, [x], { rngs: { dropout: key } });
  const specs = [spec('float32', ['batch', 50]), spec('uint32', [2])];
  const ones = tensor(Array.from({ length: 1000 }, () => 1), { shape: [20, 50], dtype: 'float32' });
  const drop = (seed: number): Promise<Tensor[]> => evaluate(dropout as ExportableFunction, specs, ones, random.key(seed));

  it('drop what they say, in every session alike (jax2onnx: ignored)', async () => {
    const [first, again, other] = [numbers((await drop(1))[0]), numbers((await drop(1))[0]), numbers((await drop(2))[0])];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first.map((value) => value.toFixed(5)))).toEqual(new Set(['0.00000', (1 / (1 - rate)).toFixed(5)]));
    const kept = first.filter((value) => value > 0).length / first.length;
    expect(kept).toBeGreaterThan(0.5);
    expect(kept).toBeLessThan(0.7);
  });

  it('survive the optimiser of ONNX Runtime, which removes its own Dropout', async () => {
    const model = exportOnnx(dropout as ExportableFunction, specs);
    const operators = (await optimizedNodes(model.toBytes())).map(({ opType }) => opType);
    expect(operators).not.toContain('Dropout');
    expect(operators).toContain('BitwiseXor');
  });

  it('give the bits of JAX (bernoulli(key(7), 0.5) and normal(key(7)) of JAX 0.10.2)', async () => {
    const [flags, normals] = await evaluate(((key: Tensor) => [random.bernoulli(key, 0.5, [12]), random.normal(key, [3])]) as ExportableFunction, [spec('uint32', [2])], random.key(7));
    expect(numbers(flags)).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0]);
    expectClose(numbers(normals), [0.4512351453304291, 1.9534509181976318, -0.5162394642829895], 1e-6);
  });

  it('are in no graph the operators that have a seed of their own', () => {
    const selfSeeded = /^(Random|Bernoulli|Multinomial|Dropout)/;
    const keyed = exportRows.filter(({ id }) => /key/.test(id));
    expect(keyed.length).toBeGreaterThan(4);
    for (const row of keyed) expect(exportTask(row.prepare(), 'batch').graph.node!.filter(({ opType }) => selfSeeded.test(opType!))).toEqual([]);
  });
});

describe('numbers', () => {
  it.each(['float32', 'float64'] as const)('near 0 keep their digits in log1p and expm1, in %s (jax2onnx: relative error 1 at 1e-8)', async (dtype) => {
    const points = [1e-8, -1e-8, 1e-12, 1e-4];
    const x = tensor(points, { dtype });
    const given = numbers(x);
    const [a, b] = await evaluate((v: Tensor) => [log1p(v), expm1(v)], [spec(dtype, ['n'])], x);
    const tolerance = dtype === 'float32' ? 5e-7 : 1e-15;
    for (const [i, value] of given.entries()) {
      expect(Math.abs(numbers(a)[i]! / Math.log1p(value) - 1)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(numbers(b)[i]! / Math.expm1(value) - 1)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('of float64 stay float64, and float32 inputs float32 (jax2onnx: turned into float64 inputs)', async () => {
    const layer = new Dense({ features: 1, paramDtype: 'float64' });
    const variables = { params: { kernel: tensor([[1], [1]], { dtype: 'float64' }), bias: tensor([1e-12], { dtype: 'float64' }) } };
    const bound = layer.bind(variables);
    expect(exportOnnx(bound, [spec('float32', ['batch', 2])]).inputs[0]!.dtype).toBe('float32');
    const model = exportOnnx(bound, [spec('float64', ['batch', 2])]);
    expect([model.inputs[0]!.dtype, model.outputs[0]!.dtype]).toEqual(['float64', 'float64']);
    const [y] = await run(model, { [model.inputs[0]!.name]: tensor([[1, 1e-11]], { dtype: 'float64' }) });
    expect(Math.abs(numbers(y)[0]! - 1.000000000011)).toBeLessThanOrEqual(2.3e-16);
  });

  it('of int8 spins meet weights as they are (jax2onnx: weights cut to integers, or a Gemm of int8)', async () => {
    const layer = new Dense({ features: 1 });
    const bound = layer.bind({ params: { kernel: tensor([[0.5], [0.25]]), bias: tensor([0.125]) } });
    const model = exportOnnx(bound, [spec('int8', ['batch', 2])]);
    const [y] = await run(model, { [model.inputs[0]!.name]: tensor([[1, -1], [-1, -1]], { dtype: 'int8' }) });
    expect(numbers(y)).toEqual([0.375, -0.625]);
  });

  it('of one point pass a dense layer (jax2onnx: Gemm with a vector)', async () => {
    const layer = new Dense({ features: 2 });
    const bound = layer.bind({ params: { kernel: tensor([[1, 2], [3, 4], [5, 6]], { dtype: 'float32' }), bias: tensor([0.5, -0.5]) } });
    const model = exportOnnx(bound, [spec('float32', [3])]);
    const [y] = await run(model, { [model.inputs[0]!.name]: tensor([1, 2, 3], { dtype: 'float32' }) });
    expect([y!.shape, numbers(y)]).toEqual([[2], [22.5, 27.5]]);
  });
});

describe('files', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flaxon-again-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('written again to the same path do not grow, with the elements inside or beside (jax2onnx: appends)', async () => {
    const layer = new Dense({ features: 512 });
    const bound = layer.bind(perturbed(layer.init(random.key(0), [zeros([1, 600])])));
    const model = exportOnnx(bound, [spec('float32', ['batch', 600])]);
    const path = join(folder, 'again.onnx');
    const sizes = async (externalData: boolean): Promise<number[]> => {
      await model.save(path, { externalData });
      return Promise.all((await readdir(folder)).toSorted().map(async (name) => (await stat(join(folder, name))).size));
    };
    for (const externalData of [false, true]) {
      const first = await sizes(externalData);
      expect(first.reduce((total, size) => total + size)).toBeGreaterThan(4 * 512 * 600);
      expect(await sizes(externalData)).toEqual(first);
    }
  });
});
