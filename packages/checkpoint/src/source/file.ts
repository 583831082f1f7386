import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from './source.js';

/** The system reads at most 2^31 - 1 bytes at once. */
const largestRead = 2 ** 30;

/** Bytes of `handle` from `offset` on, until `into` is full or the file ends; how many there were. */
async function fill(handle: FileHandle, into: Uint8Array, offset: number): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const { bytesRead } = await handle.read(into, at, Math.min(largestRead, into.length - at), offset + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

/**
 * A file of any size, read at the places that are asked for (Node): `await SafetensorsFile.open(await fileSource('model.safetensors'))`. Node maps no
 * files into memory; what is read at a place is in the system's cache all the same. The file stays open until `close()`.
 * @throws the system's error where the file is not there
 */
export async function fileSource(path: string): Promise<ByteSource> {
  // Loaded where it is used: in a browser the rest of the package has to work.
  const { open } = await import('node:fs/promises');
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return {
      size,
      read: async (offset, length) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        return bytes.subarray(0, await fill(handle, bytes, offset));
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
