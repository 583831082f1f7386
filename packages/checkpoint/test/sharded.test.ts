import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor, type Tensor } from '@flaxon/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CheckpointFormatError, fileSystemStorage, loadFlaxModel, memoryStorage, MissingFileError, openSafetensors, readTensors, saveFlaxModel, saveShardedSafetensors, toBytes, toSafetensors,
  UnsupportedValueError, type CheckpointStorage, type CheckpointTree,
} from '../src/index.js';
import { flaxShards, safetensorsShards, shardIndex } from './fixtures/hugging-face.js';

const text = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const sizes = { a: 4, b: 4, c: 40, d: 4, e: 4, f: 4 };
/** Tensors of 4 bytes each, and one of 40. */
const model = Object.fromEntries(Object.entries(sizes).map(([name, bytes], at) => [name, { w: tensor(new Float32Array(bytes / 4).fill(at)) }]));
const values = (x: unknown): unknown => (x as Tensor).toArray();

async function storageOf(files: Readonly<Record<string, Uint8Array>>): Promise<CheckpointStorage> {
  const storage = memoryStorage();
  for (const [name, bytes] of Object.entries(files)) await storage.write(name, [bytes]);
  return storage;
}
const indexOf = (weights: object): Uint8Array => text({ metadata: { total_size: 8 }, weight_map: weights });

describe('files of Hugging Face', () => {
  it('in safetensors are read across shards, those of its own library', async () => {
    const file = await openSafetensors(await storageOf(safetensorsShards));
    expect([...file.specs.keys()].sort()).toEqual(['encoder.layer.0.bias', 'encoder.layer.0.weight', 'encoder.layer.1.bias', 'encoder.layer.1.weight', 'head', 'scale']);
    expect(values(await file.tensor('encoder.layer.1.weight'))).toEqual([[10, 11, 12], [13, 14, 15]]);
    expect(await file.tensor('scale')).toMatchObject({ dtype: 'bfloat16', shape: [2] });
    expect(file.metadata).toEqual({ format: 'pt' });
    await file.close();
  });

  it('in MessagePack are read across shards, those of transformers', async () => {
    const { encoder, head } = (await loadFlaxModel(await storageOf(flaxShards))) as { encoder: { layer: { 0: { kernel: Tensor; bias: Tensor } }; scale: Tensor }; head: { kernel: Tensor } };
    expect(values(encoder.layer[0].kernel)).toEqual([[0, 1, 2], [3, 4, 5]]);
    expect(values(encoder.layer[0].bias)).toEqual([0.5, -1.5, 2.5]);
    expect([encoder.scale.dtype, values(encoder.scale)]).toEqual(['bfloat16', [1.5, -2]]);
    expect([head.kernel.dtype, values(head.kernel)]).toEqual(['int32', [[1, 2]]]);
  });

  it('in MessagePack are written byte for byte as transformers writes them', async () => {
    const params = await loadFlaxModel(await storageOf(flaxShards));
    const written = memoryStorage();
    const { files, index } = await saveFlaxModel(written, params, { maxShardBytes: 40 });
    expect([...files, index]).toEqual(Object.keys(flaxShards));
    for (const name of Object.keys(flaxShards)) expect(Buffer.from(await written.read(name)).toString('base64')).toBe(Buffer.from(flaxShards[name]!).toString('base64'));
  });

  it('in MessagePack may be one file, or have names in place of objects', async () => {
    expect(values(((await loadFlaxModel(await storageOf({ 'flax_model.msgpack': toBytes({ a: { b: tensor([1]) } }) }))) as { a: { b: Tensor } }).a.b)).toEqual([1]);
    const flat = await storageOf({ 'x.msgpack.index.json': indexOf({ 'a/b': 'x-1.msgpack' }), 'x-1.msgpack': toBytes({ 'a/b': tensor([2]) }) });
    expect(values(((await loadFlaxModel(flat, { name: 'x' })) as { a: { b: Tensor } }).a.b)).toEqual([2]);
  });
});

describe('saveShardedSafetensors', () => {
  it('begins a file where the next tensor would not fit, and gives a larger one its own', async () => {
    const storage = memoryStorage();
    const { files, index } = await saveShardedSafetensors(storage, model, { maxShardBytes: 10 });
    const weights = (JSON.parse(new TextDecoder().decode(await storage.read(index!))) as { weight_map: Record<string, string> }).weight_map;
    expect(files).toHaveLength(4);
    // The tensor that is too large comes between two files that are not full: huggingface_hub goes on filling the open one.
    expect(Object.entries(weights).map(([name, file]) => [name, Number(file.slice(6, 11))])).toEqual([['a.w', 2], ['b.w', 2], ['c.w', 1], ['d.w', 3], ['e.w', 3], ['f.w', 4]]);
  });

  it('counts the bytes of the tensors in the index', async () => {
    const storage = memoryStorage();
    const { index } = await saveShardedSafetensors(storage, model, { maxShardBytes: 10 });
    expect(JSON.parse(new TextDecoder().decode(await storage.read(index!)))).toMatchObject({ metadata: { total_size: 60 } });
  });

  it('writes one file and no index where all fits', async () => {
    const storage = memoryStorage();
    expect(await saveShardedSafetensors(storage, model)).toEqual({ files: ['model.safetensors'], index: undefined });
    expect(await storage.list()).toEqual(['model.safetensors']);
  });

  it.each([10, 40, 1e9])('gives back what it wrote with shards of at most %d bytes', async (maxShardBytes) => {
    const storage = memoryStorage();
    await saveShardedSafetensors(storage, model, { maxShardBytes, metadata: { format: 'pt' } });
    const file = await openSafetensors(storage);
    const read = (await readTensors(file)) as Record<keyof typeof sizes, { w: Tensor }>;
    for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) expect(values(read[name].w)).toEqual(values(model[name]!.w));
    expect(file.metadata).toEqual({ format: 'pt' });
  });

  it('leaves no file of an earlier model, whichever number of shards that had', async () => {
    const storage = await storageOf({ 'model.safetensors.md': text('notes'), 'model_card.json': text('{}'), 'vocab.txt': text('') });
    const others = await storage.list();
    for (const maxShardBytes of [10, 45, 1e9, 10, 10]) {
      const { files, index } = await saveShardedSafetensors(storage, model, { maxShardBytes });
      expect([...(await storage.list())].sort()).toEqual([...others, ...files, ...(index === undefined ? [] : [index])].sort());
      expect((await openSafetensors(storage)).specs.size).toBe(6);
    }
  });

  it.each([[10, 45], [45, 10], [1e9, 10], [10, 1e9], [10, 10]])('never leaves a mixture: from shards of %d bytes to those of %d', async (before, after) => {
    const older = Object.fromEntries(Object.entries(model).map(([name, { w }]) => [name, { w: w.add(100) }]));
    const whole = async (storage: CheckpointStorage): Promise<'old' | 'new' | 'none'> => {
      let file;
      try {
        file = await openSafetensors(storage);
      } catch (error) {
        expect(error).toBeInstanceOf(MissingFileError);
        return 'none';
      }
      const firsts = await Promise.all(Array.from(file.specs.keys(), async (name) => Number((await file.tensor(name)).data()[0]) >= 100));
      expect(new Set(firsts).size).toBe(1);
      return firsts[0] ? 'old' : 'new';
    };
    const storage = memoryStorage();
    await saveShardedSafetensors(storage, older, { maxShardBytes: before });
    const seen: string[] = [];
    const watched = async <T>(work: Promise<T>): Promise<T> => {
      const done = await work;
      seen.push(await whole(storage));
      return done;
    };
    const spied: CheckpointStorage = { ...storage, write: (name, parts) => watched(storage.write(name, parts)), remove: (name) => watched(storage.remove(name)) };
    await saveShardedSafetensors(spied, model, { maxShardBytes: after });
    expect(seen.at(-1)).toBe('new');
    expect(seen.includes('none')).toBe(before === after);
  });

  it('names a leaf that is no tensor, and a size that is none', async () => {
    const wrong: CheckpointTree = { a: { b: 'text' } };
    await expect(saveShardedSafetensors(memoryStorage(), wrong)).rejects.toThrow(UnsupportedValueError);
    await expect(saveShardedSafetensors(memoryStorage(), model, { maxShardBytes: 0 })).rejects.toThrow(/maxShardBytes/);
  });
});

/** Both formats know the same of shards. */
const formats = [
  ['safetensors', 'model', toSafetensors, openSafetensors],
  ['MessagePack', 'flax_model', toBytes, loadFlaxModel],
] as const;

describe.each(formats)('a model in shards of %s', (format, name, encode, load) => {
  const extension = format === 'safetensors' ? 'safetensors' : 'msgpack';
  const index = `${name}.${extension}.index.json`;

  it('is refused where a shard is missing', async () => {
    await expect(load(await storageOf({ [index]: indexOf({ a: 'one', b: 'two' }), one: encode({ a: tensor([1]) }) }))).rejects.toThrow(MissingFileError);
    await expect(load(await storageOf({ [index]: indexOf({ a: 'one', b: 'two' }), one: encode({ a: tensor([1]) }) }))).rejects.toThrow(/`two`/);
  });

  it('is refused where a shard lacks a tensor that the index says it has', async () => {
    const storage = await storageOf({ [index]: indexOf({ a: 'one', b: 'one' }), one: encode({ a: tensor([1]) }) });
    await expect(load(storage)).rejects.toThrow(CheckpointFormatError);
    await expect(load(storage)).rejects.toThrow(/`one` has `b`, which it has not/);
  });

  it.each(['../secret', '/etc/passwd', 'a/b', '..', '', String.raw`..\secret`, 'C:secret', 'a\0b'])('is refused where the index names the file "%s"', async (file) => {
    const storage = await storageOf({ [index]: indexOf({ a: file }), [file]: encode({ a: tensor([1]) }) });
    await expect(load(storage)).rejects.toThrow(/no file beside it/);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['without weights', '{"metadata":{}}'],
    ['a list of weights', '{"weight_map":[]}'],
    ['a weight without a file', '{"weight_map":{"a":1}}'],
    ['a weight twice', '{"weight_map":{"a":"one","a":"one"}}'],
    ['nested without end', `${'['.repeat(1e5)}${']'.repeat(1e5)}`],
  ])('is refused where the index is %s', async (_, content) => {
    await expect(load(await storageOf({ [index]: text(content), one: encode({ a: tensor([1]) }) }))).rejects.toThrow(CheckpointFormatError);
  });

  it('that is not there is a MissingFileError with both names', async () => {
    await expect(load(memoryStorage())).rejects.toThrow(new RegExp(`${index.replaceAll('.', String.raw`\.`)}.*${name}\\.${extension}`));
  });
});

describe('shards in a folder', () => {
  let folder = '';
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'flaxon-shards-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are whole files, and links to them as in the cache of Hugging Face', async () => {
    const blobs = join(folder, 'blobs');
    const { files, index } = await saveShardedSafetensors(fileSystemStorage(blobs), model, { maxShardBytes: 10 });
    expect((await readdir(blobs)).sort()).toEqual([...files, index!].sort());
    const snapshot = join(folder, 'snapshot');
    await fileSystemStorage(snapshot).write('note', [text('')]);
    for (const file of [...files, index!]) await symlink(join(blobs, file), join(snapshot, file));
    const file = await openSafetensors(fileSystemStorage(snapshot));
    expect(values(await file.tensor('b.w'))).toEqual([1]);
    await file.close();
  });

  it('are closed again where one of them is damaged', async () => {
    const { files } = await saveShardedSafetensors(fileSystemStorage(folder), model, { maxShardBytes: 10 });
    await writeFile(join(folder, files[2]!), 'damaged');
    let [opened, closed] = [0, 0];
    const storage = fileSystemStorage(folder);
    const counting = async (name: string) => {
      const source = await storage.open!(name);
      opened++;
      return { ...source, close: async () => (closed++, source.close?.()) };
    };
    await expect(openSafetensors({ ...storage, open: counting })).rejects.toThrow(CheckpointFormatError);
    expect(opened).toBeGreaterThan(2);
    expect(closed).toBe(opened);
  });
});

it('the index of an own save is that of huggingface_hub', async () => {
  const file = await openSafetensors(await storageOf(safetensorsShards));
  const storage = memoryStorage();
  // In the order in which the names were given there.
  const tensors = await Promise.all(Object.keys(shardIndex.weight_map).map(async (name) => [name, await file.tensor(name)] as const));
  await saveShardedSafetensors(storage, Object.fromEntries(tensors), { maxShardBytes: 40 });
  expect(JSON.parse(new TextDecoder().decode(await storage.read('model.safetensors.index.json')))).toEqual(shardIndex);
});
