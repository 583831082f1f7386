import { CheckpointFormatError } from '../errors.js';
import { isJsonObject, parseJson } from '../json.js';
import { isPlainName } from '../storage/plain-name.js';
import type { ByteSource } from '../source/source.js';
import { checksumOfSource, wholeChecksumOf } from './checksum.js';

/** What is known of a checkpoint beside its tree: a small JSON file, which is written last and makes it count. */
export interface CheckpointRecord {
  readonly step: number;
  /** The file with the tree, as Flax writes it. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the SHA-256 digests of the file's blocks, in hexadecimal digits. */
  readonly checksum: string;
  /** The bytes of such a block; where there is none, the checksum is the SHA-256 of the whole file. */
  readonly checksumBlock?: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** What the user wants to keep besides: plain data. */
  readonly metadata: unknown;
}

const utf8 = new TextEncoder();

export const encodeRecord = (record: CheckpointRecord): Uint8Array => utf8.encode(`${JSON.stringify(record, undefined, 2)}\n`);

const isMetrics = (value: unknown): value is Readonly<Record<string, number>> => isJsonObject(value) && Object.values(value).every((metric) => typeof metric === 'number');

/** Smaller blocks would make reading slow. */
const isBlock = (value: unknown): boolean => value === undefined || (Number.isSafeInteger(value) && (value as number) >= 2 ** 12);

/** @throws CheckpointFormatError */
export function decodeRecord(name: string, bytes: Uint8Array): CheckpointRecord {
  const parsed = parseJson('checkpoint', `a record \`${name}\``, bytes);
  const { step, file, checksum, bytes: size, checksumBlock, metrics = {}, metadata = null } = isJsonObject(parsed) ? parsed : {};
  const isRecord = Number.isSafeInteger(step) && typeof file === 'string' && isPlainName(file) && typeof checksum === 'string' && Number.isSafeInteger(size) && isBlock(checksumBlock) && isMetrics(metrics);
  if (!isRecord) throw new CheckpointFormatError('checkpoint', `the record \`${name}\` is not { step, file, bytes, checksum, checksumBlock, metrics, metadata }`);
  return { ...(parsed as CheckpointRecord), metrics, metadata };
}

/** Whether a source has the bytes that the record is of. */
export async function isWhole(record: CheckpointRecord, source: ByteSource): Promise<boolean> {
  if (source.size !== record.bytes) return false;
  const found = record.checksumBlock === undefined ? await wholeChecksumOf(source) : await checksumOfSource(source, record.checksumBlock);
  return found === record.checksum;
}
