/** Functions of whole rows of float32 numbers: softmax and normalisation by the statistics of the row. */
import { type Code, f32x4, f64x2, FunctionBuilder, i32, i32x4, type Local, v128 } from './assembler.js';
import type { Constants } from './constants.js';

const vectorBytes = 16;

/** Below this exp is subnormal, and taken for zero. */
const least = -87.33;
/** ln 2 in two parts: the product of the first with a whole number of few bits is exact. */
const ln2High = 0.693359375;
const ln2Low = -2.12194440e-4;
/** exp(r) = 1 + r + r^2 p(r) for |r| <= ln 2 / 2: S. Moshier's Cephes, `expf`, leading coefficient first. */
const series = [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
const mantissaBits = 23;
/** Adding it leaves a whole number in the lowest bits, rounded to nearest; subtracting it again gives the number. */
const rounder = 1.5 * 2 ** mantissaBits;
/** 1 as bits. */
const oneBits = 127 * 2 ** mantissaBits;

/** exp of numbers that are at most 0, to one unit in the last place. */
function exponentialBelowOne(f: FunctionBuilder, constants: Constants, x: Code): Code {
  const inside = f.vector(f32x4.largerOrFirst(x, constants.single(least)));
  const rounded = f.vector(f32x4.add(f32x4.mul(inside, constants.single(Math.LOG2E)), constants.single(rounder)));
  const k = f.vector(f32x4.sub(rounded, constants.single(rounder)));
  const r = f.vector(f32x4.sub(f32x4.sub(inside, f32x4.mul(k, constants.single(ln2High))), f32x4.mul(k, constants.single(ln2Low))));
  const [leading, ...rest] = series;
  const sum = f.variable('v128', constants.single(leading!));
  for (const coefficient of rest) f.emit(sum.set(f32x4.add(f32x4.mul(sum.get, r), constants.single(coefficient))));
  const power = f32x4.add(f32x4.add(f32x4.mul(sum.get, f32x4.mul(r, r)), r), constants.single(1));
  const scale = i32x4.add(i32x4.shiftLeft(rounded, mantissaBits), constants.word(oneBits));
  // A NaN is not below the bound, and goes through.
  return v128.andNot(f32x4.mul(power, scale), f32x4.less(x, constants.single(least)));
}

/** Runs `body` for the address of each vector from `start` up to `end`. */
function eachVector(f: FunctionBuilder, start: Code, end: Code, body: (address: Code) => void): void {
  const place: Local = f.variable('i32', start);
  f.repeat(() => {
    body(place.get);
    f.emit(place.set(i32.add(place.get, i32.const(vectorBytes))));
    return i32.lessUnsigned(place.get, end);
  });
}

/** Runs `body` for each row, which begins and ends at addresses; `more` moves on what else goes from row to row. */
function eachRow(f: FunctionBuilder, first: Local, rows: Local, rowBytes: Code, body: (start: Code, end: Code) => void): void {
  f.repeat(() => {
    const end = f.variable('i32', i32.add(first.get, rowBytes));
    body(first.get, end.get);
    f.emit(first.set(end.get));
    f.emit(rows.set(i32.sub(rows.get, i32.const(1))));
    return rows.get;
  });
}

/** Adds the four lanes of float32 numbers to two sums of float64. */
const addWide = (sum: Local, x: Code): Code => sum.set(f64x2.add(sum.get, f64x2.add(f64x2.promote(x), f64x2.promote(v128.upper(x, x)))));
/** Both float64 lanes together, in both lanes. */
const total = (f: FunctionBuilder, sum: Local): Code => f.vector(f64x2.add(sum.get, v128.words(sum.get, [2, 3, 0, 1])));
/** The lower float64 lane rounded, in all float32 lanes. */
const narrow = (f: FunctionBuilder, x: Code): Code => f.vector(v128.words(f.vector(f32x4.demote(x)), [0, 0, 0, 0]));

/** A function of (first byte, rows, bytes of a row) that replaces rows by exp(x - max) / sum; the sum is one of float64. Rows are filled up with -Infinity. */
function makeSoftmax(constants: Constants): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32']);
  eachRow(f, f.parameter(0), f.parameter(1), f.parameter(2).get, (start, end) => {
    const top = f.variable('v128', v128.load(start));
    // A NaN that is passed over here comes into the sum.
    eachVector(f, start, end, (address) => f.emit(top.set(f32x4.largerOrFirst(top.get, v128.load(address)))));
    for (const order of [[2, 3, 0, 1], [1, 0, 3, 2]]) f.emit(top.set(f32x4.largerOrFirst(top.get, v128.words(top.get, order))));
    const sum = f.variable('v128', constants.double(0));
    eachVector(f, start, end, (address) => {
      const power = f.vector(exponentialBelowOne(f, constants, f.vector(f32x4.sub(v128.load(address), top.get))));
      f.emit(v128.store(address, power));
      f.emit(addWide(sum, power));
    });
    const whole = narrow(f, total(f, sum));
    eachVector(f, start, end, (address) => f.emit(v128.store(address, f32x4.div(v128.load(address), whole))));
  });
  return f;
}

/**
 * A function of (first byte, rows, bytes of a row, the address of 1 / columns and epsilon in float64, scales, biases) that replaces rows by
 * (x - mean) (scale / sqrt(variance + epsilon)) + bias, with the mean of x, or without (then the variance is the mean of squares). Sums are of float64. Rows are
 * filled up with zeros.
 */
function makeNormalization(constants: Constants, isCentered: boolean): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [numbers, scales, biases] = [f.parameter(3).get, f.parameter(4).get, f.parameter(5).get];
  const share = f.vector(v128.load64Splat(numbers));
  const epsilon = f.vector(v128.load64Splat(numbers, 8));
  eachRow(f, f.parameter(0), f.parameter(1), f.parameter(2).get, (start, end) => {
    const [sum, squares] = [f.variable('v128', constants.double(0)), f.variable('v128', constants.double(0))];
    eachVector(f, start, end, (address) => {
      const x = f.vector(v128.load(address));
      for (const half of [x, f.vector(v128.upper(x, x))]) {
        const wide = f.vector(f64x2.promote(half));
        if (isCentered) f.emit(sum.set(f64x2.add(sum.get, wide)));
        f.emit(squares.set(f64x2.add(squares.get, f64x2.mul(wide, wide))));
      }
    });
    const mean = f.vector(f64x2.mul(total(f, sum), share));
    const meanSquare = f64x2.mul(total(f, squares), share);
    const variance = isCentered ? f64x2.max(constants.double(0), f64x2.sub(meanSquare, f64x2.mul(mean, mean))) : meanSquare;
    const inverse = narrow(f, f64x2.div(constants.double(1), f64x2.sqrt(f64x2.add(variance, epsilon))));
    const center = narrow(f, mean);
    const [scale, bias] = [f.variable('i32', scales), f.variable('i32', biases)];
    eachVector(f, start, end, (address) => {
      const x = v128.load(address);
      const scaled = f32x4.mul(isCentered ? f32x4.sub(x, center) : x, f32x4.mul(inverse, v128.load(scale.get)));
      f.emit(v128.store(address, f32x4.add(scaled, v128.load(bias.get))));
      for (const local of [scale, bias]) f.emit(local.set(i32.add(local.get, i32.const(vectorBytes))));
    });
  });
  return f;
}

export type RowFunction = 'softmax' | 'layerNorm' | 'rmsNorm';

export const makeRowFunctions = (constants: Constants): Readonly<Record<RowFunction, FunctionBuilder>> => ({
  softmax: makeSoftmax(constants),
  layerNorm: makeNormalization(constants, true),
  rmsNorm: makeNormalization(constants, false),
});
