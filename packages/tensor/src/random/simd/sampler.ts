import { instantiate } from '../../kernels/simd/web-assembly.js';
import { chunkLength, makeSamplerModule } from './sampler-module.js';

/** What a call of the module takes before its bounds: the key, the counter of the first sample, and the bytes of the samples. */
type Draw = (key0: number, key1: number, counterHigh: number, counterLow: number, bytes: number, ...bounds: number[]) => void;

interface Sampler {
  readonly samples: Float32Array;
  readonly uniform: Draw;
  readonly normal: Draw;
}

// `undefined` before the first use, null where there is no WebAssembly with vectors, or a page's content security policy forbids it.
let sampler: Sampler | null | undefined;

function makeSampler(): Sampler | null {
  const { code, constants, constantsAt } = makeSamplerModule();
  const made = instantiate<'uniform' | 'normal'>(code);
  if (made === null) return null;
  new Uint8Array(made.memory).set(constants, constantsAt);
  return { samples: new Float32Array(made.memory, 0, chunkLength), ...made.functions };
}

/** Below this many samples the TypeScript kernels are done before the module is there. */
const leastCount = 2048;

/**
 * Fills `out` with samples of the blocks 0, 1, ... of a key, and tells whether it could: the kernels in TypeScript give the same bits
 * elsewhere. Bounds: of the uniform numbers the lower one and the span; for `normal` also those of the samples.
 */
export function drawVectors(kind: 'uniform' | 'normal', key: Uint32Array, bounds: readonly number[], out: Float32Array): boolean {
  if (out.length < leastCount) return false;
  if (sampler === undefined) sampler = makeSampler();
  if (sampler === null) return false;
  const { samples } = sampler;
  for (let offset = 0; offset < out.length; offset += chunkLength) {
    const length = Math.min(chunkLength, out.length - offset);
    sampler[kind](key[0]!, key[1]!, Math.floor(offset / 2 ** 32), offset, 16 * Math.ceil(length / 4), ...bounds);
    out.set(length === chunkLength ? samples : samples.subarray(0, length), offset);
  }
  return true;
}
