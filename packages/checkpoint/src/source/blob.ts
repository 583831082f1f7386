import type { ByteSource } from './source.js';

/** What is used of a browser's `Blob` and `File`. */
export interface BlobLike {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** A `Blob` as a source, such as a `File` that somebody chose: nothing is read before it is asked for. */
export const blobSource = (blob: BlobLike): ByteSource => ({
  size: blob.size,
  read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
});
