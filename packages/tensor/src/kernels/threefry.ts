/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): the block cipher behind
 * JAX's random keys.
 */
import type { Kernel } from './kernel.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';

/** The constant of the key schedule. */
const parity = 0x1bd11bda;

/** The cipher's constants for other executors: groups of four rounds take the rotations of both sets in turn. */
export const threefryParity: number = parity;
export const threefryRotations: readonly (readonly number[])[] = [[13, 15, 26, 6], [17, 29, 16, 24]];

/** Words of a key or a counter: word i is `words[i * stride]`; with stride 0 one word serves all blocks. */
export interface WordStream {
  readonly words: Uint32Array;
  readonly stride: 0 | 1;
}

/**
 * Encrypts `count` counters: block i of (key0, key1; counter0, counter1) goes to `out0[i]` and `out1[i]`. An output may be
 * the array of an operand with stride 1.
 */
export function threefryKernel(
  key0: WordStream,
  key1: WordStream,
  counter0: WordStream,
  counter1: WordStream,
  count: number,
  out0: Uint32Array,
  out1: Uint32Array,
): void {
  const k0s = key0.words;
  const k1s = key1.words;
  const c0s = counter0.words;
  const c1s = counter1.words;
  const k0Stride = key0.stride;
  const k1Stride = key1.stride;
  const c0Stride = counter0.stride;
  const c1Stride = counter1.stride;
  for (let i = 0; i < count; i++) {
    const k0 = k0s[i * k0Stride]! | 0;
    const k1 = k1s[i * k1Stride]! | 0;
    const k2 = k0 ^ k1 ^ parity;
    let x = (c0s[i * c0Stride]! + k0) | 0;
    let y = (c1s[i * c1Stride]! + k1) | 0;

    // Four rounds and a key injection, five times; the rotations alternate between two sets.
    x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k1) | 0; y = (y + k2 + 1) | 0;

    x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + k2) | 0; y = (y + k0 + 2) | 0;

    x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k0) | 0; y = (y + k1 + 3) | 0;

    x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + k1) | 0; y = (y + k2 + 4) | 0;

    x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
    out0[i] = x + k2;
    out1[i] = y + k0 + 5;
  }
}

/** Writes the 64-bit counters `start`, `start + 1`, ... (below 2^53) as high and low words. */
export function fillCounters(start: number, count: number, high: Uint32Array, low: Uint32Array): void {
  for (let i = 0; i < count; i++) {
    const counter = start + i;
    high[i] = counter / 0x100000000;
    low[i] = counter;
  }
}

/** The words of `view` (uint32) repeated as broadcasting to `shape` does, or as a stream of stride 0 where all are one. */
function broadcastWords(words: Uint32Array, from: StaticShape, to: StaticShape): WordStream {
  if (words.length === 1) return { words, stride: 0 };
  if (words.length === sizeOf(to)) return { words, stride: 1 };
  // Axis by axis from the last: `repeated` is the operand with the axes after `axis` broadcast, in blocks of `inner` words.
  const missing = to.length - from.length;
  let repeated = words;
  let inner = 1;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const size = to[axis]!;
    const own = axis >= missing ? from[axis - missing]! : 1;
    if (own !== size) {
      const wider = new Uint32Array(repeated.length * size);
      for (let block = 0; block * inner < repeated.length; block++) {
        const source = repeated.subarray(block * inner, (block + 1) * inner);
        for (let copy = 0; copy < size; copy++) wider.set(source, (block * size + copy) * inner);
      }
      repeated = wider;
    }
    inner *= size;
  }
  return { words: repeated, stride: 1 };
}

/** The kernel of the primitive: broadcasts its four operands, and gives both words of each block. */
export const threefry2x32Kernel: Kernel<'threefry2x32'> = (inputs, _params, outputs) => {
  const { shape } = outputs[0]!;
  const count = sizeOf(shape);
  const [key0, key1, counter0, counter1] = inputs.map((input) => broadcastWords(input.data as Uint32Array, input.shape, shape));
  const out0 = new Uint32Array(count);
  const out1 = new Uint32Array(count);
  threefryKernel(key0!, key1!, counter0!, counter1!, count, out0, out1);
  return [out0, out1];
};
