/** Options of sessions, and ONNX Runtime's names for them. */
import { ArgumentError } from '@flaxon/tensor';
import type { Device, DeviceChoice } from './devices.js';
import { executionProvider, type ProviderOptions } from './provider-options.js';
import type { OrtExecutionProvider, OrtRuntime, OrtSessionOptions } from './runtime.js';
import type { WorkerPool, WorkerPoolOptions } from './worker/pool.js';

export interface SessionOptions extends ProviderOptions {
  /** Where the graph runs; `cpu` by default. `session.device` says what `auto` has picked. */
  readonly device?: DeviceChoice;
  /** Devices to take, in order, where `device` is not there. None by default: a device that is missing is a DeviceError. */
  readonly fallback?: readonly Device[];
  /** False refuses graphs of which a node would run on the CPU beside `cuda` or `webgpu`. True by default. */
  readonly allowCpuNodes?: boolean;
  /** ONNX Runtime; `onnxruntime-node` by default. */
  readonly runtime?: OrtRuntime;
  /**
   * Runs in threads of its own, so that the event loop stays free: true for one, `{ count }` for several, or a `WorkerPool` that several
   * sessions share. False by default.
   */
  readonly worker?: boolean | WorkerPoolOptions | WorkerPool;
  /**
   * Threads for one operator, 1 by default. Small operators (below some 10^5 elements) lose by more; a large product of matrices
   * gains on real cores.
   */
  readonly threads?: number;
  /** Threads for nodes side by side, with `executionMode: 'parallel'`. */
  readonly interOpThreads?: number;
  readonly executionMode?: 'sequential' | 'parallel';
  /** True keeps waiting threads busy for some milliseconds: less delay between operators, at the cost of a core. False by default. */
  readonly spinning?: boolean;
  /** How far ONNX Runtime rewrites the graph when it loads it; `all` by default. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /** The graph as ONNX Runtime has rewritten it is saved here. onnxruntime-node alone. */
  readonly optimizedModelPath?: string;
  /** Writes a profile in Chrome's trace format to a file whose name begins so, when the session is released. */
  readonly profiling?: string;
  /** Sizes for symbolic dimensions by name. onnxruntime-web alone: with onnxruntime-node export static shapes instead. */
  readonly freeDimensions?: Readonly<Record<string, number>>;
  /** From 0, everything, to 4, fatal errors alone; 3 by default. */
  readonly logSeverity?: 0 | 1 | 2 | 3 | 4;
  /** Entries of ONNX Runtime's session configuration, nested by their dots: `{ session: { set_denormal_as_zero: '1' } }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** ONNX Runtime's own list of providers, passed as it is, in the place of what `device` makes of it. */
  readonly providers?: readonly OrtExecutionProvider[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** `b` over `a`, record by record. */
function merged(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const known = result[name];
    result[name] = isRecord(known) && isRecord(value) ? merged(known, value) : value;
  }
  return result;
}

function requireCount(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0)) throw new ArgumentError('createSession', name, `must be a whole number from 0 on (0: as many as there are cores), found ${value}`);
}

/** Leaves out what is undefined, which ONNX Runtime refuses. */
function given(options: { readonly [K in keyof OrtSessionOptions]: OrtSessionOptions[K] | undefined }): OrtSessionOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as OrtSessionOptions;
}

/**
 * `options` as ONNX Runtime's, for one device.
 * @throws ArgumentError for what onnxruntime-node would ignore.
 */
export function ortSessionOptions(options: SessionOptions, device: Device, isNode: boolean): OrtSessionOptions {
  const { threads = 1, interOpThreads = 1, spinning = false, optimization = 'all', allowCpuNodes = true, config = {}, cpu = {} } = options;
  requireCount('threads', threads);
  requireCount('interOpThreads', interOpThreads);
  if (isNode && options.freeDimensions) throw new ArgumentError('createSession', 'freeDimensions', 'is not read by onnxruntime-node; export the model with numbers in the places of these dimensions');
  const session = { intra_op: { allow_spinning: spinning ? '1' : '0' }, ...(allowCpuNodes || device === 'cpu' ? {} : { disable_cpu_ep_fallback: '1' }) };
  return given({
    executionProviders: options.providers ?? [executionProvider(device, options, isNode)],
    graphOptimizationLevel: optimization,
    intraOpNumThreads: threads,
    interOpNumThreads: interOpThreads,
    executionMode: options.executionMode,
    enableCpuMemArena: cpu.arena,
    enableMemPattern: cpu.memoryPattern,
    enableProfiling: options.profiling === undefined ? undefined : true,
    profileFilePrefix: options.profiling,
    optimizedModelFilePath: options.optimizedModelPath,
    freeDimensionOverrides: options.freeDimensions,
    logSeverityLevel: options.logSeverity ?? 3,
    extra: merged({ session }, config),
  });
}
