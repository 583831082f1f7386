/**
 * Memory of arrays that goes back at once. A step gives its state in new arrays. Left to the garbage collector the old ones live on until it runs, and
 * each new one is memory that the operating system has to bring in page by page, which takes megabytes of state longer than copying them.
 */
import type { OrtTensor } from './runtime.js';

/** Smaller arrays are cheap to make, and not worth the call. */
const smallest = 2 ** 16;

type Port = InstanceType<typeof MessageChannel>['port1'];

/** A port that nobody listens to: what is sent there is freed. Made when first needed. */
let nowhere: Port | undefined;

function deadPort(): Port {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
}

function freeBuffer(buffer: ArrayBuffer & { transfer?(length: number): ArrayBuffer }): void {
  if (buffer.transfer) {
    buffer.transfer(0);
    return;
  }
  // Node 20 has no `transfer`.
  nowhere ??= deadPort();
  nowhere.postMessage(undefined, [buffer]);
}

/** The memory that the elements of a tensor have for themselves; undefined on a device, and for parts of an array. */
function memoryOf(tensor: OrtTensor): ArrayBuffer | undefined {
  if ((tensor.location ?? 'cpu') !== 'cpu' || !ArrayBuffer.isView(tensor.data)) return undefined;
  const { buffer, byteLength } = tensor.data;
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? buffer : undefined;
}

const isOnGpu = ({ location = 'cpu' }: OrtTensor): boolean => location.startsWith('gpu');

/** Frees values on a device. */
export function freeDeviceMemory(values: readonly OrtTensor[]): void {
  for (const value of values) if (isOnGpu(value)) value.dispose?.();
}

/** Frees arrays of which nobody else has views: these are empty afterwards. Those whose memory a tensor of `kept` has too stay. */
export function freeArrays(values: readonly OrtTensor[], kept: readonly OrtTensor[]): void {
  const used = new Set(kept.map(memoryOf));
  for (const memory of new Set(values.map(memoryOf))) if (memory && memory.byteLength >= smallest && !used.has(memory)) freeBuffer(memory);
}
