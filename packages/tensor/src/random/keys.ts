import { isInteger } from '../dtype/dtype.js';
import { ArgumentError, DtypeError, ShapeError } from '../errors/errors.js';
import { threefryKernel } from '../kernels/threefry.js';
import { convert } from '../ops/operand.js';
import { concatenate, expandDims, reshape, stack } from '../ops/shape.js';
import { formatShape, formatSpec, sizeOf, type Shape } from '../shape/shape.js';
import { requireShape, scalar, tensor } from '../tensor/create.js';
import { concrete, Tensor } from '../tensor/tensor.js';
import { isDrawable, requireKey } from './arguments.js';
import { InvalidKeyError } from './invalid-key-error.js';
import { encrypt, forEachChunk, randomWords } from './words.js';

const zero = new Uint32Array(1);

/** The low 32 bits of an integer. @throws ArgumentError if it is not one that JavaScript holds exactly. */
function lowWord(operation: string, argument: string, value: number | bigint): number {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
    throw new ArgumentError(operation, argument, `must be a whole number below 2^53 in size (or a bigint), found ${String(value)}`);
  }
  return Number(BigInt.asUintN(32, BigInt(value)));
}

/** An integer scalar as a uint32 one: its low 32 bits. */
function lowWordOf(operation: string, argument: string, value: number | bigint | Tensor): Tensor {
  if (!(value instanceof Tensor)) return scalar(lowWord(operation, argument, value), 'uint32');
  if (!isInteger(value.dtype)) throw new DtypeError(operation, [value.dtype], `\`${argument}\` must be an integer`);
  if (value.rank !== 0) throw new ShapeError(operation, [formatShape(value.shape)], `\`${argument}\` must be a scalar; map over it with \`vmap\``);
  return convert(value, 'uint32');
}

const keyOf = (word0: number, word1: number): Tensor => concrete(Uint32Array.of(word0, word1), [2], 'uint32');

/**
 * A key made of a seed (jax.random.key without its 64-bit mode): `[0, seed mod 2^32]`, uint32 of shape (2,).
 * @throws ArgumentError if the seed is not a whole number.
 */
export function key(seed: number | bigint | Tensor): Tensor {
  if (!(seed instanceof Tensor)) return keyOf(0, lowWord('random.key', 'seed', seed));
  return stack([scalar(0, 'uint32'), lowWordOf('random.key', 'seed', seed)]);
}

/** The two words of a key, or of each of an array of keys: uint32 (..., 2). Keys are these words already. */
export function keyData(keys: Tensor): Tensor {
  if (keys instanceof Tensor && keys.dtype === 'uint32' && keys.shape.at(-1) === 2) return keys;
  requireKey('random.keyData', keys);
  return keys;
}

/** A key of its two words (jax.random.wrap_key_data). @throws InvalidKeyError if they are not two uint32 numbers. */
export function wrapKeyData(data: Tensor | Uint32Array<ArrayBuffer> | readonly number[]): Tensor {
  const words = data instanceof Tensor ? data : tensor(data, { dtype: 'uint32' });
  if (words.dtype === 'uint32' && words.shape.at(-1) === 2) return words;
  throw new InvalidKeyError('random.wrapKeyData', formatSpec(words), 'Give its two words: `random.wrapKeyData([0, 42])`.');
}

/** The same key: keys are values, which nothing uses up (jax.random.clone marks a key as unused). */
export function clone(from: Tensor): Tensor {
  requireKey('random.clone', from);
  return from;
}

/**
 * New keys (jax.random.split): uint32 (num, 2), or (...shape, 2) for a shape. Do not use the key that was split again, nor
 * `foldIn` on it: `split(key)[1]` equals `foldIn(key, 1)`.
 * @throws InvalidKeyError, ArgumentError.
 */
export function split(from: Tensor, num: number | Shape = 2): Tensor {
  requireKey('random.split', from);
  const shape = typeof num === 'number' ? [num] : num;
  requireShape('random.split', shape);
  if (!isDrawable(from, shape)) {
    const [word0, word1] = randomWords(from, shape);
    return concatenate([expandDims(word0, -1), expandDims(word1, -1)], -1);
  }
  const count = sizeOf(shape);
  const keys = new Uint32Array(2 * count);
  forEachChunk(from, count, (offset, length, words0, words1) => {
    for (let i = 0; i < length; i++) {
      keys[2 * (offset + i)] = words0[i]!;
      keys[2 * (offset + i) + 1] = words1[i]!;
    }
  });
  return concrete(keys, [...shape, 2], 'uint32');
}

/**
 * A new key of a key and a whole number, of which the low 32 bits count (jax.random.fold_in).
 * @throws InvalidKeyError; ArgumentError, DtypeError or ShapeError if `data` is not a single integer.
 */
export function foldIn(from: Tensor, data: number | bigint | Tensor): Tensor {
  requireKey('random.foldIn', from);
  const low = lowWordOf('random.foldIn', 'data', data);
  if (!from.isTraced && !low.isTraced) return foldInKnown(from, low);
  const [word0, word1] = encrypt(from, scalar(0, 'uint32'), low);
  return concatenate([reshape(word0, [1]), reshape(word1, [1])]);
}

function foldInKnown(from: Tensor, data: Tensor): Tensor {
  const words = from.data() as Uint32Array;
  const folded = new Uint32Array(2);
  const single = (array: Uint32Array) => ({ words: array, stride: 0 }) as const;
  threefryKernel(single(words), single(words.subarray(1)), single(zero), single(data.data() as Uint32Array), 1, folded, folded.subarray(1));
  return concrete(folded, [2], 'uint32');
}
