import { CheckpointFormatError, type CheckpointFormat } from '../errors.js';
import { isPlainName } from '../storage/plain-name.js';
import { isJsonObject, parseJson } from '../json.js';

/** Which file has which tensor, by the tensor's name. */
export type WeightMap = ReadonlyMap<string, string>;

const utf8 = new TextEncoder();

/** An index as Hugging Face writes it: keys in order, two spaces a level. */
export function encodeIndex(weights: WeightMap, totalBytes: number): Uint8Array {
  const byName = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  return utf8.encode(`${JSON.stringify({ metadata: { total_size: totalBytes }, weight_map: Object.fromEntries(byName) }, undefined, 2)}\n`);
}

/** @throws CheckpointFormatError where it is no index, or names a file outside its folder */
export function decodeIndex(format: CheckpointFormat, bytes: Uint8Array): WeightMap {
  const parsed = parseJson(format, 'an index', bytes);
  const weights = isJsonObject(parsed) ? parsed['weight_map'] : undefined;
  if (!isJsonObject(weights)) throw new CheckpointFormatError(format, 'has an index without a `weight_map`, an object of files by the names of tensors');
  return new Map(
    Object.entries(weights).map(([name, file]) => {
      if (typeof file !== 'string') throw new CheckpointFormatError(format, `has an index in which \`${name}\` has no file`);
      if (!isPlainName(file)) throw new CheckpointFormatError(format, `has an index in which \`${name}\` is in \`${file}\`, which is no file beside it`);
      return [name, file] as const;
    }),
  );
}
