import { arange, random, reshape, tensor, type Tensor } from '@flaxon/tensor';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { batches, workerData, WorkerDataError, type Batch, type WorkerPort } from '../src/index.js';
import { serveBatches } from '../src/data/worker/serve.js';
import { collect } from './models.js';

type Labelled = { readonly x: Tensor; readonly label: Tensor };
const script = join(import.meta.dirname, 'fixtures/examples-worker.mjs');

/** A real worker thread, which counts the batches that it makes. */
function startWorker(behaviour: { readonly fail?: number; readonly exit?: number } = {}) {
  const made = new Int32Array(new SharedArrayBuffer(4));
  let starts = 0;
  const start = (): Worker => {
    starts++;
    return new Worker(script, { workerData: { ...behaviour, made }, stderr: true, execArgv: [] });
  };
  return { start, made: () => Atomics.load(made, 0), starts: () => starts };
}
const local = { x: reshape(arange(20), [10, 2]), label: tensor(Array.from({ length: 10 }, (_, i) => BigInt(i)), { dtype: 'int64' }) };
const plain = ({ data: { x, label }, weights }: Batch<Labelled>): unknown => [x.dtype, x.toArray(), label.dtype, label.toArray(), weights?.toArray()];
const expected = (epoch: number, from: number): unknown[] => [...batches(local, { size: 4, shuffle: random.key(3), remainder: 'pad' }).batches(epoch, from)].map(plain);

describe('batches of a worker', { timeout: 60_000 }, () => {
  it('are those that it makes, pass by pass and from any batch on', async () => {
    const { start, starts } = startWorker();
    await using data = workerData<Labelled>(start);
    for (const [epoch, from] of [[0, 0], [1, 0], [0, 2]] as const) {
      expect((await collect(data.batches(epoch, from))).map(plain)).toEqual(expected(epoch, from));
    }
    expect(starts()).toBe(1);
  });

  it('are not made before they are wanted', async () => {
    const { start, made } = startWorker();
    await using data = workerData<Labelled>(start, { ahead: 1 });
    let read = 0;
    for await (const batch of data.batches(0, 0)) {
      expect(batch.data.x.shape).toEqual([4, 2]);
      read++;
      // The next one is asked for when this one is done with.
      expect(made()).toBe(read);
    }
    expect(read).toBe(3);
  });

  it('that are not read any more are not made, and another pass can be read', async () => {
    const { start, made } = startWorker();
    await using data = workerData<Labelled>(start, { ahead: 1 });
    for await (const batch of data.batches(0, 0)) if (batch.weights !== null) break;
    expect((await collect(data.batches(1, 1))).map(plain)).toEqual(expected(1, 1));
    expect(made()).toBe(3);
  });

  it('end with what the worker throws, after what it made before', async () => {
    const { start } = startWorker({ fail: 2 });
    await using data = workerData<Labelled>(start);
    const seen: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const batch of data.batches(0, 0)) seen.push(plain(batch));
    };
    await expect(read()).rejects.toThrow(WorkerDataError);
    expect(seen).toEqual(expected(0, 0).slice(0, 2));
    await expect(read()).rejects.toThrow(/the disk is gone/);
  });

  it('end with an error where the worker goes away, and another worker is started for the next pass', async () => {
    const { start, starts } = startWorker({ exit: 1 });
    await using data = workerData<Labelled>(start);
    await expect(collect(data.batches(0, 0))).rejects.toThrow(/ended with status 3/);
    await expect(collect(data.batches(0, 0))).rejects.toThrow(WorkerDataError);
    expect(starts()).toBe(2);
  });

  it('refuse a number of batches ahead that makes no sense', () => {
    expect(() => workerData(startWorker().start, { ahead: 0 })).toThrow(/`ahead`/);
  });
});

/** Two ends of a channel as browsers have them: events with `data`, cloned as between threads. */
function webPorts(): { readonly here: WorkerPort; readonly there: WorkerPort } {
  const ends = [new EventTarget(), new EventTarget()] as const;
  const port = (own: EventTarget, other: EventTarget): WorkerPort => ({
    postMessage: (message: unknown, transfer: readonly ArrayBuffer[] = []) => {
      const data: unknown = structuredClone(message, { transfer: [...transfer] });
      queueMicrotask(() => void other.dispatchEvent(Object.assign(new Event('message'), { data })));
    },
    addEventListener: (event: string, listener: (event: never) => void) => own.addEventListener(event, listener as (event: Event) => void),
    removeEventListener: (event: string, listener: (event: never) => void) => own.removeEventListener(event, listener as (event: Event) => void),
  });
  return { here: port(ends[0], ends[1]), there: port(ends[1], ends[0]) };
}

describe('a worker of a browser', () => {
  it('is spoken to by events', async () => {
    const { here, there } = webPorts();
    serveBatches(there, (epoch, from) => batches(local, { size: 4, shuffle: random.key(3), remainder: 'pad' }).batches(epoch, from));
    const data = workerData<Labelled>(() => here, { length: 3 });
    expect((await collect(data.batches(2, 0))).map(plain)).toEqual(expected(2, 0));
    expect(data.length).toBe(3);
  });

  it('gets copies: what the batches are made of is still there', async () => {
    const { here, there } = webPorts();
    serveBatches(there, () => [local]);
    const data = workerData<Labelled>(() => here);
    await collect(data.batches(0, 0));
    expect((await collect(data.batches(0, 0)))[0]!.data.x.toArray()).toEqual(local.x.toArray());
  });
});
