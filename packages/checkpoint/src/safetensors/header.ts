/** The header of a safetensors file. Source: https://github.com/huggingface/safetensors, section "Format". */
import { bytesPerElement, sizeOf, type Dtype } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { isJsonObject, parseJson } from '../json.js';
import { dtypesByName } from './element-types.js';

export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Where its bytes are, from the end of the header on. */
  readonly start: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A header above this many bytes is refused, as by the reference implementation. */
export const largestHeader = 100_000_000;
/** What stands before the header: its length. */
export const prefixLength = 8;

const fail = (problem: string): never => {
  throw new CheckpointFormatError('safetensors', problem);
};

const isNatural = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** The length of the header that the first eight bytes announce, in a file of `fileSize` bytes. @throws CheckpointFormatError */
export function headerLength(prefix: Uint8Array, fileSize: number): number {
  if (prefix.length < prefixLength) return fail(`is ${fileSize} bytes long, less than the length of a header`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixLength).getBigUint64(0, true);
  if (length > BigInt(largestHeader) || Number(length) > fileSize - prefixLength) return fail(`announces a header of ${length} bytes in a file of ${fileSize}`);
  return Number(length);
}

function entryOf(name: string, value: unknown): TensorEntry {
  const { dtype: typeName, shape, data_offsets: offsets } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  if (typeof typeName !== 'string' || !Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) return fail(`has an entry \`${name}\` that is not { dtype, shape, data_offsets }`);
  const dtype = dtypesByName.get(typeName) ?? fail(`has \`${name}\` of the type ${typeName}, which tensors do not have; convert it before saving`);
  const [start, end] = offsets as readonly unknown[];
  if (!shape.every(isNatural) || !isNatural(start) || !isNatural(end)) return fail(`has \`${name}\` with sizes or offsets that are no whole numbers`);
  const bytes = sizeOf(shape) * bytesPerElement(dtype);
  if (end - start !== bytes) return fail(`has \`${name}\`, ${typeName} of shape [${shape.join(', ')}], in ${end - start} bytes in place of ${bytes}`);
  return { name, dtype, shape, start, end };
}

/** Tensors fill the rest of the file, one after another, without a gap and without sharing a byte. */
function requireCovered(entries: readonly TensorEntry[], dataLength: number): void {
  let at = 0;
  for (const { name, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at) fail(`has \`${name}\` from byte ${start} of its data on, where byte ${at} should be next`);
    at = end;
  }
  if (at !== dataLength) fail(`has ${dataLength} bytes of data, of which its tensors take ${at}`);
}

/** @throws CheckpointFormatError */
export function parseHeader(bytes: Uint8Array, dataLength: number): Header {
  const parsed = parseJson('safetensors', 'a header', bytes);
  if (!isJsonObject(parsed)) return fail('has a header that is no object');
  const { __metadata__: metadata = {}, ...rest } = parsed;
  if (!isJsonObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) return fail('has metadata that is no object of texts');
  const entries = Object.entries(rest).map(([name, value]) => entryOf(name, value));
  requireCovered(entries, dataLength);
  return { entries, metadata: metadata as Readonly<Record<string, string>> };
}
