/**
 * The part of ONNX Runtime's JavaScript interface that is used: `onnxruntime-node` and `onnxruntime-web` both have it, so either can
 * be handed in.
 */
import { DeviceError, RuntimeMissingError } from '../errors/session-errors.js';

export type OrtElementType = 'float16' | 'float32' | 'float64' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'bool';

export type OrtData =
  | Uint16Array
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint32Array
  | BigUint64Array;

export interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface OrtSessionOptions {
  readonly executionProviders?: readonly string[];
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'all';
  readonly intraOpNumThreads?: number;
  readonly interOpNumThreads?: number;
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  readonly extra?: Record<string, unknown>;
}

export interface OrtSession<T> {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, T>>, fetches: readonly string[]): Promise<Readonly<Record<string, T>>>;
  release(): Promise<void>;
}

/** `import * as ort from 'onnxruntime-node'` (or `'onnxruntime-web'`) is one. */
export interface OrtRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: OrtSessionOptions): Promise<OrtSession<OrtTensor>>;
    create(path: string, options?: OrtSessionOptions): Promise<OrtSession<OrtTensor>>;
  };
  readonly Tensor: new (type: OrtElementType, data: OrtData, dims: readonly number[]) => OrtTensor;
  /** onnxruntime-node alone says what it has. */
  readonly listSupportedBackends?: () => readonly { readonly name: string }[];
}

let loaded: Promise<OrtRuntime> | undefined;

/**
 * `onnxruntime-node`, loaded when first needed.
 * @throws RuntimeMissingError where it is not installed.
 */
export function defaultRuntime(): Promise<OrtRuntime> {
  loaded ??= import('onnxruntime-node').catch((cause: unknown) => {
    loaded = undefined;
    throw new RuntimeMissingError(cause);
  });
  return loaded;
}

/** Where a graph runs: an execution provider of ONNX Runtime. */
export type Device = 'cpu' | 'cuda' | 'webgpu' | 'wasm';

/** The devices that `runtime` names; undefined where it cannot say before it tries. */
export function devicesOf(runtime: OrtRuntime): readonly string[] | undefined {
  return runtime.listSupportedBackends?.().map(({ name }) => name);
}

/** Messages with which ONNX Runtime says that a provider is missing (1.27 to 1.30, node and web). */
const missingProvider = /backend not found|no available backend|provider.*not.*(available|supported|enabled)|cannot open shared object|Failed to load library|OrtSessionOptionsAppendExecutionProvider/i;

/** `error` as a `DeviceError` where it says that the device is missing. */
export function deviceError(runtime: OrtRuntime, device: Device, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (device === 'cpu' || !missingProvider.test(message)) return error;
  const available = (devicesOf(runtime) ?? ['cpu', 'wasm', 'webgpu']).filter((name) => name !== device);
  return new DeviceError(device, available, error);
}

/** @throws DeviceError where the runtime says that it does not have `device`. */
export function requireDevice(runtime: OrtRuntime, device: Device): void {
  const available = devicesOf(runtime);
  if (available && !available.includes(device)) throw new DeviceError(device, available);
}
