import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, tensor, type Tensor } from '@flaxon/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CheckpointFormatError, CheckpointManager, fileSystemStorage, memoryStorage, MissingCheckpointError, MissingFileError, originPrivateStorage, UnsupportedValueError,
  type CheckpointStorage, type CheckpointTree, type DirectoryHandle,
} from '../src/index.js';

const treeOf = (step: number): { params: { w: Tensor }; step: number } => ({ params: { w: tensor([step, step + 1]) }, step });
const steps = async (manager: CheckpointManager): Promise<number[]> => (await manager.records()).map(({ step }) => step);

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'flaxon-checkpoint-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A private file system of a browser, as far as it is used. */
function privateFiles(): DirectoryHandle {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const notFound = (): Error => Object.assign(new Error('not found'), { name: 'NotFoundError' });
  return {
    async *keys() {
      yield* files.keys();
    },
    getFileHandle: async (name, { create = false } = {}) => {
      if (!create && !files.has(name)) throw notFound();
      return {
        getFile: async () => new Blob([files.get(name)!]),
        createWritable: async () => {
          const written: Uint8Array<ArrayBuffer>[] = [];
          return {
            write: async (bytes) => void written.push(bytes.slice()),
            close: async () => void files.set(name, new Uint8Array(Buffer.concat(written))),
            abort: async () => undefined,
          };
        },
      };
    },
    removeEntry: async (name) => {
      if (!files.delete(name)) throw notFound();
    },
  };
}

const storages: readonly (readonly [string, () => CheckpointStorage])[] = [
  ['a folder', () => fileSystemStorage(join(folder, 'made', 'anew'))],
  ['the memory', memoryStorage],
  ['a private file system', () => originPrivateStorage(privateFiles())],
];

describe.each(storages)('a manager over %s', (_, make) => {
  it('restores the last checkpoint, or that of a step, with its metrics and metadata', async () => {
    const manager = new CheckpointManager(make());
    await manager.save(1, treeOf(1), { metrics: { loss: 2 }, metadata: { epoch: 0 } });
    await manager.save(10, treeOf(10));
    const last = await manager.restore(treeOf(0));
    expect([last.tree.step, last.tree.params.w.toArray()]).toEqual([10, [10, 11]]);
    const first = await manager.restore(treeOf(0), { step: 1 });
    expect([first.tree.step, first.record.metrics, first.record.metadata]).toEqual([1, { loss: 2 }, { epoch: 0 }]);
  });

  it('replaces a checkpoint of the same step', async () => {
    const manager = new CheckpointManager(make());
    await manager.save(3, treeOf(1));
    await manager.save(3, treeOf(7));
    expect((await manager.restore(treeOf(0))).tree.step).toBe(7);
    expect(await steps(manager)).toEqual([3]);
  });

  it('keeps the last ones and the best, and no file of the others', async () => {
    const storage = make();
    const manager = new CheckpointManager(storage, { keepLast: 2, keepBest: { metric: 'loss' } });
    for (const [step, loss] of [[1, 5], [2, 1], [3, 4], [4, 3], [5, 2]] as const) await manager.save(step, treeOf(step), { metrics: { loss } });
    expect(await steps(manager)).toEqual([2, 4, 5]);
    expect((await manager.best())?.step).toBe(2);
    expect((await manager.latest())?.step).toBe(5);
    expect(await storage.list()).toHaveLength(6);
  });

  it('tells which files there are where one is missing', async () => {
    await expect(make().read('nothing')).rejects.toThrow(MissingFileError);
    await expect(new CheckpointManager(make()).restore(null)).rejects.toThrow(MissingCheckpointError);
  });
});

describe('CheckpointManager', () => {
  it('saves one after another, and what a tree was when it was called', async () => {
    const manager = new CheckpointManager(memoryStorage(), { keepLast: 1 });
    const saves = [1, 2, 3].map((step) => manager.save(step, treeOf(step)));
    await manager.finished();
    expect(await steps(manager)).toEqual([3]);
    expect((await Promise.all(saves)).map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  it('leaves what was there where a save fails, and goes on afterwards', async () => {
    const manager = new CheckpointManager(memoryStorage());
    await manager.save(1, treeOf(1));
    const wrong: object = { f: () => 1 };
    await expect(manager.save(2, wrong as CheckpointTree)).rejects.toThrow(UnsupportedValueError);
    await manager.save(3, treeOf(3));
    expect(await steps(manager)).toEqual([1, 3]);
  });

  it('does not save what was called off', async () => {
    const manager = new CheckpointManager(memoryStorage());
    await expect(manager.save(1, treeOf(1), { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(await steps(manager)).toEqual([]);
  });

  it('refuses steps that are no counts, and metrics without the one that decides', () => {
    const manager = new CheckpointManager(memoryStorage(), { keepBest: { metric: 'loss' } });
    expect(() => manager.save(-1, 1)).toThrow(ArgumentError);
    expect(() => manager.save(1, 1, { metrics: { accuracy: 1 } })).toThrow(/`loss`/);
    expect(() => new CheckpointManager(memoryStorage(), { keepLast: 0 })).toThrow(ArgumentError);
  });

  it('sees that a file is not what was saved, and names the steps that are there besides', async () => {
    const manager = new CheckpointManager(fileSystemStorage(folder));
    await manager.save(1, treeOf(1));
    const { file } = await manager.save(2, treeOf(2));
    const bytes = await readFile(join(folder, file));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(folder, file), bytes);
    await expect(manager.restore(null)).rejects.toThrow(CheckpointFormatError);
    await expect(manager.restore(null)).rejects.toThrow(/the steps 1 are there too/);
    await writeFile(join(folder, 'checkpoint_2.json'), '{}');
    await expect(manager.records()).rejects.toThrow(CheckpointFormatError);
  });

  it('reads records whose checksum is the SHA-256 of the whole file', async () => {
    const manager = new CheckpointManager(fileSystemStorage(folder));
    const { checksumBlock, ...record } = await manager.save(1, treeOf(1));
    expect(checksumBlock).toBeGreaterThan(0);
    const whole = createHash('sha256').update(await readFile(join(folder, record.file))).digest('hex');
    await writeFile(join(folder, 'checkpoint_1.json'), JSON.stringify({ ...record, checksum: whole }));
    expect((await manager.restore(treeOf(0))).tree.step).toBe(1);
    await writeFile(join(folder, 'checkpoint_1.json'), JSON.stringify({ ...record, checksum: whole.replace(/^./u, 'x') }));
    await expect(manager.restore(null)).rejects.toThrow(CheckpointFormatError);
  });

  it.each([
    ['leaves the folder', { file: '../other' }],
    ['has tiny blocks', { checksumBlock: 1 }],
    ['has metrics that are no numbers', { metrics: { loss: 'x' } }],
    ['has no step', { step: -0.5 }],
  ])('refuses a record that %s', async (_, changes) => {
    const storage = memoryStorage();
    const manager = new CheckpointManager(storage);
    const record = await manager.save(1, treeOf(1));
    await storage.write('checkpoint_1.json', [new TextEncoder().encode(JSON.stringify({ ...record, ...changes }))]);
    await expect(manager.restore(null)).rejects.toThrow(CheckpointFormatError);
  });

  it('checks a file by the digests of its blocks', async () => {
    const { file, checksum, checksumBlock } = await new CheckpointManager(fileSystemStorage(folder)).save(1, { w: tensor(new Float32Array(2 ** 21).fill(1.5)) });
    const bytes = await readFile(join(folder, file));
    const digest = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();
    const blocks = Array.from({ length: Math.ceil(bytes.length / checksumBlock!) }, (_, i) => digest(bytes.subarray(i * checksumBlock!, (i + 1) * checksumBlock!)));
    expect(blocks).toHaveLength(3);
    expect(checksum).toBe(digest(Buffer.concat(blocks)).toString('hex'));
  });

  it('removes before its first write what a process left that is gone, and nothing of one that may go on', async () => {
    const here = hostname().replaceAll(/[^\w.-]/gu, '_');
    const gone = spawnSync(process.execPath, ['--version']).pid;
    const names = { gone: `a.json.${here}-${gone}-0.part`, running: `a.json.${here}-${process.ppid}-0.part`, elsewhere: 'a.json.elsewhere-1-0.part', older: 'b.json.elsewhere-1-0.part' };
    for (const name of Object.values(names)) await writeFile(join(folder, name), 'half');
    await utimes(join(folder, names.older), 0, 0);
    const storage = fileSystemStorage(folder);
    expect(await storage.list()).toEqual([]);
    await storage.write('whole', [new Uint8Array(1)]);
    expect((await readdir(folder)).sort()).toEqual([names.elsewhere, names.running, 'whole'].sort());
  });

  it('takes no part of what an earlier process left unfinished, and clears it away', async () => {
    await writeFile(join(folder, 'checkpoint_5-0123456789ab.msgpack'), 'half');
    await writeFile(join(folder, 'checkpoint_6.json.77-0.part'), '{');
    const manager = new CheckpointManager(fileSystemStorage(folder));
    expect(await manager.latest()).toBeUndefined();
    await manager.save(1, treeOf(1));
    expect((await readdir(folder)).filter((name) => name.includes('_5'))).toEqual([]);
  });
});
