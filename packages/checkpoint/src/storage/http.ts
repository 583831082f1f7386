import { MissingFileError, type ReadableStorage } from './storage.js';
import { httpSource, RangeRequestError, type HttpSourceOptions } from '../source/http.js';
import type { ByteSource } from '../source/source.js';

/**
 * The files below an address, to be read: `openSafetensors(httpStorage('https://huggingface.co/org/model/resolve/main/'))` reads the parts of
 * them that it needs.
 */
export function httpStorage(folder: string, options: HttpSourceOptions = {}): Required<ReadableStorage> {
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  const open = async (name: string): Promise<ByteSource> => {
    try {
      return await httpSource(base + encodeURIComponent(name), options);
    } catch (error) {
      if (error instanceof RangeRequestError && error.status === 404) throw new MissingFileError(name, base);
      throw error;
    }
  };
  return {
    open,
    read: async (name) => {
      const source = await open(name);
      return source.read(0, source.size);
    },
  };
}
