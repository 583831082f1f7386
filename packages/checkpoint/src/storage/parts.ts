/** Files in parts: what is in memory already is not copied to be written. */

/** Parts of a file, one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeOfParts(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export const sizeOfParts = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** The same bytes in blocks of `size`, of which the last may be shorter. Each is a copy, which lasts until the next is asked for. */
export function* blocksOf(parts: readonly Uint8Array[], size: number): Generator<Uint8Array<ArrayBuffer>, void> {
  const block = new Uint8Array(Math.min(size, sizeOfParts(parts)));
  let filled = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const count = Math.min(part.length - at, block.length - filled);
      block.set(part.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled === block.length) {
        yield block;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Lets timers, answers and a training step have their turn. */
export const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));
