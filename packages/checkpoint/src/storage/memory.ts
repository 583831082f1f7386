import { joined, MissingFileError, type CheckpointStorage } from './storage.js';

/** Files in memory, for tests and for what need not outlive the process. */
export function memoryStorage(): CheckpointStorage {
  const files = new Map<string, Uint8Array>();
  return {
    list: async () => [...files.keys()],
    read: async (name) => {
      const bytes = files.get(name);
      if (bytes === undefined) throw new MissingFileError(name, 'the memory');
      return bytes.slice();
    },
    write: async (name, parts) => void files.set(name, joined(parts)),
    remove: async (name) => void files.delete(name),
  };
}
