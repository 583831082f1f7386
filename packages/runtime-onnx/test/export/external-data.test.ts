/** Weights in a file of their own: past a size that the caller names, and past the 2 GiB that one file may have. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, concrete, matmul, spec, sum, type Tensor, tensor } from '@flaxon/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../src/errors/model-format-error.js';
import { exportOnnx } from '../../src/export/export.js';
import { largestInlineBytes, OnnxModel } from '../../src/export/model.js';
import type { ExportableModule } from '../../src/export/module-target.js';
import { createSession } from '../../src/session/session.js';
import { arbitrary } from '../values.js';
import { expectClose } from '../agreement.js';

/** `npm run test:long` writes and loads 2.1 GiB; otherwise the limit is small instead. */
const isLong = process.env.FLAXON_LONG === '1';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flaxon-onnx-'));
});
afterEach(() => rm(folder, { recursive: true }));

const weights = arbitrary([64, 64]);
const layer = (x: Tensor): Tensor => matmul(x, weights);
const model = exportOnnx(layer, [spec('float32', ['batch', 64])]);
const files = async (): Promise<string[]> => (await readdir(folder)).toSorted((a, b) => a.localeCompare(b));

describe('weights', () => {
  it.each([[64 * 64 * 4, ['m.onnx']], [64 * 64 * 4 - 1, ['m.onnx', 'm.onnx.data']]] as const)('of 16384 bytes with a limit of %i are in %j', async (externalDataBeyond, expected) => {
    await model.save(join(folder, 'm.onnx'), { externalDataBeyond });
    expect(await files()).toEqual(expected);
    const session = await createSession(join(folder, 'm.onnx'));
    const x = arbitrary([2, 64]);
    expectClose((await session.run({ input: x })).output!, layer(x), 1e-5);
    await session.release();
  });

  it('go where the caller says, whatever their size', async () => {
    await model.save(join(folder, 'm.onnx'), { externalDataBeyond: 1, externalData: false });
    expect(await files()).toEqual(['m.onnx']);
  });
});

/** One array of 64 MiB many times over: a model larger than the memory it takes. */
function large(copies: number): OnnxModel {
  const page = new Uint8Array(2 ** 26);
  const size = 2 ** 24;
  const names = Array.from({ length: copies }, (_, i) => `w${i}`);
  const data = {
    irVersion: 10, opsetImport: [{ domain: '', version: 23 }],
    graph: {
      name: 'large', initializer: names.map((name) => ({ name, dims: [size], dataType: 1, rawData: page })),
      input: [{ name: 'i', type: { tensorType: { elemType: 7, shape: { dim: [{ dimValue: 1 }] } } } }],
      node: [...names.map((name) => ({ opType: 'Gather', input: [name, 'i'], output: [`${name}_i`], name: `${name}_i` })), { opType: 'Sum', input: names.map((name) => `${name}_i`), output: ['y'], name: 'y' }],
      output: [{ name: 'y', type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } } }],
    },
  };
  return new OnnxModel(data, [{ name: 'i', ...spec('int64', [1]) }], [{ name: 'y', ...spec('float32', [1]) }]);
}

describe('a model beyond 2 GiB', () => {
  const copies = 33;
  it('has more bytes than one file may have, and says so before it makes them', () => {
    expect(large(copies).parameterBytes).toBeGreaterThan(largestInlineBytes);
    expect(() => large(copies).toBytes()).toThrow(ModelFormatError);
    expect(() => large(copies).toBytes()).toThrow('save the model with external data');
  });

  it('is refused in one file, of which nothing stays', async () => {
    await expect(large(copies).save(join(folder, 'm.onnx'), { externalData: false })).rejects.toThrow(ModelFormatError);
    expect(await files()).toEqual([]);
  });

  it('is written array by array into a second file, from which ONNX Runtime loads it', async () => {
    const written = large(isLong ? copies : 2);
    const path = join(folder, 'm.onnx');
    await written.save(path, isLong ? {} : { externalDataBeyond: 2 ** 26 });
    expect(await files()).toEqual(['m.onnx', 'm.onnx.data']);
    const [graph, data] = [await stat(path), await stat(`${path}.data`)];
    expect([data.size, graph.size < 2 ** 16]).toEqual([written.parameterBytes, true]);
    const session = await createSession(path);
    const { y } = await session.run({ i: tensor([2n ** 24n - 1n], { dtype: 'int64' }) });
    await session.release();
    expect(Number(y!.item())).toBe(0);
  }, 120_000);
});

describe('a module with large weights', () => {
  it('keeps their names in the file of the graph', async () => {
    const params = { params: { Dense_0: { kernel: concrete(new Float32Array(2 ** 16), [256, 256], 'float32') } } };
    const bound: ExportableModule = { exportable: () => ({ apply: (all, x: Tensor) => sum(add(matmul(x, (all as typeof params).params.Dense_0.kernel), 1)), variables: params, config: {} }) };
    const made = exportOnnx(bound, [spec('float32', ['n', 256])]);
    await made.save(join(folder, 'm.onnx'), { externalDataBeyond: 1000 });
    expect(made.graph.initializer!.map(({ name }) => name)).toContain('params/Dense_0/kernel');
    expect((await stat(join(folder, 'm.onnx.data'))).size).toBe(2 ** 18);
  });
});
