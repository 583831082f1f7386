/** Options of execution providers, typed, under ONNX Runtime's names for them in JavaScript. */
import { ArgumentError } from '@flaxon/tensor';
import type { Device } from './devices.js';
import type { OrtExecutionProvider } from './runtime.js';

/**
 * Of the CUDA provider (onnxruntime.ai, "CUDA Execution Provider"). onnxruntime-node 1.30 reads `deviceId` alone; the others are for runtimes
 * that are handed in and read them, and an ArgumentError with onnxruntime-node, which would ignore them.
 */
export interface CudaOptions {
  /** Which of several devices; 0 by default. */
  readonly deviceId?: number;
  /** The most bytes that the arena takes on the device. */
  readonly gpuMemLimit?: number;
  /** By what the arena grows. */
  readonly arenaExtendStrategy?: 'kNextPowerOfTwo' | 'kSameAsRequested';
  /** How cuDNN's algorithm for a convolution is found. */
  readonly cudnnConvAlgoSearch?: 'EXHAUSTIVE' | 'HEURISTIC' | 'DEFAULT';
  readonly cudnnConvUseMaxWorkspace?: boolean;
  readonly doCopyInDefaultStream?: boolean;
  readonly enableCudaGraph?: boolean;
  readonly useTf32?: boolean;
  /** Prefers kernels for channels in the last axis. */
  readonly preferNhwc?: boolean;
}

type CacheMode = 'disabled' | 'lazyRelease' | 'simple' | 'bucket';

/** Of the WebGPU provider. */
export interface WebGpuOptions {
  readonly preferredLayout?: 'NCHW' | 'NHWC';
  /** Nodes that the CPU computes. */
  readonly forceCpuNodeNames?: readonly string[];
  readonly validationMode?: 'disabled' | 'wgpuOnly' | 'basic' | 'full';
  readonly enableRobustness?: boolean;
  readonly storageBufferCacheMode?: CacheMode;
  readonly uniformBufferCacheMode?: CacheMode;
  readonly queryResolveBufferCacheMode?: CacheMode;
  readonly defaultBufferCacheMode?: CacheMode;
}

/** Of the CPU provider. */
export interface CpuOptions {
  /** False frees memory after each run instead of keeping it in an arena. */
  readonly arena?: boolean;
  /** False plans no memory ahead: for inputs whose shapes change from run to run. */
  readonly memoryPattern?: boolean;
}

/** Of onnxruntime-web's WebAssembly. */
export interface WasmOptions {
  /** Threads of all sessions of this runtime. Set once, by its first session; pages that are not cross-origin isolated have one. */
  readonly numThreads?: number;
}

export interface ProviderOptions {
  readonly cpu?: CpuOptions;
  readonly cuda?: CudaOptions;
  readonly webgpu?: WebGpuOptions;
  readonly wasm?: WasmOptions;
}

/** What onnxruntime-node 1.30 reads of the CUDA provider's options (js/node/src/session_options_helper.cc). */
const readByNode: readonly string[] = ['deviceId'];

/**
 * The entry of ONNX Runtime's list of providers.
 * @throws ArgumentError for an option that onnxruntime-node would ignore.
 */
export function executionProvider(device: Device, { cuda, webgpu }: ProviderOptions, isNode: boolean): OrtExecutionProvider {
  if (device === 'webgpu' && webgpu) return { ...webgpu, name: 'webgpu' };
  if (device !== 'cuda' || !cuda) return device;
  const ignored = isNode ? Object.keys(cuda).filter((name) => !readByNode.includes(name)) : [];
  if (ignored.length > 0) {
    throw new ArgumentError('createSession', `cuda.${ignored[0]}`, `is not read by onnxruntime-node, whose CUDA provider knows ${readByNode.map((name) => `\`${name}\``).join(', ')} alone; leave it out, or hand in a \`runtime\` that reads it`);
  }
  return { ...cuda, name: 'cuda' };
}
