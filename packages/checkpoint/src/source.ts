/** Bytes that are read a part at a time: a file larger than memory, or a buffer. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** The `length` bytes from `offset` on. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A buffer as a source; what is read shares its memory. */
export const bufferSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});
