import { random, Tensor } from '@flaxon/tensor';
import { InvalidRngError } from '../errors/rng-errors.js';
import { sha1 } from './sha1.js';

/**
 * How the path of a scope becomes a key. `'flax'` gives Flax's keys bit for bit, and its collisions with them: the path
 * `ab/cdef` and the path `abc/def` are hashed alike. `'separated'` hashes a zero byte before every item (Flax's
 * `flax_fix_rng_separator`), which keeps them apart.
 */
export type KeyDerivation = 'flax' | 'separated';

/** Random keys by stream; a single key is the stream `params`. */
export type Rngs = Tensor | LazyRng | { readonly [stream: string]: Tensor | LazyRng };

const encoder = new TextEncoder();

/** The bytes of a non-negative whole number, big-endian, without leading zeros: none for 0. */
function minimalBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}

/** The first 32 bits of the SHA-1 of a path of names and counts (Flax: `_fold_in_static`). */
export function hashPath(path: readonly (string | number)[], derivation: KeyDerivation = 'flax'): number {
  const bytes: number[] = [];
  for (const item of path) {
    if (derivation === 'separated') bytes.push(0);
    bytes.push(...(typeof item === 'string' ? encoder.encode(item) : minimalBytes(item)));
  }
  return sha1(Uint8Array.from(bytes))[0]!;
}

/** A key and a path of names and counts that is folded into it only when a key is really needed (Flax: `LazyRng`). */
export class LazyRng {
  /** uint32 (2,) */
  readonly key: Tensor;
  readonly suffix: readonly (string | number)[];
  readonly derivation: KeyDerivation;

  constructor(key: Tensor, suffix: readonly (string | number)[] = [], derivation: KeyDerivation = 'flax') {
    this.key = key;
    this.suffix = suffix;
    this.derivation = derivation;
  }

  /** The same key with one more name or count to fold in. */
  with(item: string | number): LazyRng {
    return new LazyRng(this.key, [...this.suffix, item], this.derivation);
  }

  /** The same path over another key. */
  withKey(key: Tensor): LazyRng {
    return new LazyRng(key, this.suffix, this.derivation);
  }

  /** The base key, without the path. */
  withoutSuffix(): LazyRng {
    return new LazyRng(this.key, [], this.derivation);
  }

  /** The key, uint32 (2,). */
  materialize(): Tensor {
    if (this.suffix.length === 0) return this.key;
    return random.foldIn(this.key, hashPath(this.suffix, this.derivation));
  }
}

/** Whether `value` can serve as a key: a tensor uint32 (2,). */
export const isKey = (value: unknown): value is Tensor =>
  value instanceof Tensor && value.dtype === 'uint32' && value.rank === 1 && value.shape[0] === 2;

/** `rngs` as streams. @throws InvalidRngError where it is neither a key nor an object of keys */
export function toStreams(rngs: Rngs | undefined, derivation: KeyDerivation = 'flax'): { [stream: string]: LazyRng } {
  if (rngs === undefined) return {};
  if (rngs instanceof LazyRng || isKey(rngs)) return { params: toLazyRng(rngs, derivation) };
  if (rngs === null || typeof rngs !== 'object' || rngs instanceof Tensor || Array.isArray(rngs)) throw InvalidRngError.notKeys(rngs);
  const streams: { [stream: string]: LazyRng } = {};
  for (const [stream, key] of Object.entries(rngs)) {
    if (!(key instanceof LazyRng) && !isKey(key)) throw InvalidRngError.notKeys(key, stream);
    streams[stream] = toLazyRng(key, derivation);
  }
  return streams;
}

const toLazyRng = (key: Tensor | LazyRng, derivation: KeyDerivation): LazyRng =>
  key instanceof LazyRng ? key : new LazyRng(key, [], derivation);
