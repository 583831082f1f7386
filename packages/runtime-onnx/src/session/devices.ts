/** Where graphs run: which devices there are, and which one `auto` is. */
import { DeviceError } from '../errors/session-errors.js';

/** An execution provider of ONNX Runtime. */
export type Device = 'cpu' | 'cuda' | 'webgpu' | 'wasm';

/** `auto` is the first device that works: `cuda`, `cpu` with onnxruntime-node; `webgpu`, `wasm` with onnxruntime-web. */
export type DeviceChoice = Device | 'auto';

export const devices: readonly Device[] = ['cpu', 'cuda', 'webgpu', 'wasm'];

const isDevice = (name: string): name is Device => devices.some((device) => device === name);

/** Messages with which ONNX Runtime says that a provider is missing (1.27 to 1.30, node and web). */
const missingProvider =
  /backend not found|no available backend|provider.*not.*(available|supported|enabled)|cannot open shared object|Failed to load (shared )?library|OrtSessionOptionsAppendExecutionProvider|WebGPU adapter|WebGpuContext|WebGPU is not supported|CUDA failure 100|no CUDA-capable device/i;

/** What onnxruntime-web may have; it cannot say before it tries. */
const perhaps: readonly Device[] = ['cpu', 'wasm', 'webgpu'];

/** The devices among the names of backends; `undefined` is a runtime that cannot say. */
export const availableDevices = (backends: readonly string[] | undefined): readonly Device[] => (backends ?? perhaps).filter(isDevice);

/** @throws DeviceError where the runtime says that it does not have `device`. */
export function requireDevice(backends: readonly string[] | undefined, device: Device): void {
  if (backends && !backends.includes(device)) throw new DeviceError(device, availableDevices(backends));
}

/** `error` as a `DeviceError` where it says that the device is missing. */
export function deviceError(backends: readonly string[] | undefined, device: Device, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (device === 'cpu' || !missingProvider.test(message)) return error;
  return new DeviceError(device, availableDevices(backends).filter((name) => name !== device), error);
}

/**
 * What `auto` tries, in order. onnxruntime-node's WebGPU is experimental and needs a graphics driver, so that `auto` leaves it out: it is
 * there by its name.
 */
export const automaticOrder = (backends: readonly string[] | undefined, hasCuda: boolean): readonly Device[] => {
  if (backends === undefined) return ['webgpu', 'wasm'];
  const wanted: readonly Device[] = hasCuda ? ['cuda', 'cpu'] : ['cpu'];
  return wanted.filter((device) => backends.includes(device));
};

/** Files of a driver for NVIDIA's devices: of Linux, and of Linux within Windows. */
const cudaFiles = ['/dev/nvidiactl', '/dev/dxg'];

/** False where there is surely no NVIDIA driver: ONNX Runtime writes an error to the terminal when it tries in vain. */
export async function mayHaveCuda(): Promise<boolean> {
  const { existsSync } = await import('node:fs');
  return cudaFiles.some((file) => existsSync(file));
}
