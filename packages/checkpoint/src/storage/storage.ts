import { FlaxonError } from '@flaxon/tensor';
import { bufferSource, type ByteSource } from '../source/source.js';

/** Named files in one place: a folder, the memory, a browser's private file system. */
export interface CheckpointStorage {
  /** The names of all files. */
  list(): Promise<readonly string[]>;
  /** @throws MissingFileError */
  read(name: string): Promise<Uint8Array>;
  /** A file to be read a part at a time; without this it is read whole. @throws MissingFileError */
  open?(name: string): Promise<ByteSource>;
  /** Writes a file of parts whole or not at all: who reads meanwhile, or after a crash, finds the old one or the new one. */
  write(name: string, parts: readonly Uint8Array[]): Promise<void>;
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>;
}

/** What it takes to read files of a place. */
export type ReadableStorage = Pick<CheckpointStorage, 'read' | 'open'>;

/** A file that is not there. */
export class MissingFileError extends FlaxonError {
  /** The name of the file. */
  readonly file: string;

  constructor(file: string, place: string) {
    super(`${place} has no file \`${file}\`; \`list()\` tells which there are.`);
    this.file = file;
  }
}

/** A file of `storage` as a source. @throws MissingFileError */
export const openFile = async (storage: ReadableStorage, name: string): Promise<ByteSource> =>
  storage.open === undefined ? bufferSource(await storage.read(name)) : storage.open(name);
