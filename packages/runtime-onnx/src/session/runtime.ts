/**
 * The part of ONNX Runtime's JavaScript interface that is used: `onnxruntime-node` and `onnxruntime-web` both have it, so either can
 * be handed in.
 */
import { RuntimeMissingError } from '../errors/session-errors.js';

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
  /** The elements; reading it throws where they are on a device. */
  readonly data: unknown;
  readonly dims: readonly number[];
  /** Where the elements are; undefined is `cpu`. */
  readonly location?: string;
  /** The elements, fetched from a device. */
  getData?(): Promise<unknown>;
  /** Frees memory on a device. */
  dispose?(): void;
}

/** An execution provider: its name, or its name with its options. */
export type OrtExecutionProvider = string | ({ readonly name: string } & Readonly<Record<string, unknown>>);

export interface OrtSessionOptions {
  readonly executionProviders?: readonly OrtExecutionProvider[];
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  readonly intraOpNumThreads?: number;
  readonly interOpNumThreads?: number;
  readonly executionMode?: 'sequential' | 'parallel';
  readonly enableCpuMemArena?: boolean;
  readonly enableMemPattern?: boolean;
  readonly enableProfiling?: boolean;
  readonly profileFilePrefix?: string;
  readonly optimizedModelFilePath?: string;
  readonly freeDimensionOverrides?: Readonly<Record<string, number>>;
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  readonly preferredOutputLocation?: Readonly<Record<string, 'cpu' | 'gpu-buffer'>>;
  readonly extra?: Record<string, unknown>;
}

/** What ONNX Runtime says of an input or output. */
export interface OrtValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

export interface OrtSession<T> {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata?: readonly OrtValueMetadata[];
  readonly outputMetadata?: readonly OrtValueMetadata[];
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
  readonly env?: { readonly wasm?: { numThreads?: number | undefined } };
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
