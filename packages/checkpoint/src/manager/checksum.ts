import type { ByteSource } from '../source/source.js';
import { blocksOf, joined } from '../storage/parts.js';

declare const crypto: { readonly subtle: { digest(algorithm: 'SHA-256', bytes: Uint8Array): Promise<ArrayBuffer> } };

/** How many bytes are handed to the digest at once: a copy of a millisecond, while the digest itself is computed beside the program. */
export const checksumBlock = 2 ** 22;

const hexadecimal = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/**
 * The SHA-256 of the SHA-256 digests of blocks, in hexadecimal digits. Blocks, since browsers digest no stream: the SHA-256 of the whole would
 * need one buffer of it all, made while everything else waits.
 * @throws the reason of `signal`
 */
export async function checksumOfBlocks(blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<string> {
  const digests: Uint8Array[] = [];
  for await (const block of blocks) {
    signal?.throwIfAborted();
    digests.push(await sha256(block));
  }
  return hexadecimal(await sha256(joined(digests)));
}

/** The checksum of a file in parts, by blocks of `size` bytes. */
export const checksumOf = (parts: readonly Uint8Array[], size: number, signal?: AbortSignal): Promise<string> => checksumOfBlocks(blocksOf(parts, size), signal);

/** The checksum of a source, read block by block. */
export const checksumOfSource = (source: ByteSource, size: number): Promise<string> => checksumOfBlocks(blocksOfSource(source, size));

async function* blocksOfSource(source: ByteSource, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < source.size; at += size) yield await source.read(at, Math.min(size, source.size - at));
}

/** The SHA-256 of the whole, which records without a size of blocks have. */
export const wholeChecksumOf = async (source: ByteSource): Promise<string> => hexadecimal(await sha256(await source.read(0, source.size)));
