import { blobSource, type BlobLike } from '../source/blob.js';
import type { ByteSource } from '../source/source.js';
import { blocksOf } from './parts.js';
import { MissingFileError, type CheckpointStorage } from './storage.js';

/** What is used of a browser's `FileSystemDirectoryHandle`. */
export interface DirectoryHandle {
  keys(): AsyncIterable<string>;
  getFileHandle(name: string, options?: { readonly create?: boolean }): Promise<{
    getFile(): Promise<BlobLike>;
    createWritable(): Promise<{ write(bytes: Uint8Array<ArrayBuffer>): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
  }>;
  removeEntry(name: string): Promise<void>;
}

/** How much is handed to the browser at once. */
const blockSize = 2 ** 23;

const isMissing = (error: unknown): boolean => error instanceof Error && error.name === 'NotFoundError';

/**
 * Files of a folder of a browser's private file system: `originPrivateStorage(await navigator.storage.getDirectory())`. What is written replaces the file when
 * it is closed, whole.
 */
export function originPrivateStorage(directory: DirectoryHandle): CheckpointStorage {
  const open = async (name: string): Promise<ByteSource> => {
    try {
      return blobSource(await (await directory.getFileHandle(name)).getFile());
    } catch (error) {
      if (isMissing(error)) throw new MissingFileError(name, 'the private file system');
      throw error;
    }
  };
  return {
    list: async () => {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names;
    },
    open,
    read: async (name) => {
      const source = await open(name);
      return source.read(0, source.size);
    },
    write: async (name, parts) => {
      const writable = await (await directory.getFileHandle(name, { create: true })).createWritable();
      try {
        for (const block of blocksOf(parts, blockSize)) await writable.write(block);
      } catch (error) {
        // The file stays what it was.
        await writable.abort();
        throw error;
      }
      await writable.close();
    },
    remove: async (name) => {
      try {
        await directory.removeEntry(name);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
}
