/** Bytes that are read a part at a time: a file larger than memory, a part of the web, or a buffer. */
export interface ByteSource {
  /** In bytes; a whole number up to 2^53, so that files of more than 4 GiB have one. */
  readonly size: number;
  /** The `length` bytes from `offset` on, fewer where it ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Gives back what the source holds, such as an open file. */
  close?(): Promise<void>;
}

/** A buffer as a source; what is read shares its memory. */
export const bufferSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});
