import { joined, MissingFileError, type CheckpointStorage } from './storage.js';

/** What is used of a browser's `FileSystemDirectoryHandle`. */
export interface DirectoryHandle {
  keys(): AsyncIterable<string>;
  getFileHandle(name: string, options?: { readonly create?: boolean }): Promise<{
    getFile(): Promise<{ arrayBuffer(): Promise<ArrayBuffer> }>;
    createWritable(): Promise<{ write(bytes: Uint8Array<ArrayBuffer>): Promise<void>; close(): Promise<void> }>;
  }>;
  removeEntry(name: string): Promise<void>;
}

const isMissing = (error: unknown): boolean => error instanceof Error && error.name === 'NotFoundError';

/**
 * Files of a folder of a browser's private file system: `originPrivateStorage(await navigator.storage.getDirectory())`. What is written replaces the file when
 * it is closed, whole.
 */
export function originPrivateStorage(directory: DirectoryHandle): CheckpointStorage {
  return {
    list: async () => {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names;
    },
    read: async (name) => {
      try {
        const file = await (await directory.getFileHandle(name)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        if (isMissing(error)) throw new MissingFileError(name, 'the private file system');
        throw error;
      }
    },
    write: async (name, parts) => {
      const writable = await (await directory.getFileHandle(name, { create: true })).createWritable();
      await writable.write(joined(parts));
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
