/**
 * Gamma samples of known keys and shapes, element by element: each searches on its own, where the program in `gamma.ts` has all elements
 * go on until the last is done. Every step rounds as there, so that the samples have the same bits.
 */
import { erfInv32, erfInv64, fma32, log1p32, log32 } from '../kernels/exact-math.js';
import { threefryKernel } from '../kernels/threefry.js';
import { belowOne } from './float-format.js';
import { unit32, unit64 } from './draw.js';

export type GammaKind = 'gamma' | 'loggamma';

/** Arithmetic of a dtype. The samples are made of the two words of a block. */
interface Arithmetic {
  readonly round: (x: number) => number;
  readonly log: (x: number) => number;
  readonly log1p: (x: number) => number;
  readonly uniform: (word0: number, word1: number) => number;
  readonly normal: (word0: number, word1: number) => number;
}

const sqrt2Single = Math.fround(Math.SQRT2);

const arithmetics: { readonly [D in 'float32' | 'float64']: Arithmetic } = {
  float32: {
    round: Math.fround,
    log: log32,
    log1p: log1p32,
    uniform: (word0, word1) => unit32(word0 ^ word1),
    normal: (word0, word1) => Math.fround(sqrt2Single * erfInv32(fma32(unit32(word0 ^ word1), 2, -belowOne('float32')))),
  },
  float64: {
    round: (x) => x,
    log: Math.log,
    log1p: Math.log1p,
    uniform: unit64,
    normal: (word0, word1) => Math.SQRT2 * erfInv64(unit64(word0, word1) * 2 - belowOne('float64')),
  },
};

/** The blocks 0, 1 and 2 of a key. */
class Blocks {
  readonly words0: Uint32Array = new Uint32Array(3);
  readonly words1: Uint32Array = new Uint32Array(3);
  private readonly key0 = { words: new Uint32Array(1), stride: 0 } as const;
  private readonly key1 = { words: new Uint32Array(1), stride: 0 } as const;
  private readonly high = { words: new Uint32Array(1), stride: 0 } as const;
  private readonly low = { words: Uint32Array.of(0, 1, 2), stride: 1 } as const;

  encrypt(word0: number, word1: number, count: number): void {
    this.key0.words[0] = word0;
    this.key1.words[0] = word1;
    threefryKernel(this.key0, this.key1, this.high, this.low, count, this.words0, this.words1);
  }
}

/** Samples for each of the shapes `a`, with the key at the same place of `keys` (two words each). */
export function drawGamma(kind: GammaKind, dtype: 'float32' | 'float64', keys: Uint32Array, a: Float32Array | Float64Array): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  const samples = dtype === 'float32' ? new Float32Array(a.length) : new Float64Array(a.length);
  const arithmetic = arithmetics[dtype];
  const blocks = new Blocks();
  for (let i = 0; i < a.length; i++) samples[i] = drawOne(kind, arithmetic, blocks, keys[2 * i]!, keys[2 * i + 1]!, a[i]!);
  return samples;
}

function drawOne(kind: GammaKind, arithmetic: Arithmetic, blocks: Blocks, key0: number, key1: number, a: number): number {
  const { round, log, log1p, uniform } = arithmetic;
  const isLarge = a >= 1;
  const d = round((isLarge ? a : round(a + 1)) - round(1 / 3));
  blocks.encrypt(key0, key1, 2);
  const [boost0, boost1] = [blocks.words0[1]!, blocks.words1[1]!];
  const v = searchCube(arithmetic, blocks, d);
  if (isLarge) return kind === 'gamma' ? round(d * v) : round(log(d) + log(v));
  blocks.encrypt(boost0, boost1, 1);
  const u = uniform(blocks.words0[0]!, blocks.words1[0]!);
  const power = round(1 / a);
  if (kind === 'gamma') return round(round(d * v) * (u === 0 ? 1 : round(Math.pow(round(1 - u), power))));
  const logarithm = log1p(-u);
  return round(round(log(d) + log(v)) + (logarithm === 0 ? 0 : round(logarithm * power)));
}

/** The accepted (1 + c x)^3, from the key in block 0. */
function searchCube({ round, log, uniform, normal }: Arithmetic, blocks: Blocks, d: number): number {
  const { words0, words1 } = blocks;
  const c = round(round(1 / 3) / round(Math.sqrt(d)));
  const squeeze = round(0.0331);
  let [key0, key1] = [words0[0]!, words1[0]!];
  let [xSquared, v, u] = [0, 1, 2];
  while (u >= round(1 - round(round(xSquared * xSquared) * squeeze)) && log(u) >= round(round(xSquared * 0.5) + round(d * round(round(1 - v) + log(v))))) {
    blocks.encrypt(key0, key1, 3);
    key0 = words0[0]!;
    key1 = words1[0]!;
    let [from0, from1] = [words0[1]!, words1[1]!];
    const [uniform0, uniform1] = [words0[2]!, words1[2]!];
    let x = 0;
    v = -1;
    while (v <= 0) {
      blocks.encrypt(from0, from1, 2);
      from0 = words0[0]!;
      from1 = words1[0]!;
      blocks.encrypt(words0[1]!, words1[1]!, 1);
      x = normal(words0[0]!, words1[0]!);
      v = round(1 + round(x * c));
    }
    xSquared = round(x * x);
    v = round(round(v * v) * v);
    blocks.encrypt(uniform0, uniform1, 1);
    u = uniform(words0[0]!, words1[0]!);
  }
  return v;
}
