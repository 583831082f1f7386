import { mul, spec, type Tensor, tensor } from '@flaxon/tensor';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as nodeRuntime from 'onnxruntime-node';
import * as webRuntime from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { DeviceError, ReleasedError } from '../../src/errors/session-errors.js';
import { exportOnnx } from '../../src/export/export.js';
import { automaticOrder, type Device } from '../../src/session/devices.js';
import { asyncDispose } from '../../src/session/dispose.js';
import type { OrtRuntime, OrtSessionOptions } from '../../src/session/runtime.js';
import { createSession, type OnnxSession } from '../../src/session/session.js';
import { ortSessionOptions, type SessionOptions } from '../../src/session/session-options.js';

const square = exportOnnx((x: Tensor) => mul(x, x), [spec('float32', ['n'])], { argumentNames: ['x'] });
const three = tensor([3], { dtype: 'float32' });

/** onnxruntime-node, or a runtime that cannot say what it has, of which only some devices work; and what sessions were opened with. */
function runtimeWith(devices: readonly Device[], names?: readonly string[]): { readonly runtime: OrtRuntime; readonly opened: OrtSessionOptions[] } {
  const opened: OrtSessionOptions[] = [];
  const create = (model: Uint8Array | string, options: OrtSessionOptions = {}) => {
    opened.push(options);
    const [provider] = options.executionProviders ?? [];
    const name = typeof provider === 'object' ? provider.name : provider;
    if (!devices.some((device) => device === name)) return Promise.reject(new Error(`no available backend found. ERR: [${name}] backend not found.`));
    return nodeRuntime.InferenceSession.create(model as Uint8Array, { ...options, executionProviders: ['cpu'] } as nodeRuntime.InferenceSession.SessionOptions);
  };
  const runtime: OrtRuntime = { InferenceSession: { create }, Tensor: nodeRuntime.Tensor, ...(names ? { listSupportedBackends: () => names.map((name) => ({ name })) } : {}) };
  return { runtime, opened };
}

const deviceWith = async (options: SessionOptions): Promise<Device> => {
  await using session = await square.createSession(options);
  expect((await session.run({ x: three })).output!.item()).toBe(9);
  return session.device;
};

describe('a device', () => {
  it('that is not there is an error that lists those that are', async () => {
    await expect(square.createSession({ device: 'wasm' })).rejects.toMatchObject({ name: 'DeviceError', device: 'wasm', available: ['cpu', 'webgpu', 'cuda'] });
    const { runtime } = runtimeWith(['wasm']);
    await expect(square.createSession({ runtime, device: 'webgpu' })).rejects.toMatchObject({ device: 'webgpu', available: ['cpu', 'wasm'] });
  });

  it('that the runtime names and whose driver is missing is the same error, with the reason', async () => {
    for (const device of ['cuda', 'webgpu'] as const) {
      const error: unknown = await square.createSession({ device }).then((session) => session.release()).catch((reason: unknown) => reason);
      // Where the machine has the device the session opens.
      if (error === undefined) continue;
      expect(error).toBeInstanceOf(DeviceError);
      expect((error as DeviceError).available).not.toContain(device);
      expect((error as DeviceError).message).toMatch(/ONNX Runtime: /);
    }
  });

  it('is replaced by another only where options allow it, and the session says by which', async () => {
    const { runtime, opened } = runtimeWith(['cpu'], ['cpu', 'cuda']);
    await expect(square.createSession({ runtime, device: 'cuda' })).rejects.toThrow(DeviceError);
    expect(await deviceWith({ runtime, device: 'cuda', fallback: ['cpu'] })).toBe('cpu');
    expect(opened.at(-1)!.executionProviders).toEqual(['cpu']);
    await expect(square.createSession({ runtime, device: 'cuda', fallback: ['webgpu'] })).rejects.toMatchObject({ device: 'cuda, webgpu' });
  });

  it('must be one that there is', async () => {
    const options = JSON.parse('{ "device": "gpu" }') as SessionOptions;
    await expect(square.createSession(options)).rejects.toThrow(/must be one of cpu, cuda, webgpu, wasm, auto; found "gpu"/);
  });
});

describe('`auto`', () => {
  it('is the first that works: CUDA and then the CPU with onnxruntime-node, WebGPU and then WebAssembly in browsers', async () => {
    expect(automaticOrder(['cpu', 'webgpu', 'cuda'], true)).toEqual(['cuda', 'cpu']);
    expect(automaticOrder(['cpu', 'webgpu', 'cuda'], false)).toEqual(['cpu']);
    expect(automaticOrder(undefined, false)).toEqual(['webgpu', 'wasm']);
    const both = runtimeWith(['webgpu', 'wasm']);
    expect(await deviceWith({ runtime: both.runtime, device: 'auto' })).toBe('webgpu');
    const one = runtimeWith(['wasm']);
    expect(await deviceWith({ runtime: one.runtime, device: 'auto' })).toBe('wasm');
    await expect(square.createSession({ runtime: runtimeWith([]).runtime, device: 'auto' })).rejects.toThrow(DeviceError);
  });

  it('works here, in a worker, and for compiled functions, which are lowered for what it is', async () => {
    const expected = await deviceWith({ device: 'auto' });
    expect(['cuda', 'cpu']).toContain(expected);
    expect(await deviceWith({ device: 'auto', worker: true })).toBe(expected);
    const seen: Device[] = [];
    const f = compile((x: Tensor) => mul(x, 2), { device: 'auto', onCompile: ({ device }) => seen.push(device) });
    expect((await f(three)).item()).toBe(6);
    expect(seen).toEqual([expected]);
    await f.release();
  });

  it('passes on an error of the model', async () => {
    await expect(createSession(Uint8Array.of(1), { device: 'auto' })).rejects.not.toThrow(DeviceError);
  });
});

describe('options', () => {
  it('reach ONNX Runtime under its names', () => {
    const options: SessionOptions = {
      threads: 2, interOpThreads: 3, executionMode: 'parallel', spinning: true, optimization: 'basic', optimizedModelPath: 'o.onnx', profiling: 'p', logSeverity: 4,
      cpu: { arena: false, memoryPattern: false }, config: { session: { set_denormal_as_zero: '1' } },
    };
    expect(ortSessionOptions(options, 'cpu', true)).toEqual({
      executionProviders: ['cpu'], graphOptimizationLevel: 'basic', intraOpNumThreads: 2, interOpNumThreads: 3, executionMode: 'parallel', enableCpuMemArena: false,
      enableMemPattern: false, enableProfiling: true, profileFilePrefix: 'p', optimizedModelFilePath: 'o.onnx', logSeverityLevel: 4,
      extra: { session: { intra_op: { allow_spinning: '1' }, set_denormal_as_zero: '1' } },
    });
    expect(ortSessionOptions({ cuda: { deviceId: 1 } }, 'cuda', true).executionProviders).toEqual([{ name: 'cuda', deviceId: 1 }]);
    expect(ortSessionOptions({ cuda: { deviceId: 1 } }, 'cpu', true).executionProviders).toEqual(['cpu']);
    expect(ortSessionOptions({ webgpu: { preferredLayout: 'NHWC' } }, 'webgpu', false).executionProviders).toEqual([{ name: 'webgpu', preferredLayout: 'NHWC' }]);
    expect(ortSessionOptions({ freeDimensions: { n: 4 } }, 'wasm', false).freeDimensionOverrides).toEqual({ n: 4 });
    expect(ortSessionOptions({ providers: [{ name: 'qnn', backendPath: 'x' }, 'cpu'] }, 'cpu', true).executionProviders).toEqual([{ name: 'qnn', backendPath: 'x' }, 'cpu']);
  });

  it('that onnxruntime-node would not read are refused', () => {
    expect(() => ortSessionOptions({ cuda: { deviceId: 0, gpuMemLimit: 2 ** 30 } }, 'cuda', true)).toThrow(/`cuda.gpuMemLimit` is not read by onnxruntime-node/);
    expect(ortSessionOptions({ cuda: { gpuMemLimit: 2 ** 30, cudnnConvAlgoSearch: 'HEURISTIC' } }, 'cuda', false).executionProviders).toEqual([{ name: 'cuda', gpuMemLimit: 2 ** 30, cudnnConvAlgoSearch: 'HEURISTIC' }]);
    expect(() => ortSessionOptions({ freeDimensions: { n: 4 } }, 'cpu', true)).toThrow(/freeDimensions/);
    expect(() => ortSessionOptions({ threads: 1.5 }, 'cpu', true)).toThrow(/`threads` must be a whole number/);
  });

  it('can refuse nodes that the CPU would compute', async () => {
    expect(ortSessionOptions({ allowCpuNodes: false }, 'cuda', true).extra).toMatchObject({ session: { disable_cpu_ep_fallback: '1' } });
    expect(ortSessionOptions({}, 'cuda', true).extra).toEqual({ session: { intra_op: { allow_spinning: '0' } } });
    // The same entry makes ONNX Runtime refuse even here.
    await expect(square.createSession({ config: { session: { disable_cpu_ep_fallback: '1' } } })).rejects.toThrow(/fallback to CPU EP has been explicitly disabled/);
  });

  it('are typed', () => {
    expectTypeOf<{ device: 'tpu' }>().not.toExtend<SessionOptions>();
    expectTypeOf<{ cuda: { arenaExtendStrategy: 'fast' } }>().not.toExtend<SessionOptions>();
    expectTypeOf<{ device: 'auto'; fallback: ['cpu']; webgpu: { preferredLayout: 'NCHW' } }>().toExtend<SessionOptions>();
    expectTypeOf<OnnxSession>().toExtend<AsyncDisposable>();
  });

  describe('that write files', () => {
    let folder = '';
    beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'flaxon-session-'))));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('write a profile and the rewritten graph', async () => {
      const session = await square.createSession({ profiling: join(folder, 'profile'), optimizedModelPath: join(folder, 'rewritten.onnx') });
      await session.run({ x: three });
      await session.release();
      expect(existsSync(join(folder, 'rewritten.onnx'))).toBe(true);
      expect(readdirSync(folder).some((name) => /^profile.*\.json$/.test(name))).toBe(true);
    });
  });
});

describe('a session', () => {
  it('of a file that something else has made has the names, dtypes and sizes that ONNX Runtime says', async () => {
    await using session = await createSession(square.toBytes());
    expect(session.inputs.map(({ name, dtype, shape }) => [name, dtype, shape.map(String)])).toEqual([['x', 'float32', ['n']]]);
    expect(session.outputs.map(({ name }) => name)).toEqual(['output']);
    expect((await session.run({ x: three })).output!.item()).toBe(9);
    await expect(session.run({ y: three })).rejects.toThrow(/expected one of the inputs x/);
  });

  it('ends with its `await using` block', async () => {
    let kept: OnnxSession | undefined;
    {
      await using session = await square.createSession();
      kept = session;
      expect((await session.run({ x: three })).output!.item()).toBe(9);
    }
    await expect(kept.run({ x: three })).rejects.toThrow(ReleasedError);
    expect(asyncDispose).toBe(Symbol.asyncDispose);
  });

  it('of onnxruntime-web does one run at a time, beside others of the same runtime', async () => {
    let [running, most] = [0, 0];
    const create = async (model: Uint8Array | string, options?: OrtSessionOptions) => {
      const session = await webRuntime.InferenceSession.create(model as Uint8Array, options as webRuntime.InferenceSession.SessionOptions);
      const run = async (feeds: Readonly<Record<string, webRuntime.Tensor>>, fetches: readonly string[]) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        const results = await session.run(feeds, fetches);
        running--;
        return results;
      };
      return { inputNames: session.inputNames, outputNames: session.outputNames, run, release: () => session.release() };
    };
    const runtime = { InferenceSession: { create }, Tensor: webRuntime.Tensor, env: webRuntime.env } as OrtRuntime;
    const [a, b] = await Promise.all([0, 1].map(() => square.createSession({ runtime, device: 'wasm', wasm: { numThreads: 1 } })));
    expect(webRuntime.env.wasm.numThreads).toBe(1);
    const controller = new AbortController();
    const calls = [a!, b!, a!, b!].map((session) => session.run({ x: three }));
    const aborted = a!.run({ x: three }, { signal: controller.signal });
    expect(a!.waiting).toBe(4);
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect((await Promise.all(calls)).map(({ output }) => output!.item())).toEqual([9, 9, 9, 9]);
    expect(most).toBe(1);
    await Promise.all([a!.release(), b!.release()]);
  });
});
