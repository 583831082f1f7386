import { tensor, type Tensor } from '@flaxon/tensor';
import { type CaseKey, keySchema } from '../cases.js';
import { mapEntries } from '../values.js';
import { type Library, requireFunction } from './library.js';

/** What keys of cases are made with. */
export interface KeyContext {
  readonly library: Library;
  /** Whether JAX ran with 64-bit types: then the upper half of a seed is the first word of the key, otherwise lost. */
  readonly x64: boolean;
}

/** The key that a case describes: of a seed or of two words, folded with numbers one after another. */
export function makeKey(key: CaseKey, { library, x64 }: KeyContext): Tensor {
  const foldIn = requireFunction([library.tensor], 'random.foldIn');
  return (key.foldIn ?? []).reduce<unknown>((folded, data) => foldIn(folded, data), baseKey(key, library, x64)) as Tensor;
}

function baseKey(key: CaseKey, library: Library, x64: boolean): unknown {
  if ('data' in key) return keyOfWords(key.data);
  if (!x64) return requireFunction([library.tensor], 'random.key')(key.seed);
  const bits = BigInt.asUintN(64, BigInt(key.seed));
  return keyOfWords([Number(bits >> 32n), Number(bits & 0xffffffffn)]);
}

const keyOfWords = (words: readonly number[]): Tensor => tensor(Uint32Array.from(words), { dtype: 'uint32' });

export const makeKeys = (keys: Readonly<Record<string, CaseKey>>, context: KeyContext): Record<string, Tensor> =>
  mapEntries(keys, (key) => makeKey(key, context));

/** True where an object of a case can only be meant as a key. */
export const isKey = (value: unknown): value is CaseKey => keySchema.safeParse(value).success;
