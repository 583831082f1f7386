import type { Dtype } from '../dtype/dtype.js';
import { DtypeError } from '../errors/errors.js';
import { bitwiseAnd, bitwiseOr, bitwiseXor, leftShift } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import { sizeOf, type Shape, type StaticShape } from '../shape/shape.js';
import { requireDtypeName, requireShape, scalar } from '../tensor/create.js';
import { concrete, type Tensor } from '../tensor/tensor.js';
import { isDrawable, requireKey } from './arguments.js';
import { forEachChunk, randomWords } from './words.js';

type BitsDtype = 'uint8' | 'uint16' | 'uint32' | 'uint64';
const bitsDtypes: readonly Dtype[] = ['uint8', 'uint16', 'uint32', 'uint64'];

export interface BitsOptions {
  /** An unsigned integer dtype, uint32 by default. */
  readonly dtype?: Dtype | undefined;
}

/**
 * Uniform random bits (jax.random.bits). The 32-bit word of a block is the exclusive or of its two words, smaller integers
 * are its low bits; 64-bit ones are both words, the first one high.
 * @throws InvalidKeyError, ArgumentError, DtypeError if the dtype is not an unsigned integer.
 */
export function bits(key: Tensor, shape: Shape = [], { dtype = 'uint32' }: BitsOptions = {}): Tensor {
  requireKey('random.bits', key);
  requireShape('random.bits', shape);
  requireDtypeName('random.bits', dtype);
  if (!bitsDtypes.includes(dtype)) throw new DtypeError('random.bits', [dtype], `\`dtype\` must be one of ${bitsDtypes.join(', ')}`);
  return randomBits(key, shape, dtype as BitsDtype);
}

export const randomBits = (key: Tensor, shape: Shape, dtype: BitsDtype): Tensor =>
  isDrawable(key, shape) ? drawBits(key, shape, dtype) : composeBits(key, shape, dtype);

/** `bits` as a composition of primitives. */
function composeBits(key: Tensor, shape: Shape, dtype: BitsDtype): Tensor {
  const [word0, word1] = randomWords(key, shape);
  if (dtype === 'uint64') return bitwiseOr(leftShift(convert(word0, 'uint64'), scalar(32, 'uint64')), convert(word1, 'uint64'));
  const word = bitwiseXor(word0, word1);
  if (dtype === 'uint32') return word;
  return convert(bitwiseAnd(word, scalar(dtype === 'uint8' ? 0xff : 0xffff, 'uint32')), dtype);
}

function drawBits(key: Tensor, shape: StaticShape, dtype: BitsDtype): Tensor {
  const count = sizeOf(shape);
  if (dtype === 'uint64') return concrete(drawPairs(key, count), shape, dtype);
  const samples = dtype === 'uint8' ? new Uint8Array(count) : dtype === 'uint16' ? new Uint16Array(count) : new Uint32Array(count);
  forEachChunk(key, count, (offset, length, words0, words1) => {
    for (let i = 0; i < length; i++) samples[offset + i] = words0[i]! ^ words1[i]!;
  });
  return concrete(samples, shape, dtype);
}

/** 64-bit integers of both words. They are written as 32-bit halves: no BigInt is made. */
function drawPairs(key: Tensor, count: number): BigUint64Array<ArrayBuffer> {
  const samples = new BigUint64Array(count);
  const halves = new Uint32Array(samples.buffer);
  forEachChunk(key, count, (offset, length, words0, words1) => {
    for (let i = 0; i < length; i++) {
      halves[2 * (offset + i)] = words1[i]!;
      halves[2 * (offset + i) + 1] = words0[i]!;
    }
  });
  return samples;
}
