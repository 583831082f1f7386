import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, ArgumentError, matmul, mean, mul, random, relu, spec, sum, type Tensor, tensor, type Tree } from '@flaxon/tensor';
import { fromBinary } from '../format/oracle.js';
import { ModelProtoSchema } from 'onnx-buf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { FeedError } from '../../src/errors/session-errors.js';
import { exportOnnx } from '../../src/export/export.js';
import type { ExportableModule } from '../../src/export/module-target.js';
import { decodeModel } from '../../src/format/reader.js';
import { decodeTensor } from '../../src/format/tensors.js';
import { createSession } from '../../src/session/session.js';
import { version } from '../../src/version.js';
import { expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

const variables = { params: { Dense_0: { kernel: arbitrary([3, 4]), bias: arbitrary([4]) }, Dense_1: { kernel: arbitrary([4, 2]), bias: arbitrary([2]) } } };
type Variables = typeof variables;

const dense = (x: Tensor, { kernel, bias }: Variables['params']['Dense_0']): Tensor => add(matmul(x, kernel), bias);
const mlp = ({ params }: Variables, x: Tensor): Tensor => dense(relu(dense(x, params.Dense_0)), params.Dense_1);
const bound: ExportableModule = { exportable: () => ({ apply: (all: Tree<Tensor>, x: Tensor) => mlp(all as Variables, x), variables, config: { name: 'MLP', features: [4, 2] } }) };

describe('names', () => {
  it('of a bound module are its variables by path, and its nodes hold nothing else', () => {
    const model = exportOnnx(bound, [spec('float32', ['batch', 3])]);
    expect(model.graph.initializer?.map(({ name }) => name)).toEqual(['params/Dense_0/kernel', 'params/Dense_0/bias', 'params/Dense_1/kernel', 'params/Dense_1/bias']);
    expect([model.inputs, model.outputs]).toEqual([[{ name: 'input', ...spec('float32', ['batch', 3]) }], [{ name: 'output', ...spec('float32', ['batch', 2]) }]]);
    expect(model.graph.node?.map(({ opType }) => opType)).toEqual(['Gemm', 'Relu', 'Gemm']);
  });

  it('of trees are paths', () => {
    const model = exportOnnx((state: { count: Tensor; stats: Tensor[] }, x: Tensor) => ({ loss: sum(x), next: { stats: state.stats.map((one) => add(one, state.count)) } }), [
      { count: spec('float32', []), stats: [spec('float32', [2]), spec('float32', [2])] },
      spec('float32', [3]),
    ]);
    expect(model.inputs.map(({ name }) => name)).toEqual(['count', 'stats/0', 'stats/1', 'input']);
    expect(model.outputs.map(({ name }) => name)).toEqual(['loss', 'next/stats/0', 'next/stats/1']);
  });

  it('begin with the name of the argument where there is one', () => {
    const model = exportOnnx((p: { w: Tensor }, x: Tensor) => mul(p.w, x), [{ w: spec('float32', [2]) }, spec('float32', [2])], { argumentNames: ['params', 'x'] });
    expect(model.inputs.map(({ name }) => name)).toEqual(['params/w', 'x']);
  });

  it('of what goes in and comes out differ', () => {
    const model = exportOnnx((state: { batch_stats: { mean: Tensor } }) => ({ batch_stats: { mean: mul(state.batch_stats.mean, 0.9) } }), [{ batch_stats: { mean: spec('float32', [2]) } }]);
    expect([model.inputs[0]?.name, model.outputs[0]?.name]).toEqual(['batch_stats/mean', 'next/batch_stats/mean']);
  });

  it('of a module with mutable collections and keys are theirs: collections go in and come out, keys go in', async () => {
    const state = { params: { w: arbitrary([2]) }, batch_stats: { mean: tensor([1, 2], { dtype: 'float32' }) } };
    const apply = (all: Tree<Tensor>, keys: { readonly [stream: string]: Tensor }, x: Tensor): unknown => {
      const { params, batch_stats: stats } = all as typeof state;
      const noisy = add(mul(x, params.w), random.uniform(keys.dropout!, [2]));
      return [add(noisy, stats.mean), { batch_stats: { mean: mul(stats.mean, 0.5) } }];
    };
    const rngs = { dropout: random.key(7) };
    const module: ExportableModule = { exportable: () => ({ apply: (all: Tree<Tensor>, x: Tensor) => apply(all, rngs, x), applyWithRngs: apply, rngs, mutableCollections: ['batch_stats'], variables: state, config: undefined }) };
    const model = exportOnnx(module, [spec('float32', [2])], { argumentNames: ['x'] });
    expect(model.inputs.map(({ name }) => name)).toEqual(['batch_stats/mean', 'rngs/dropout', 'x']);
    expect(model.outputs.map(({ name }) => name)).toEqual(['next/batch_stats/mean', 'output']);
    expect(model.graph.initializer?.map(({ name }) => name)).toContain('params/w');
    const session = await model.createSession();
    const x = tensor([3, 4], { dtype: 'float32' });
    for (const seed of [7, 8]) {
      const key = random.key(seed);
      const results = await session.run({ 'batch_stats/mean': state.batch_stats.mean, 'rngs/dropout': key, x });
      const [wanted] = apply(state, { dropout: key }, x) as [Tensor];
      expectClose(results.output!, wanted, 1e-6);
      expect(results['next/batch_stats/mean']!.toArray()).toEqual([0.5, 1]);
    }
    await session.release();
  });

  it('are unique, and outputs may be inputs, constants, or the same', async () => {
    const model = exportOnnx((x: Tensor) => [x, x, tensor([1.5]), add(x, 1), add(x, 1)], [spec('float32', [1])]);
    expect(new Set(model.outputs.map(({ name }) => name)).size).toBe(5);
    const session = await model.createSession();
    expect(Object.values(await session.run({ input: tensor([2.5]) })).map((value) => value.item())).toEqual([2.5, 2.5, 1.5, 3.5, 3.5]);
    await session.release();
  });
});

describe('a model', () => {
  it('runs, with what it captured inside', async () => {
    const session = await exportOnnx((x: Tensor) => mlp(variables, x), [spec('float32', ['batch', 3])]).createSession();
    const x = arbitrary([5, 3]);
    expectClose((await session.run({ input: x })).output!, mlp(variables, x), 1e-6);
    await session.release();
  });

  it('records versions, the module and its variables', () => {
    const { data } = exportOnnx(bound, [spec('float32', [1, 3])], { metadata: { author: 'somebody' }, opset: 21, name: 'net' });
    const entries = Object.fromEntries(data.metadataProps!.map(({ key, value }) => [key, value]));
    expect(entries.author).toBe('somebody');
    expect(JSON.parse(entries['flaxon.module']!)).toEqual({ name: 'MLP', features: [4, 2] });
    expect(JSON.parse(entries['flaxon.variables']!)['params/Dense_1/bias']).toEqual({ dtype: 'float32', shape: [2] });
    expect(data).toMatchObject({ producerName: 'flaxon', producerVersion: version, irVersion: 10, opsetImport: [{ domain: '', version: 21 }], graph: { name: 'net' } });
  });

  it('has the version of the package', () => expect(version).toBe(packageJson.version));

  it('is read by another implementation of the format', () => {
    const model = fromBinary(ModelProtoSchema, exportOnnx(bound, [spec('float32', ['batch', 3])]).toBytes());
    expect(model.graph?.node.map(({ opType, name }) => [opType, name])).toEqual([['Gemm', 'Gemm'], ['Relu', 'Relu'], ['Gemm', 'Gemm_1']]);
    expect(model.graph?.input[0]?.type?.value.value).toMatchObject({ elemType: 1 });
  });

  it('summarises itself', () => {
    expect(exportOnnx(bound, [spec('float32', ['batch', 3])]).summary().split('\n')).toEqual([
      'module: ONNX opset 23, IR version 10, 3 nodes, 26 parameters, 104 B of constants, 50 FLOPs with batch = 1', 'inputs', '  input: float32[batch,3]', 'outputs', '  output: float32[batch,2]', 'operators', '      2 Gemm', '      1 Relu',
      'execution providers', '  cpu: 3 CPUExecutionProvider',
      'initialisers', '  params/Dense_0/kernel: float32[3,4]', '  params/Dense_0/bias: float32[4]', '  params/Dense_1/kernel: float32[4,2]', '  params/Dense_1/bias: float32[2]',
    ]);
  });

  it('takes keys and gives bfloat16 by way of float32', async () => {
    const model = exportOnnx((key: Tensor, x: Tensor) => mul(random.normal(key, [3], { dtype: 'bfloat16' }), x), [spec('uint32', [2]), spec('bfloat16', [3])]);
    const session = await model.createSession();
    const [key, x] = [random.key(1), arbitrary([3], 'bfloat16')];
    const { output } = await session.run({ input_0: key, input_1: x });
    expectClose(output!, mul(random.normal(key, [3], { dtype: 'bfloat16' }), x), 1e-2);
    await session.release();
  });
});

describe('a session', () => {
  it('refuses what does not fit its inputs', async () => {
    const session = await exportOnnx(bound, [spec('float32', ['batch', 3])]).createSession();
    await expect(session.run({})).rejects.toThrow('input `input`: expected a tensor for each of input, found nothing');
    await expect(session.run({ other: arbitrary([1, 3]) })).rejects.toThrow(FeedError);
    await expect(session.run({ input: arbitrary([1, 4]) })).rejects.toThrow('input `input`: expected float32[batch,3], found float32[1,4]');
    await expect(session.run({ input: arbitrary([1, 3], 'float64') })).rejects.toMatchObject({ input: 'input', expected: 'float32[batch,3]', found: 'float64[1,3]' });
    await session.release();
  });
});

describe('arguments', () => {
  it('that are static values are fixed in the graph', () => {
    const model = exportOnnx((x: Tensor, { train, rate }: { train: boolean; rate: number }) => (train ? mul(x, rate) : x), [spec('float32', [2]), { train: true, rate: 3 }]);
    expect(model.inputs.length).toBe(1);
    expect(model.graph.node?.map(({ opType }) => opType)).toEqual(['Mul']);
  });

  it('of other kinds are refused, with their path', () => {
    expect(() => exportOnnx((x: Tensor) => x, [{ deep: [new Date()] } as never])).toThrow('`deep/0` must be a tensor, a tree of tensors, or a static number, string or boolean; found an object of class Date');
    expect(() => exportOnnx(3 as never, [])).toThrow(ArgumentError);
    expect(() => exportOnnx((x: Tensor) => x, [spec('float32', [2])], { opset: 27 })).toThrow('`opset` must be a whole number from 18 to 26, found 27');
  });
});

describe('saving', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flaxon-onnx-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const wide = { w: arbitrary([64, 64]), b: arbitrary([64]) };
  const layer = (x: Tensor): Tensor => mean(add(matmul(x, wide.w), wide.b), { axis: 1 });

  it('writes the bytes of the model, and nothing else stays', async () => {
    const model = exportOnnx(layer, [spec('float32', ['batch', 64])]);
    await model.save(join(folder, 'm.onnx'));
    expect(await readdir(folder)).toEqual(['m.onnx']);
    expect(new Uint8Array(await readFile(join(folder, 'm.onnx')))).toEqual(model.toBytes());
  });

  it('can move the elements to a second file, from which ONNX Runtime reads them', async () => {
    const model = exportOnnx(layer, [spec('float32', ['batch', 64])]);
    const path = join(folder, 'm.onnx');
    await model.save(path, { externalData: true });
    expect((await readdir(folder)).toSorted()).toEqual(['m.onnx', 'm.onnx.data']);
    const data = await readFile(`${path}.data`);
    const large = decodeModel(await readFile(path)).graph!.initializer!.find(({ dataLocation }) => dataLocation === 1)!;
    expect(decodeTensor(large, () => data).data).toEqual(wide.w.data());
    const session = await createSession(path);
    const x = arbitrary([2, 64]);
    expectClose((await session.run({ input: x })).output!, layer(x), 1e-5);
    await session.release();
  });

  it('replaces an old file at once, and leaves nothing where it fails', async () => {
    const path = join(folder, 'm.onnx');
    await exportOnnx(layer, [spec('float32', ['batch', 64])]).save(path);
    await exportOnnx((x: Tensor) => add(x, 1), [spec('float32', [1])]).save(path);
    expect(decodeModel(await readFile(path)).graph?.node?.length).toBe(1);
    await expect(exportOnnx(layer, [spec('float32', [1, 64])]).save(join(folder, 'missing', 'm.onnx'))).rejects.toThrow('ENOENT');
    expect(await readdir(folder)).toEqual(['m.onnx']);
  });
});
