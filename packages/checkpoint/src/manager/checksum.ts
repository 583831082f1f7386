import { blocksOf } from '../storage/parts.js';

declare const crypto: { readonly subtle: { digest(algorithm: 'SHA-256', bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> } };

/** How many bytes are handed to the digest at once: a copy of a millisecond, while the digest itself is computed beside the program. */
export const checksumBlock = 2 ** 22;

const hexadecimal = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/**
 * The SHA-256 of the SHA-256 digests of blocks of `block` bytes, in hexadecimal digits. Blocks, since browsers digest no stream: the SHA-256 of the whole would
 * need one buffer of it all, made while everything else waits.
 * @throws the reason of `signal`
 */
export async function checksumOf(parts: readonly Uint8Array[], block: number, signal?: AbortSignal): Promise<string> {
  const digests: Uint8Array[] = [];
  for (const bytes of blocksOf(parts, block)) {
    signal?.throwIfAborted();
    digests.push(await sha256(bytes));
  }
  const all = new Uint8Array(digests.length * 32);
  for (const [at, digest] of digests.entries()) all.set(digest, at * 32);
  return hexadecimal(await sha256(all));
}

/** The SHA-256 of the whole, which records without a size of blocks have. */
export const wholeChecksumOf = async (bytes: Uint8Array): Promise<string> => hexadecimal(await sha256(bytes.slice()));
