import { bufferSource } from '../source/source.js';
import { blocksOf, sizeOfParts, turn } from './parts.js';
import { MissingFileError, type CheckpointStorage } from './storage.js';

/** How much is copied before others have their turn: a few milliseconds. */
const blockSize = 2 ** 21;

/** Files in memory, for tests and for what need not outlive the process. */
export function memoryStorage(): CheckpointStorage {
  const files = new Map<string, Uint8Array>();
  const find = (name: string): Uint8Array => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new MissingFileError(name, 'the memory');
    return bytes;
  };
  return {
    list: async () => [...files.keys()],
    read: async (name) => find(name).slice(),
    open: async (name) => bufferSource(find(name)),
    write: async (name, parts) => {
      const bytes = new Uint8Array(sizeOfParts(parts));
      let at = 0;
      for (const block of blocksOf(parts, blockSize)) {
        bytes.set(block, at);
        at += block.length;
        if (at < bytes.length) await turn();
      }
      files.set(name, bytes);
    },
    remove: async (name) => void files.delete(name),
  };
}
