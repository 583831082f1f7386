/** The exponential function of float32, and what is made of it, four elements at a time. */
import { assembleModule, type Code, f32x4, f64x2, FunctionBuilder, i32, i32x4, i64x2, type Local, v128 } from './assembler.js';
import { Constants } from './constants.js';
import { byHalves } from './halves.js';

/** Beyond this the result is 0 or infinite in float32. */
const limit = 150;
/** 1 / n! from n = 10 down: exp(r) for |r| <= ln 2 / 2 to 2e-13 of it. */
const series = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => 1 / Array.from({ length: n }, (_, i) => i + 1).reduce((product, factor) => product * factor, 1));
const exponentBias = 1023;
const mantissaBits = 52;
const vectorBytes = 16;

/**
 * exp of float64 lanes as 2^k exp(r) with |r| <= ln 2 / 2: far more exact than float32, to which it is rounded once. A NaN goes through all of it.
 */
function exponential(f: FunctionBuilder, constants: Constants, x: Code): Code {
  const inside = f.vector(f64x2.min(f64x2.max(x, constants.double(-limit)), constants.double(limit)));
  const k = f.vector(f64x2.nearest(f64x2.mul(inside, constants.double(Math.LOG2E))));
  const r = f.vector(f64x2.sub(inside, f64x2.mul(k, constants.double(Math.LN2))));
  const [leading, ...rest] = series;
  const sum = f.variable('v128', constants.double(leading!));
  for (const coefficient of rest) f.emit(sum.set(f64x2.add(f64x2.mul(sum.get, r), constants.double(coefficient))));
  const biased = i64x2.add(i64x2.fromLower(i32x4.fromDoubles(k)), constants.long(exponentBias));
  return f64x2.mul(sum.get, i64x2.shiftLeft(biased, mantissaBits));
}

const exponential32 = (f: FunctionBuilder, constants: Constants, x: Code): Code => byHalves([x], (wide) => f32x4.demote(exponential(f, constants, wide!)));

/** Runs `body` for the address of each vector from `start` up to `end`. */
function eachVector(f: FunctionBuilder, start: Code, end: Code, body: (address: Code) => void): void {
  const place: Local = f.variable('i32', start);
  f.repeat(() => {
    body(place.get);
    f.emit(place.set(i32.add(place.get, i32.const(vectorBytes))));
    return i32.lessUnsigned(place.get, end);
  });
}

/** A function of (first byte, byte after the last) that replaces elements by their exponentials. */
function makeExp(constants: Constants): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32']);
  const [start, end] = [f.parameter(0).get, f.parameter(1).get];
  eachVector(f, start, end, (address) => f.emit(v128.store(address, exponential32(f, constants, f.vector(v128.load(address))))));
  return f;
}

/** A function of (first byte, byte after the last) that replaces a row by exp(x - max) / sum; the sum is one of float64. */
function makeSoftmax(constants: Constants): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32']);
  const [start, end] = [f.parameter(0).get, f.parameter(1).get];
  const top = f.variable('v128', v128.load(start));
  eachVector(f, start, end, (address) => f.emit(top.set(f32x4.max(top.get, v128.load(address)))));
  for (const order of [[2, 3, 0, 1], [1, 0, 3, 2]]) f.emit(top.set(f32x4.max(top.get, v128.words(top.get, order))));
  const sum = f.variable('v128', constants.double(0));
  eachVector(f, start, end, (address) => {
    const power = f.vector(exponential32(f, constants, f.vector(f32x4.sub(v128.load(address), top.get))));
    f.emit(v128.store(address, power));
    f.emit(sum.set(f64x2.add(sum.get, f64x2.add(f64x2.promote(power), f64x2.promote(v128.upper(power, power))))));
  });
  const whole = f.vector(f32x4.demote(f64x2.add(sum.get, v128.words(sum.get, [2, 3, 0, 1]))));
  const total = f.vector(v128.words(whole, [0, 0, 0, 0]));
  eachVector(f, start, end, (address) => f.emit(v128.store(address, f32x4.div(v128.load(address), total))));
  return f;
}

export type ExponentialFunction = 'exp' | 'softmax';

/** A module with both functions; its constants must stand at the beginning of its memory of `pages` of 64 KiB. */
export function makeExponentialModule(pages: number): { readonly code: Uint8Array<ArrayBuffer>; readonly constants: Uint8Array<ArrayBuffer> } {
  const constants = new Constants(0);
  const functions = { exp: makeExp(constants), softmax: makeSoftmax(constants) };
  return { code: assembleModule(pages, functions), constants: constants.bytes };
}
