import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, ArgumentError, astype, matmul, mul, random, spec, sum, symbol, tanh, tensor, type Tensor, valueAndGrad } from '@flaxon/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeedError } from '../../src/errors/session-errors.js';
import { exportOnnx } from '../../src/export/export.js';
import { decodeModel } from '../../src/format/reader.js';
import { decodeTensor } from '../../src/format/tensors.js';
import { saveTestCase } from '../../src/test-case/save.js';
import { saveFunctionTestCase } from '../../src/test-case/save-function.js';
import { casesOf, type NodeCase, runCase, tensorMessage } from '../evaluate/node-cases.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flaxon-cases-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const weights = tensor([[0.5, -1], [0.25, 2]]);
const model = exportOnnx((x: Tensor) => ({ y: tanh(matmul(x, weights)), total: sum(x) }), [spec('float32', ['batch', 2])], { argumentNames: ['x'] });

const only = (folder: string): NodeCase => [...casesOf(folder)][0]!;
const namesIn = (files: readonly Uint8Array[]): (string | undefined)[] => files.map((file) => tensorMessage(file).name);

describe('a saved test case', () => {
  it('has the layout of the backend tests, with the names of inputs and outputs', async () => {
    await saveTestCase(join(root, 'layout/mlp'), model, { data: { count: 2 } });
    expect((await readdir(join(root, 'layout/mlp'), { recursive: true })).toSorted()).toEqual([
      'model.onnx', 'test_data_set_0', 'test_data_set_0/input_0.pb', 'test_data_set_0/output_0.pb', 'test_data_set_0/output_1.pb',
      'test_data_set_1', 'test_data_set_1/input_0.pb', 'test_data_set_1/output_0.pb', 'test_data_set_1/output_1.pb',
    ]);
    const { dataSets } = only(join(root, 'layout'));
    expect(dataSets.map(({ inputs, outputs }) => [namesIn(inputs), namesIn(outputs)])).toEqual([[['x'], ['total', 'y']], [['x'], ['total', 'y']]]);
  });

  it('has the outputs that the model gives', async () => {
    await saveTestCase(join(root, 'right/mlp'), model, { data: { count: 3 } });
    expect(runCase(only(join(root, 'right')))).toEqual({ kind: 'agrees' });
    const [{ inputs, outputs }] = only(join(root, 'right')).dataSets as [NodeCase['dataSets'][number]];
    const x = decodeTensor(tensorMessage(inputs[0]!));
    expect(decodeTensor(tensorMessage(outputs[0]!)).data[0]).toBeCloseTo(Array.from(x.data, Number).reduce((total, one) => total + one, 0), 5);
  });

  it('gives symbolic dimensions other sizes in each data set, or those that are asked for', async () => {
    const shapes = (folder: string): (readonly number[])[] => only(folder).dataSets.map(({ inputs }) => decodeTensor(tensorMessage(inputs[0]!)).shape);
    await saveTestCase(join(root, 'sizes/mlp'), model, { data: { count: 3 } });
    expect(shapes(join(root, 'sizes'))).toEqual([[2, 2], [3, 2], [4, 2]]);
    await saveTestCase(join(root, 'sizes/mlp'), model, { data: { count: 2, sizes: { batch: 7 } } });
    expect(shapes(join(root, 'sizes'))).toEqual([[7, 2], [7, 2]]);
    const twice = exportOnnx((x: Tensor, y: Tensor) => [add(sum(x), sum(y))], [spec('float32', ['n']), spec('float32', [symbol('n') as never])]);
    await saveTestCase(join(root, 'shared/sums'), twice, { data: { sizes: { n: 5 } } });
    expect(only(join(root, 'shared')).dataSets[0]!.inputs.map((file) => decodeTensor(tensorMessage(file)).shape)).toEqual([[5], [5]]);
  });

  it('takes data sets, and expected outputs from a function that is given', async () => {
    const data = [{ x: tensor([[1, 2]], { dtype: 'float32' }) }];
    await saveTestCase(join(root, 'given/mlp'), model, { data, expected: async () => ({ y: tensor([[9, 9]], { dtype: 'float32' }), total: tensor(3, { dtype: 'float32' }) }) });
    expect(runCase(only(join(root, 'given')))).toMatchObject({ kind: 'differs', detail: expect.stringContaining('expected 9') });
    expect(decodeTensor(tensorMessage(only(join(root, 'given')).dataSets[0]!.inputs[0]!)).data).toEqual(Float32Array.of(1, 2));
  });

  it('is what a model saves of itself', async () => {
    await model.saveTestCase(join(root, 'itself/mlp'), { data: { count: 2, seed: 5 } });
    expect(only(join(root, 'itself')).dataSets).toHaveLength(2);
    expect(runCase(only(join(root, 'itself')))).toEqual({ kind: 'agrees' });
  });

  it('of a function has what the function gives eagerly, for trees of arguments', async () => {
    const loss = (params: { readonly w: Tensor; readonly b: Tensor }, x: Tensor): Tensor => sum(tanh(add(matmul(x, params.w), params.b)));
    const calls = [0, 1].map((seed) => [{ w: weights, b: tensor([0.5, 0.25]) }, random.normal(random.key(seed), [3, 2])] as const);
    const made = await saveFunctionTestCase(join(root, 'function/gradient'), (params: (typeof calls)[0][0], x: Tensor) => valueAndGrad(loss)(params, x), calls.map((call) => [...call] as [(typeof calls)[0][0], Tensor]), { argumentNames: ['params', 'x'] });
    expect(made.inputs.map(({ name }) => name)).toEqual(['params/b', 'params/w', 'x']);
    const saved = only(join(root, 'function'));
    expect(saved.dataSets).toHaveLength(2);
    expect(runCase(saved)).toEqual({ kind: 'agrees' });
  });

  it('of bfloat16 has float32 at the border, as sessions have', async () => {
    const half = exportOnnx((x: Tensor) => [mul(x, 3)], [spec('bfloat16', [4])]);
    await saveTestCase(join(root, 'half/triple'), half);
    expect(runCase(only(join(root, 'half')))).toEqual({ kind: 'agrees' });
    expect(tensorMessage(only(join(root, 'half')).dataSets[0]!.inputs[0]!).dataType).toBe(1);
  });

  it('draws keys of random numbers as any bits', async () => {
    const sampler = exportOnnx((key: Tensor) => [random.uniform(key, [3])], [spec('uint32', [2])]);
    await saveTestCase(join(root, 'key/uniform'), sampler);
    const saved = only(join(root, 'key'));
    expect(Math.max(...Array.from(decodeTensor(tensorMessage(saved.dataSets[0]!.inputs[0]!)).data, Number))).toBeGreaterThan(1e6);
    expect(runCase(saved)).toEqual({ kind: 'agrees' });
  });

  it('keeps elements in a second file where asked for', async () => {
    const large = random.normal(random.key(1), [2, 300]);
    await saveTestCase(join(root, 'external/product'), exportOnnx((x: Tensor) => [matmul(x, large)], [spec('float32', [1, 2])]), { externalData: true });
    expect(await readdir(join(root, 'external/product'))).toContain('model.onnx.data');
    expect(decodeModel(only(join(root, 'external')).model).graph?.initializer?.[0]?.externalData?.[0]).toEqual({ key: 'location', value: 'model.onnx.data' });
  });
});

describe('saving a test case', () => {
  it('replaces a test case that is there, and all its data sets', async () => {
    await saveTestCase(join(root, 'again/mlp'), model, { data: { count: 3 } });
    await saveTestCase(join(root, 'again/mlp'), model, { data: { count: 1 } });
    expect(only(join(root, 'again')).dataSets).toHaveLength(1);
    expect(await readdir(join(root, 'again'))).toEqual(['mlp']);
  });

  it('leaves a folder with other files as it is', async () => {
    await mkdir(join(root, 'mine'));
    await writeFile(join(root, 'mine/notes.txt'), 'kept');
    await expect(saveTestCase(join(root, 'mine'), model)).rejects.toThrow(ArgumentError);
    expect(await readFile(join(root, 'mine/notes.txt'), 'utf8')).toBe('kept');
  });

  it('leaves nothing behind when it fails, and what was there before', async () => {
    await saveTestCase(join(root, 'failing/mlp'), model);
    const broken = (): never => {
      throw new Error('no outputs');
    };
    await expect(saveTestCase(join(root, 'failing/mlp'), model, { expected: broken })).rejects.toThrow('no outputs');
    await expect(saveTestCase(join(root, 'failing/mlp'), model, { data: [{ x: astype(weights, 'float64') }] })).rejects.toThrow(FeedError);
    await expect(saveTestCase(join(root, 'failing/mlp'), model, { data: [{}] })).rejects.toThrow(/found none for x/);
    expect(await readdir(join(root, 'failing'))).toEqual(['mlp']);
    expect(runCase(only(join(root, 'failing')))).toEqual({ kind: 'agrees' });
  });
});
