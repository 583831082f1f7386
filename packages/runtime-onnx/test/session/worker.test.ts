import { Worker } from 'node:worker_threads';
import { add, astype, matmul, mul, relu, spec, type Tensor, tensor } from '@flaxon/tensor';
import * as nodeRuntime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { DeviceError, FeedError, QueueFullError, ReleasedError, RuntimeMissingError, WorkerCrashError } from '../../src/errors/session-errors.js';
import { exportOnnx } from '../../src/export/export.js';
import { createSession } from '../../src/session/session.js';
import { WorkerPool } from '../../src/session/worker/pool.js';
import { expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

const entry = new URL('../../src/session/worker/node-worker.mjs', import.meta.url);
const square = exportOnnx((x: Tensor) => mul(x, x), [spec('float32', ['n'])], { argumentNames: ['x'] });
/** Some 10^9 operations. */
const heavy = exportOnnx((x: Tensor) => Array.from({ length: 24 }).reduce<Tensor>((y) => relu(matmul(y, x)), x), [spec('float32', [384, 384])], { argumentNames: ['x'] });

/** The longest time for which the event loop could do nothing else, in milliseconds, until `work` is done. */
async function longestStall(work: Promise<unknown>): Promise<number> {
  const state = { isDone: false };
  let [last, longest] = [performance.now(), 0];
  const done = work.finally(() => (state.isDone = true));
  while (!state.isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  await done;
  return longest;
}

describe('a session in a worker', () => {
  it('gives what one in this thread gives, whole arrays and parts of arrays', async () => {
    await using session = await square.createSession({ worker: true });
    expect(session.device).toBe('cpu');
    const whole = Float32Array.from([1, 2, 3, 4, 5, 6]);
    const part = tensor(whole.subarray(2, 4));
    expectClose((await session.run({ x: part })).output!, tensor([9, 16], { dtype: 'float32' }), 0);
    const x = arbitrary([1000]);
    expectClose((await session.run({ x })).output!, mul(x, x), 0);
    expect(whole.length).toBe(6);
  });

  it('takes every dtype', async () => {
    await using f = compile((a: Tensor) => astype(a, 'float32'), { worker: true });
    for (const dtype of ['float16', 'bfloat16', 'float64', 'int8', 'uint64', 'bool'] as const) {
      const x = arbitrary([3, 2], dtype);
      expectClose(await f(x), astype(x, 'float32'), 0);
    }
  });

  it('takes the memory of what is fed where it is given away', async () => {
    await using session = await square.createSession({ worker: true });
    const data = Float32Array.from([1, 2, 3]);
    const kept = tensor([2, 3], { dtype: 'float32' });
    expectClose((await session.run({ x: tensor(data) }, { transfer: true })).output!, tensor([1, 4, 9], { dtype: 'float32' }), 0);
    expect(data.byteLength).toBe(0);
    await session.run({ x: kept });
    expect(kept.toArray()).toEqual([2, 3]);
  });

  it('leaves the event loop free: its longest stall is a fraction of that without', async () => {
    const x = mul(arbitrary([384, 384]), 0.05);
    await using here = await heavy.createSession();
    await using there = await heavy.createSession({ worker: true });
    const [expected, found] = [await here.run({ x }), await there.run({ x })];
    expectClose(found.output!, expected.output!, 0);
    const [blocked, free]: [number[], number[]] = [[], []];
    const ratio = (): number => Math.min(...free) / Math.min(...blocked);
    // The least of several: another process may take this one's core at any time, and on a busy machine does so more often than not.
    for (let i = 0; i < 3 || (i < 20 && !(ratio() < 0.5)); i++) {
      blocked.push(await longestStall(here.run({ x })));
      free.push(await longestStall(there.run({ x })));
    }
    expect(ratio()).toBeLessThan(0.5);
  });

  it('runs calls side by side in as many workers as wanted, over a queue that has an end', async () => {
    await using session = await square.createSession({ worker: { count: 2, queueLimit: 3 } });
    const inputs = Array.from({ length: 5 }, (_, i) => tensor([i], { dtype: 'float32' }));
    const calls = inputs.map((x) => session.run({ x }));
    expect(session.waiting).toBe(3);
    await expect(session.run({ x: inputs[0]! })).rejects.toThrow(QueueFullError);
    await session.room();
    const results = [...(await Promise.all(calls)), await session.run({ x: tensor([5], { dtype: 'float32' }) })];
    expect(results.map(({ output }) => output!.item())).toEqual([0, 1, 4, 9, 16, 25]);
  });

  it('drops calls that are aborted, waiting or running', async () => {
    await using session = await heavy.createSession({ worker: true });
    const x = arbitrary([384, 384]);
    const [first, second] = [new AbortController(), new AbortController()];
    const running = session.run({ x }, { signal: first.signal });
    const waiting = session.run({ x }, { signal: second.signal });
    second.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
    expect(session.waiting).toBe(0);
    first.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect((await session.run({ x })).output!.shape).toEqual([384, 384]);
  });

  it('keeps the classes and messages of errors', async () => {
    await using session = await square.createSession({ worker: true });
    await expect(session.run({ x: tensor([[1]], { dtype: 'float32' }) })).rejects.toThrow(FeedError);
    const absent = square.createSession({ worker: true, device: 'wasm' });
    await expect(absent).rejects.toMatchObject({ name: 'DeviceError', device: 'wasm', available: ['cpu', 'webgpu', 'cuda'] });
    await expect(absent).rejects.toThrow(DeviceError);
    const bytes = Uint8Array.of(1, 2, 3);
    const [here, there] = await Promise.all([{}, { worker: true }].map((options) => createSession(bytes, options).catch((error: unknown) => error as Error)));
    expect((there as Error).message).toBe((here as Error).message);
    const missing = new WorkerPool({ create: () => new Worker("require('node:worker_threads').parentPort.on('message', ({ id }) => { throw new Error('lost') })", { eval: true }) });
    await expect(square.createSession({ worker: missing })).rejects.toThrow(/lost/);
    await missing.release();
  });

  it('whose ONNX Runtime is not installed says so', async () => {
    const code = "const { parentPort } = require('node:worker_threads'); parentPort.on('message', ({ id }) => import('onnxruntime-node-of-nobody').catch((error) => parentPort.postMessage({ id, ok: false, error: Object.assign(error, { message: error.message.replace('-of-nobody', '') }) })));";
    await using pool = new WorkerPool({ create: () => new Worker(code, { eval: true }) });
    await expect(square.createSession({ worker: pool })).rejects.toThrow(RuntimeMissingError);
  });

  it('that is released ends its workers, and refuses calls', async () => {
    const workers: Worker[] = [];
    const create = (): Worker => {
      const worker = new Worker(entry);
      workers.push(worker);
      return worker;
    };
    const session = await square.createSession({ worker: { count: 2, create } });
    const exits = workers.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())));
    await session.release();
    await Promise.all(exits);
    expect(workers.length).toBe(2);
    await expect(session.run({ x: arbitrary([2]) })).rejects.toThrow(ReleasedError);
    await session.release();
  });

  it('cannot have a runtime of this thread', async () => {
    await expect(square.createSession({ worker: true, runtime: nodeRuntime })).rejects.toThrow(/serveSessions/);
    expect(() => new WorkerPool({ count: 0 })).toThrow(/worker.count/);
  });
});

describe('a worker that crashes', () => {
  it('fails its call with a WorkerCrashError, and the next call has a new one', async () => {
    const workers: Worker[] = [];
    const create = (): Worker => {
      const worker = new Worker(entry);
      workers.push(worker);
      return worker;
    };
    await using session = await heavy.createSession({ worker: { create } });
    const x = mul(arbitrary([384, 384]), 0.05);
    const expected = await session.run({ x });
    const lost = session.run({ x });
    const next = session.run({ x });
    await workers[0]!.terminate();
    await expect(lost).rejects.toThrow(WorkerCrashError);
    await expect(lost).rejects.toMatchObject({ exitCode: 1 });
    expectClose((await next).output!, expected.output!, 0);
    expect(workers.length).toBe(2);
  });

  it('at once at its start does not go on for ever', async () => {
    let started = 0;
    const create = (): Worker => {
      started++;
      return new Worker('process.exit(3)', { eval: true });
    };
    await expect(square.createSession({ worker: { create } })).rejects.toMatchObject({ name: 'WorkerCrashError', exitCode: 3 });
    expect(started).toBe(1);
  });
});

describe('a pool', () => {
  it('is shared by sessions and compiled functions, and outlives them', async () => {
    await using pool = new WorkerPool({ count: 2 });
    const session = await square.createSession({ worker: pool });
    const f = compile((x: Tensor, y: Tensor) => add(matmul(x, y), 1), { worker: pool });
    const [x, y] = [arbitrary([3, 4]), arbitrary([4, 2])];
    const [a, b] = await Promise.all([session.run({ x: y.reshape([8]) }), f(x, y)]);
    expectClose(a.output!, mul(y, y).reshape([8]), 0);
    expectClose(b, add(matmul(x, y), 1), 1e-6);
    await session.release();
    expectClose(await f(x, y), add(matmul(x, y), 1), 1e-6);
    await f.release();
    await using again = await square.createSession({ worker: pool });
    expect((await again.run({ x: tensor([3], { dtype: 'float32' }) })).output!.item()).toBe(9);
  });

  it('is used in turn by functions of many signatures', async () => {
    const f = compile((x: Tensor) => mul(x, 2), { worker: { count: 2 }, cacheSize: 2 });
    for (const size of [1, 2, 3, 1, 2, 3]) expect((await f(arbitrary([size]))).shape).toEqual([size]);
    expect(f.sessionCount()).toBe(2);
    await f.release();
    expect((await f(tensor([4], { dtype: 'float32' }))).item()).toBe(8);
    await f.release();
  });
});
