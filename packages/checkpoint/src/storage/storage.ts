import { FlaxonError } from '@flaxon/tensor';

/** Named files in one place: a folder, the memory, a browser's private file system. */
export interface CheckpointStorage {
  /** The names of all files. */
  list(): Promise<readonly string[]>;
  /** @throws MissingFileError */
  read(name: string): Promise<Uint8Array>;
  /** Writes a file of parts whole or not at all: who reads meanwhile, or after a crash, finds the old one or the new one. */
  write(name: string, parts: readonly Uint8Array[]): Promise<void>;
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>;
}

/** A file that is not there. */
export class MissingFileError extends FlaxonError {
  /** The name of the file. */
  readonly file: string;

  constructor(file: string, place: string) {
    super(`${place} has no file \`${file}\`; \`list()\` tells which there are.`);
    this.file = file;
  }
}

/** Parts of a file, one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
