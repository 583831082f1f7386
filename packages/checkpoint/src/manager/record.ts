import { CheckpointFormatError } from '../errors.js';

/** What is known of a checkpoint beside its tree: a small JSON file, which is written last and makes it count. */
export interface CheckpointRecord {
  readonly step: number;
  /** The file with the tree, as Flax writes it. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of that file, in hexadecimal digits. */
  readonly checksum: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** What the user wants to keep besides: plain data. */
  readonly metadata: unknown;
}

const utf8 = new TextEncoder();

export const encodeRecord = (record: CheckpointRecord): Uint8Array => utf8.encode(`${JSON.stringify(record, undefined, 2)}\n`);

/** @throws CheckpointFormatError */
export function decodeRecord(name: string, bytes: Uint8Array): CheckpointRecord {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new CheckpointFormatError('checkpoint', `the record \`${name}\` is no JSON`);
  }
  const record = parsed as CheckpointRecord;
  const isRecord = typeof parsed === 'object' && parsed !== null && Number.isSafeInteger(record.step) && typeof record.file === 'string' && typeof record.checksum === 'string' && Number.isSafeInteger(record.bytes);
  if (!isRecord || record.file.includes('/') || record.file.includes('\\')) throw new CheckpointFormatError('checkpoint', `the record \`${name}\` is not { step, file, bytes, checksum, metrics, metadata }`);
  return { ...record, metrics: record.metrics ?? {}, metadata: record.metadata ?? null };
}

declare const crypto: { readonly subtle: { digest(algorithm: 'SHA-256', bytes: Uint8Array): Promise<ArrayBuffer> } };

/** SHA-256 in hexadecimal digits. */
export async function checksumOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
