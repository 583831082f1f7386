/**
 * Samples drawn into an array in one pass, for keys and bounds that are known. Each gives the bits of the composition of
 * primitives in `uniform.ts` and `normal.ts`.
 */
import { erfInv64, erfInvChunk, fma32 } from '../kernels/exact-math.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';
import { concrete, type Tensor } from '../tensor/tensor.js';
import { drawVectors } from './simd/sampler.js';
import { forEachChunk, wordsChunkLength } from './words.js';

const { fround, max, min } = Math;

/** The bounds of a uniform sample. */
export interface Interval {
  readonly minval: number;
  /** maxval - minval, rounded to the dtype; not negative, so that rounding leads to no number below minval. */
  readonly span: number;
}

/** float32 numbers on a grid of 2^-23, from the upper bits of a word. */
export const unit32 = (word: number): number => (word >>> 9) * 2 ** -23;
/** float64 numbers on a grid of 2^-52, from the first word and the upper bits of the second. */
export const unit64 = (word0: number, word1: number): number => word0 * 2 ** -32 + (word1 >>> 12) * 2 ** -52;

export function drawUniform32(key: Tensor, shape: StaticShape, { minval, span }: Interval): Tensor {
  const samples = new Float32Array(sizeOf(shape));
  if (!drawVectors('uniform', key.data() as Uint32Array, [minval, span], samples)) fillUniform32(key, samples, { minval, span });
  return concrete(samples, shape, 'float32');
}

export function fillUniform32(key: Tensor, samples: Float32Array, { minval, span }: Interval): void {
  forEachChunk(key, samples.length, (offset, length, words0, words1) => {
    for (let i = 0; i < length; i++) samples[offset + i] = fma32(unit32(words0[i]! ^ words1[i]!), span, minval);
  });
}

export function drawUniform64(key: Tensor, shape: StaticShape, { minval, span }: Interval): Tensor {
  const samples = new Float64Array(sizeOf(shape));
  forEachChunk(key, samples.length, (offset, length, words0, words1) => {
    for (let i = 0; i < length; i++) samples[offset + i] = unit64(words0[i]!, words1[i]!) * span + minval;
  });
  return concrete(samples, shape, 'float64');
}

/** How a uniform sample becomes one of the normal distribution: `scale * erfInv(u)`, limited to [lower, upper]. */
export interface NormalInterval extends Interval {
  readonly lower: number;
  readonly upper: number;
}

const sqrt2Single = fround(Math.SQRT2);
const uniforms = new Float32Array(wordsChunkLength);

export function drawNormal32(key: Tensor, shape: StaticShape, interval: NormalInterval): Tensor {
  const { minval, span, lower, upper } = interval;
  const samples = new Float32Array(sizeOf(shape));
  if (!drawVectors('normal', key.data() as Uint32Array, [minval, span, lower, upper], samples)) fillNormal32(key, samples, interval);
  return concrete(samples, shape, 'float32');
}

export function fillNormal32(key: Tensor, samples: Float32Array, { minval, span, lower, upper }: NormalInterval): void {
  const isClipped = lower > -Infinity || upper < Infinity;
  forEachChunk(key, samples.length, (offset, length, words0, words1) => {
    for (let i = 0; i < length; i++) uniforms[i] = fma32(unit32(words0[i]! ^ words1[i]!), span, minval);
    const drawn = samples.subarray(offset, offset + length);
    erfInvChunk(uniforms, length, drawn);
    for (let i = 0; i < length; i++) drawn[i] = sqrt2Single * drawn[i]!;
    if (isClipped) for (let i = 0; i < length; i++) drawn[i] = min(upper, max(lower, drawn[i]!));
  });
}

export function drawNormal64(key: Tensor, shape: StaticShape, { minval, span, lower, upper }: NormalInterval): Tensor {
  const samples = new Float64Array(sizeOf(shape));
  forEachChunk(key, samples.length, (offset, length, words0, words1) => {
    for (let i = 0; i < length; i++) {
      const u = unit64(words0[i]!, words1[i]!) * span + minval;
      samples[offset + i] = min(upper, max(lower, Math.SQRT2 * erfInv64(u)));
    }
  });
  return concrete(samples, shape, 'float64');
}
