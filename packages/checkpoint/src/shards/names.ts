/** Names of the files of a model (transformers.utils: `SAFE_WEIGHTS_NAME`, `FLAX_WEIGHTS_NAME` and their kin). */

/** A kind of file that a model may be kept in, in one or in several. */
export interface ModelFiles {
  /** `model`, `flax_model`. */
  readonly name: string;
  /** `safetensors`, `msgpack`. */
  readonly extension: string;
}

/** The one file of a model that is not divided. */
export const wholeName = ({ name, extension }: ModelFiles): string => `${name}.${extension}`;

export const indexName = (files: ModelFiles): string => `${wholeName(files)}.index.json`;

const fiveDigits = (count: number): string => String(count).padStart(5, '0');

/** `model-00001-of-00003.safetensors`. at: from 0 on */
export const shardName = ({ name, extension }: ModelFiles, at: number, count: number): string => `${name}-${fiveDigits(at + 1)}-of-${fiveDigits(count)}.${extension}`;

/** Whether a file is a part of such a model: the whole, a shard or an index. */
export function isFileOf({ name, extension }: ModelFiles, file: string): boolean {
  if (!file.startsWith(name)) return false;
  const rest = file.slice(name.length).replace(/^-\d{5,}-of-\d{5,}(?=\.)/u, '');
  return rest === `.${extension}` || rest === `.${extension}.index.json`;
}
