/** From options to an open session: which engine, which device, which options of ONNX Runtime. */
import { ArgumentError } from '@flaxon/tensor';
import { DeviceError } from '../errors/session-errors.js';
import { encodeModel } from '../format/writer.js';
import { automaticOrder, type Device, deviceError, devices, mayHaveCuda, requireDevice } from './devices.js';
import { directEngine, type Engine, type RunnableSession } from './engine.js';
import { defaultRuntime } from './runtime.js';
import { ortSessionOptions, type SessionOptions } from './session-options.js';
import { WorkerPool } from './worker/pool.js';

/** An engine, and whether it was made for these options, so that it ends with what they are for. */
export interface OwnedEngine {
  readonly engine: Engine;
  /** Ends the workers that were started for it. */
  release(): Promise<void>;
}

export interface OpenSession {
  readonly engine: Engine;
  readonly device: Device;
  readonly session: RunnableSession;
}

/** @throws RuntimeMissingError where there is no ONNX Runtime, ArgumentError for a `runtime` beside a `worker`. */
export async function engineFor({ runtime, worker = false }: SessionOptions): Promise<OwnedEngine> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (worker === false) return { engine: directEngine(runtime ?? (await defaultRuntime())), release: nothing };
  if (runtime) throw new ArgumentError('createSession', 'runtime', 'cannot cross to a worker: give `worker: { create }` a worker that calls `serveSessions(runtime)`');
  if (worker instanceof WorkerPool) return { engine: worker, release: nothing };
  const pool = new WorkerPool(worker === true ? {} : worker);
  return { engine: pool, release: () => pool.release() };
}

/** The smallest model: what a device that works can open. */
const probe = (): Uint8Array => {
  const value = (name: string) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1n }] } } } });
  const graph = { name: 'probe', node: [{ opType: 'Neg', input: ['x'], output: ['y'] }], input: [value('x')], output: [value('y')] };
  return encodeModel({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
};

/** Opens `model` on `device`; a failure that says that the device is missing is a DeviceError. */
async function openOn(engine: Engine, device: Device, model: Uint8Array | string, options: SessionOptions, resident: readonly string[] = []): Promise<RunnableSession> {
  const backends = await engine.backends();
  requireDevice(backends, device);
  const isNode = backends !== undefined;
  // onnxruntime-node cannot read such memory back.
  const staysThere = device === 'webgpu' && !isNode && resident.length > 0;
  const ortOptions = {
    ...ortSessionOptions(options, device, isNode),
    ...(staysThere ? { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, 'gpu-buffer' as const])) } : {}),
  };
  try {
    return await engine.open(model, ortOptions);
  } catch (error) {
    throw deviceError(backends, device, error);
  }
}

/** Which devices worked with an engine; asked once. */
const works = new WeakMap<object, Map<Device, Promise<boolean>>>();

async function tries(engine: Engine, device: Device): Promise<boolean> {
  try {
    await (await openOn(engine, device, probe(), {})).release();
    return true;
  } catch (error) {
    if (error instanceof DeviceError) return false;
    throw error;
  }
}

function isThere(engine: Engine, device: Device): Promise<boolean> {
  const known = works.get(engine) ?? new Map<Device, Promise<boolean>>();
  works.set(engine, known);
  const answer = known.get(device) ?? tries(engine, device);
  known.set(device, answer);
  return answer;
}

/**
 * The device that `options` mean: the one named, the first of its fallbacks that works, or the first that works of those that `auto` tries.
 * @throws DeviceError where none works.
 */
export async function resolveDevice(engine: Engine, { device = 'cpu', fallback = [] }: SessionOptions): Promise<Device> {
  const wanted = [device, ...fallback];
  const unknown = wanted.find((name) => name !== 'auto' && !devices.includes(name));
  if (unknown !== undefined) throw new ArgumentError('createSession', 'device', `must be one of ${devices.join(', ')}, auto; found ${JSON.stringify(unknown)}`);
  if (device !== 'auto' && fallback.length === 0) return device;
  const backends = await engine.backends();
  const order = device === 'auto' ? [...automaticOrder(backends, backends?.includes('cuda') === true && (await mayHaveCuda())), ...fallback] : [device, ...fallback];
  for (const candidate of order) if (await isThere(engine, candidate)) return candidate;
  throw new DeviceError(wanted.join(', '), backends?.filter((name) => devices.some((one) => one === name)) ?? []);
}

/**
 * Opens a session of ONNX Runtime on the bytes of a model, or on the path of a file. The outputs `resident` stay in the memory of the device where the
 * runtime can read them back later.
 */
export async function openSession(engine: Engine, model: Uint8Array | string, options: SessionOptions, resident: readonly string[] = []): Promise<OpenSession> {
  const device = await resolveDevice(engine, options);
  if (options.wasm) await engine.configure(options.wasm);
  return { engine, device, session: await openOn(engine, device, model, options, resident) };
}
