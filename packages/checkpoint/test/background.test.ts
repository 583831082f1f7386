import { ArgumentError, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { CheckpointManager, memoryStorage, UnsupportedValueError, type CheckpointStorage, type CheckpointTree } from '../src/index.js';

const treeOf = (step: number): { w: Tensor; step: number } => ({ w: tensor([step]), step });
const steps = async (manager: CheckpointManager): Promise<number[]> => (await manager.records()).map(({ step }) => step);

/** A disk that waits until it is told to go on, or fails. */
function slowStorage() {
  const inner = memoryStorage();
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const begun: string[] = [];
  const storage: CheckpointStorage = {
    ...inner,
    write: async (name, parts) => {
      if (name.endsWith('.msgpack')) {
        begun.push(name);
        await new Promise<void>((resolve, reject) => void waiting.push({ resolve, reject }));
      }
      await inner.write(name, parts);
    },
  };
  const next = async (): Promise<(typeof waiting)[number]> => {
    while (waiting.length === 0) await new Promise((resolve) => void setTimeout(resolve, 0));
    return waiting.shift()!;
  };
  return { storage, begun, finish: async () => (await next()).resolve(), fail: async (error: Error) => (await next()).reject(error) };
}

/** Whether a promise is settled once everything else that can go on has done so. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const mark = (): void => void (settled = true);
  promise.then(mark, mark);
  for (let i = 0; i < 20; i++) await new Promise((resolve) => void setTimeout(resolve, 0));
  return settled;
}

describe('saveInBackground', () => {
  it('lets the program go on while the disk is busy', async () => {
    const { storage, finish } = slowStorage();
    const manager = new CheckpointManager(storage);
    expect(await manager.saveInBackground(1, treeOf(1))).toBe(true);
    expect(await steps(manager)).toEqual([]);
    await finish();
    await manager.wait();
    expect(await steps(manager)).toEqual([1]);
  });

  it('waits where as many saves as `maxPending` are unfinished', async () => {
    const { storage, finish } = slowStorage();
    const manager = new CheckpointManager(storage, { maxPending: 2 });
    await manager.saveInBackground(1, treeOf(1));
    await manager.saveInBackground(2, treeOf(2));
    const third = manager.saveInBackground(3, treeOf(3));
    expect(await isSettled(third)).toBe(false);
    await finish();
    expect(await third).toBe(true);
    await finish();
    await finish();
    await manager.wait();
    expect(await steps(manager)).toEqual([1, 2, 3]);
  });

  it('never lets more begin than that, even where nobody awaits', async () => {
    const { storage, begun, finish } = slowStorage();
    const manager = new CheckpointManager(storage);
    const saves = [1, 2, 3].map((step) => manager.saveInBackground(step, treeOf(step)));
    expect(await Promise.all(saves.map(isSettled))).toEqual([true, false, false]);
    expect(begun).toHaveLength(1);
    for (const save of saves) {
      await save;
      await finish();
    }
    await manager.wait();
    expect(await steps(manager)).toEqual([1, 2, 3]);
  });

  it('saves what was there when it was called, whatever becomes of the tree', async () => {
    const { storage, finish } = slowStorage();
    const manager = new CheckpointManager(storage);
    await manager.saveInBackground(1, treeOf(1));
    const tree = { layers: { w: tensor([1]) }, list: [1, 2], bytes: new Uint8Array(100_000).fill(7) };
    const metadata = { epochs: [1] };
    const second = manager.saveInBackground(2, tree, { metadata });
    tree.layers.w = tensor([9]);
    tree.list.push(3);
    tree.bytes.fill(9);
    metadata.epochs.push(2);
    await finish();
    await finish();
    await second;
    await manager.wait();
    const restored = await manager.restore({ layers: { w: tensor([0]) }, list: [0, 0], bytes: new Uint8Array(0) });
    expect([restored.tree.layers.w.toArray(), restored.tree.list, restored.tree.bytes[0], restored.record.metadata]).toEqual([[1], [1, 2], 7, { epochs: [1] }]);
  });

  it('throws what went wrong at the next call, once', async () => {
    const { storage, finish, fail } = slowStorage();
    const manager = new CheckpointManager(storage);
    await manager.saveInBackground(1, treeOf(1));
    await fail(new Error('the disk is full'));
    await manager.finished();
    await expect(manager.saveInBackground(2, treeOf(2))).rejects.toThrow('the disk is full');
    await manager.saveInBackground(2, treeOf(2));
    await finish();
    await manager.wait();
    expect(await steps(manager)).toEqual([2]);
  });

  it('throws at the call that waited for the save that failed', async () => {
    const { storage, fail } = slowStorage();
    const manager = new CheckpointManager(storage);
    await manager.saveInBackground(1, treeOf(1));
    const second = manager.saveInBackground(2, treeOf(2));
    await fail(new Error('the disk is full'));
    await expect(second).rejects.toThrow('the disk is full');
  });

  it('throws what went wrong from `wait`, once', async () => {
    const { storage, fail } = slowStorage();
    const manager = new CheckpointManager(storage);
    await manager.saveInBackground(1, treeOf(1));
    await fail(new Error('the disk is full'));
    await expect(manager.wait()).rejects.toThrow('the disk is full');
    await manager.wait();
  });

  it('refuses at once what cannot be saved at all', async () => {
    const manager = new CheckpointManager(memoryStorage(), { keepBest: { metric: 'loss' } });
    const wrong: object = { f: () => 1 };
    await expect(manager.saveInBackground(1, wrong as CheckpointTree, { metrics: { loss: 1 } })).rejects.toThrow(UnsupportedValueError);
    await expect(manager.saveInBackground(1, treeOf(1))).rejects.toThrow(ArgumentError);
    expect(await steps(manager)).toEqual([]);
  });

  it('saves at the steps that `saveEvery` names, and at others where that is forced', async () => {
    const manager = new CheckpointManager(memoryStorage(), { saveEvery: 3 });
    const saved: number[] = [];
    for (let step = 0; step < 8; step++) if (await manager.saveInBackground(step, treeOf(step), { force: step === 7 })) saved.push(step);
    await manager.wait();
    expect(saved).toEqual([0, 3, 6, 7]);
    expect(await steps(manager)).toEqual([0, 3, 6, 7]);
    expect([manager.shouldSave(8), manager.shouldSave(9)]).toEqual([false, true]);
  });
});

describe('a large save', () => {
  it('hands out its blocks in between other work, and copies no tensor', async () => {
    // Two tensors of 16 MiB: in blocks of 4 MiB a timer has its turn at least once each.
    const tree = { a: tensor(new Float32Array(2 ** 22)), b: tensor(new Float32Array(2 ** 22).fill(1)) };
    let turns = 0;
    const timer = setInterval(() => void turns++, 0);
    const { bytes } = await new CheckpointManager(memoryStorage()).save(1, tree);
    clearInterval(timer);
    expect(bytes).toBeGreaterThan(2 ** 25);
    expect(turns).toBeGreaterThanOrEqual(6);
  });

  it('is called off between blocks', async () => {
    const controller = new AbortController();
    const manager = new CheckpointManager(memoryStorage());
    const saved = manager.save(1, { a: tensor(new Float32Array(2 ** 23)) }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 0);
    await expect(saved).rejects.toThrow(/abort/i);
    expect(await steps(manager)).toEqual([]);
  });
});

describe('what is kept', () => {
  it('is each step of `keepEvery`, whatever else is removed', async () => {
    const manager = new CheckpointManager(memoryStorage(), { keepLast: 1, keepEvery: 4 });
    for (let step = 1; step < 11; step++) await manager.save(step, treeOf(step));
    expect(await steps(manager)).toEqual([4, 8, 10]);
  });

  it('is the best by a function of the metrics, the later of equal ones', async () => {
    const manager = new CheckpointManager(memoryStorage(), { keepLast: 1, keepBest: { metric: ({ loss = NaN, penalty = 0 }) => loss + penalty, count: 2 } });
    for (const [step, loss, penalty] of [[1, 1, 5], [2, 3, 0], [3, 2, 1], [4, 2, 0], [5, 9, 0]] as const) await manager.save(step, treeOf(step), { metrics: { loss, penalty } });
    expect(await steps(manager)).toEqual([3, 4, 5]);
    expect((await manager.best())?.step).toBe(4);
    expect(() => manager.save(6, treeOf(6))).toThrow(/keepBest\.metric/);
  });

  it('is the largest where the mode says so', async () => {
    const manager = new CheckpointManager(memoryStorage(), { keepLast: 1, keepBest: { metric: 'accuracy', mode: 'max' } });
    for (const [step, accuracy] of [[1, 0.5], [2, 0.9], [3, 0.7]] as const) await manager.save(step, treeOf(step), { metrics: { accuracy } });
    expect(await steps(manager)).toEqual([2, 3]);
  });

  it('loses a step that is removed, with its file', async () => {
    const storage = memoryStorage();
    const manager = new CheckpointManager(storage);
    for (const step of [1, 2]) await manager.save(step, treeOf(step));
    await manager.remove(1);
    await manager.remove(7);
    expect(await steps(manager)).toEqual([2]);
    expect(await storage.list()).toHaveLength(2);
  });
});
