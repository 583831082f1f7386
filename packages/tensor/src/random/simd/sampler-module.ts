/**
 * Uniform and normal float32 samples, four at a time, with the operations and roundings of the kernels in TypeScript (`draw.ts`,
 * `exact-math/erf-inv32.ts`, `exact-math/log32.ts`), where the sources of the steps stand. WebAssembly's vectors have no fused
 * multiply-add, so a step of a polynomial is a product and a sum of float64 lanes, two at a time, rounded to float32.
 */
import { erfInv32Centre, erfInv32Tail, log1pLimit32 } from '../../kernels/exact-math.js';
import { threefryParity, threefryRotations } from '../../kernels/threefry.js';
import { assembleModule, type Code, f32x4, f64x2, FunctionBuilder, i32, i32x4, v128, type ValueType } from '../../kernels/simd/assembler.js';
import { Constants } from '../../kernels/simd/constants.js';
import { fma, polynomial } from '../../kernels/simd/fused.js';
import { byHalves } from '../../kernels/simd/halves.js';
import { log1pNearZero, logOfNormal } from '../../kernels/simd/logarithm.js';

/** Samples of a call, at most. They stand at the beginning of the memory. */
export const chunkLength = 8192;

export interface SamplerModule {
  readonly code: Uint8Array<ArrayBuffer>;
  /** What must stand in memory from byte `constantsAt` on. */
  readonly constants: Uint8Array<ArrayBuffer>;
  readonly constantsAt: number;
}

/**
 * A module with two functions of (key: two words, counter: two words, bytes of samples: a multiple of 16, lower bound, span):
 * `uniform`, and `normal` with the numbers between which its samples are kept.
 */
export function makeSamplerModule(): SamplerModule {
  const constants = new Constants(4 * chunkLength);
  const uniform = makeSampler(constants, ['f32', 'f32'], (f, words) => uniformOf(f, constants, words));
  const normal = makeSampler(constants, ['f32', 'f32', 'f32', 'f32'], (f, words) => normalOf(f, constants, f.vector(uniformOf(f, constants, words))));
  return { code: assembleModule(1, { uniform, normal }), constants: constants.bytes, constantsAt: constants.start };
}

/** A function that stores `sample` of four random words after four. */
function makeSampler(constants: Constants, more: readonly ValueType[], sample: (f: FunctionBuilder, words: Code) => Code): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', ...more]);
  const [key0, key1, high, low, end] = [0, 1, 2, 3, 4].map((i) => f.parameter(i).get) as [Code, Code, Code, Code, Code];
  const keys = [f.vector(i32x4.splat(key0)), f.vector(i32x4.splat(key1))];
  keys.push(f.vector(v128.xor(v128.xor(keys[0]!, keys[1]!), constants.word(threefryParity))));
  const first = f.vector(i32x4.add(i32x4.splat(high), keys[0]!));
  const second = f.variable('v128', i32x4.add(i32x4.add(i32x4.splat(low), constants.lanes()), keys[1]!));
  const place = f.variable('i32', i32.const(0));
  f.repeat(() => {
    f.emit(v128.store(place.get, sample(f, threefry(f, constants, keys, first, second.get))));
    f.emit(second.set(i32x4.add(second.get, constants.word(4))));
    f.emit(place.set(i32.add(place.get, i32.const(16))));
    return i32.lessUnsigned(place.get, end);
  });
  return f;
}

/** Both words of four blocks, combined. x and y: the counters, with the first keys added. */
function threefry(f: FunctionBuilder, constants: Constants, keys: readonly Code[], first: Code, second: Code): Code {
  const x = f.variable('v128', first);
  const y = f.variable('v128', second);
  for (let group = 0; group < 5; group++) {
    for (const count of threefryRotations[group % 2]!) {
      f.emit(x.set(i32x4.add(x.get, y.get)));
      f.emit(y.set(v128.xor(v128.or(i32x4.shiftLeft(y.get, count), i32x4.shiftRightUnsigned(y.get, 32 - count)), x.get)));
    }
    f.emit(x.set(i32x4.add(x.get, keys[(group + 1) % 3]!)));
    f.emit(y.set(i32x4.add(i32x4.add(y.get, keys[(group + 2) % 3]!), constants.word(group + 1))));
  }
  return v128.xor(x.get, y.get);
}

/** Numbers from the upper 23 bits, times the span, plus the lower bound. */
function uniformOf(f: FunctionBuilder, constants: Constants, words: Code): Code {
  const [minval, span] = [f.parameter(5).get, f.parameter(6).get].map((bound) => f64x2.promote(f32x4.splat(bound))) as [Code, Code];
  const unit = f.vector(f32x4.mul(f32x4.fromSigned(i32x4.shiftRightUnsigned(words, 9)), constants.single(2 ** -23)));
  return byHalves([unit], (wide) => fma(wide, span, minval));
}

const sqrt2 = Math.fround(Math.SQRT2);

/** sqrt(2) erfInv(u) within the bounds; u from -1 to 1. */
function normalOf(f: FunctionBuilder, constants: Constants, u: Code): Code {
  const square = f.vector(f32x4.mul(u, u));
  const isNear = f32x4.less(square, constants.single(log1pLimit32));
  const w = f.vector(f32x4.neg(v128.select(log1pNearZero(f, constants, f.vector(f32x4.neg(square))), logOfNormal(f, constants, f.vector(f32x4.sub(constants.single(1), square))), isNear)));
  const t = f.vector(f32x4.sub(w, constants.single(2.5)));
  const factor = f.variable('v128', byHalves([t], (wide) => polynomial(constants, erfInv32Centre, wide)));
  const isFar = f.vector(f32x4.greaterEqual(w, constants.single(5)));
  f.when(v128.anyTrue(isFar), () => {
    const root = f.vector(f32x4.sub(f32x4.sqrt(w), constants.single(3)));
    const tail = byHalves([root], (wide) => polynomial(constants, erfInv32Tail, wide));
    const isEnd = f32x4.greaterEqual(f32x4.abs(u), constants.single(1));
    f.emit(factor.set(v128.select(v128.select(constants.single(Infinity), tail, isEnd), factor.get, isFar)));
  });
  const normal = f32x4.mul(constants.single(sqrt2), f32x4.mul(factor.get, u));
  const [lower, upper] = [f32x4.splat(f.parameter(7).get), f32x4.splat(f.parameter(8).get)];
  return f32x4.min(upper, f32x4.max(lower, normal));
}
