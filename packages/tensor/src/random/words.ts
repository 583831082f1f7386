/**
 * The words behind every sample: block n of a key is the encryption of the counter n, whatever the shape (JAX's
 * `jax_threefry_partitionable`), so a shorter draw is the beginning of a longer one.
 */
import { ArgumentError } from '../errors/errors.js';
import { erfInvChunkLength } from '../kernels/exact-math.js';
import { fillCounters, threefryKernel } from '../kernels/threefry.js';
import { reshape, sliceAxis } from '../ops/shape.js';
import { bind, bindOne } from '../program/bind.js';
import { traceOf } from '../program/trace.js';
import { isStatic } from '../shape/dim.js';
import { dimSizeOf, formatShape, type Shape } from '../shape/shape.js';
import { scalar } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

/** Blocks that are made at a time: their words stay in the processor's first cache. */
export const wordsChunkLength = erfInvChunkLength;
const counterLimit = 2 ** 32;

/** The numbers 0, 1, ... in row-major order. */
function counters(key: Tensor, shape: Shape): Tensor {
  const size = dimSizeOf(shape);
  if (isStatic(size) && size > counterLimit) {
    throw new ArgumentError('random', 'shape', `${formatShape(shape)} has more than 2^32 elements; draw parts of it with keys from \`random.split\``);
  }
  const params = { shape: [size], dtype: 'uint32', axis: 0 } as const;
  // In the key's trace: computed at once, the counters would be a constant in the program as large as the sample.
  const trace = traceOf('random', [key]);
  const flat = trace ? trace.add('iota', [], params, [params])[0]! : bindOne('iota', [], params);
  return reshape(flat, shape);
}

/** Both words of the blocks of `key`: two uint32 tensors of `shape`. */
export function randomWords(key: Tensor, shape: Shape): readonly [Tensor, Tensor] {
  const counter = counters(key, shape);
  return encrypt(key, scalar(0, 'uint32'), counter);
}

/** Threefry of a counter in two words (uint32, any shapes that broadcast). */
export function encrypt(key: Tensor, high: Tensor, low: Tensor): readonly [Tensor, Tensor] {
  const word = (i: number): Tensor => reshape(sliceAxis(key, 0, i, i + 1), []);
  const [out0, out1] = bind('threefry2x32', [word(0), word(1), high, low], {});
  return [out0!, out1!];
}

const high = new Uint32Array(wordsChunkLength);
const low = new Uint32Array(wordsChunkLength);

/**
 * Calls `consume` with the words of blocks 0 to `count` of a concrete key, chunk by chunk: `words0[i]`, `words1[i]` belong to
 * block `offset + i`, for i below `length`. The arrays are used again for the next chunk.
 */
export function forEachChunk(
  key: Tensor,
  count: number,
  consume: (offset: number, length: number, words0: Uint32Array, words1: Uint32Array) => void,
): void {
  const words = key.data() as Uint32Array;
  const key0 = { words: words.subarray(0, 1), stride: 0 } as const;
  const key1 = { words: words.subarray(1, 2), stride: 0 } as const;
  for (let offset = 0; offset < count; offset += wordsChunkLength) {
    const length = Math.min(wordsChunkLength, count - offset);
    fillCounters(offset, length, high, low);
    threefryKernel(key0, key1, { words: high, stride: 1 }, { words: low, stride: 1 }, length, high, low);
    consume(offset, length, high, low);
  }
}
