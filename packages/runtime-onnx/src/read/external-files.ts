/** External data on disk (Node only). */
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { ModelFormatError } from '../errors/model-format-error.js';
import { externalPlace } from '../format/external-data.js';
import type { ExternalDataReader } from '../format/tensors.js';

/** @throws ModelFormatError where the file is not there, or where a link leads out of the folder */
function resolved(folder: string, location: string): string {
  // The path itself cannot leave the folder.
  externalPlace({ externalData: [{ key: 'location', value: location }] });
  const [root, path] = (() => {
    try {
      return [realpathSync(folder), realpathSync(join(folder, location))];
    } catch (error) {
      throw new ModelFormatError(`the external file ${JSON.stringify(location)} cannot be read: ${(error as Error).message}`);
    }
  })();
  const inside = relative(root, path);
  if (inside.startsWith('..') || isAbsolute(inside)) throw new ModelFormatError(`the external file ${JSON.stringify(location)} is a link that leaves the folder of the model`);
  // Opening a pipe would wait for someone to write to it.
  if (!statSync(path).isFile()) throw new ModelFormatError(`the external file ${JSON.stringify(location)} is no plain file`);
  return path;
}

/** Reads files below `folder`, a part when it is asked for. */
export function externalFiles(folder: string): ExternalDataReader {
  return (location) => {
    const path = resolved(folder, location);
    const opened = <T>(use: (file: number) => T): T => {
      const file = openSync(path, 'r');
      try {
        return use(file);
      } finally {
        closeSync(file);
      }
    };
    return {
      size: opened((file) => fstatSync(file).size),
      read: (offset, length) =>
        opened((file) => {
          const bytes = new Uint8Array(length);
          for (let done = 0; done < length; ) {
            const count = readSync(file, bytes, done, length - done, offset + done);
            if (count === 0) throw new ModelFormatError(`the external file ${JSON.stringify(location)} ends before byte ${offset + length}`);
            done += count;
          }
          return bytes;
        }),
    };
  };
}
