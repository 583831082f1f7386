import { fileSource } from '../source/file.js';
import type { ByteSource } from '../source/source.js';
import { MissingFileError, type CheckpointStorage } from './storage.js';
import { isUnfinished, removeAbandoned, unfinishedName } from './unfinished.js';

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * Files of a folder, which is made when something is first written (Node). A file is written to a temporary name, brought to the disk (fsync) and renamed; then
 * the folder is brought there too. What processes that were killed have left under temporary names is removed before the first write.
 */
export function fileSystemStorage(folder: string): CheckpointStorage {
  // Loaded where it is used: in a browser the rest of the package has to work.
  const modules = async () => ({ files: await import('node:fs/promises'), path: await import('node:path') });
  let cleared: Promise<void> | undefined;

  const open = async (name: string): Promise<ByteSource> => {
    const { path } = await modules();
    try {
      return await fileSource(path.join(folder, name));
    } catch (error) {
      if (isMissing(error)) throw new MissingFileError(name, `the folder ${folder}`);
      throw error;
    }
  };

  return {
    list: async () => {
      const { files } = await modules();
      try {
        return (await files.readdir(folder)).filter((name) => !isUnfinished(name));
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    open,
    // Not `readFile`, which refuses files above 2 GiB.
    read: async (name) => {
      const source = await open(name);
      try {
        return await source.read(0, source.size);
      } finally {
        await source.close?.();
      }
    },
    write: async (name, parts) => {
      const { files, path } = await modules();
      await files.mkdir(folder, { recursive: true });
      // A save is worth more than room on the disk: what cannot be removed stays.
      await (cleared ??= removeAbandoned(folder).catch(() => undefined));
      const temporary = path.join(folder, await unfinishedName(name));
      try {
        const handle = await files.open(temporary, 'w');
        try {
          for (const part of parts) await handle.writeFile(part);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await files.rename(temporary, path.join(folder, name));
      } catch (error) {
        await files.rm(temporary, { force: true });
        throw error;
      }
      await syncFolder(folder);
    },
    remove: async (name) => {
      const { files, path } = await modules();
      await files.rm(path.join(folder, name), { force: true });
    },
  };
}

/** The name of a file is in its folder, which reaches the disk on its own. Windows does not open folders, and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { open } = await import('node:fs/promises');
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
