/** Functions of whole rows of float32 numbers: softmax and normalisation by the statistics of the row. */
import { type Code, f32x4, f64x2, FunctionBuilder, i32, i32x4, type Local, v128 } from './assembler.js';
import type { Constants } from './constants.js';

const vectorBytes = 16;

/** Here and below exp is taken for zero: the power of two that it rounds to, 2^-127, has the bits of zero. */
const least = -88;
/** ln 2 in two parts: the product of the first with a whole number of few bits is exact. */
const ln2High = 0.693359375;
const ln2Low = -2.12194440e-4;
/** (exp(r) - 1) / r for |r| <= ln 2 / 2, leading coefficient first: the polynomial through its values at Chebyshev's points, 1.1e-8 from it at most. */
const series = [0.0013933649752289057, 0.00836915522813797, 0.04166646674275398, 0.16666504740715027, 0.5, 1];
const mantissaBits = 23;
/** Adding it leaves a whole number in the lowest bits, rounded to nearest; subtracting it again gives the number. */
const rounder = 1.5 * 2 ** mantissaBits;
/** 1 as bits. */
const oneBits = 127 * 2 ** mantissaBits;

/**
 * exp of vectors of numbers that are at most 0, to 1.3 units in the last place: 2^k (1 + r p(r)), with the power of two inside of the sum. A NaN goes
 * through. Step by step for all vectors, so that none waits for another, with the constants read once, where this is called: 3.3 ns a vector, against 5.3 for
 * one vector after the other with constants from memory.
 */
function exponentialBelowOne(f: FunctionBuilder, constants: Constants): (xs: readonly Code[]) => Code[] {
  const hold = (value: number): Code => f.vector(constants.single(value));
  const [lowest, perLn2, round, high, low] = [least, Math.LOG2E, rounder, ln2High, ln2Low].map(hold) as [Code, Code, Code, Code, Code];
  const [leading, ...rest] = series.map(hold) as [Code, ...Code[]];
  const one = f.vector(constants.word(oneBits));
  return (xs) => {
    const each = (step: (i: number) => Code): Code[] => xs.map((_, i) => f.vector(step(i)));
    const inside = each((i) => f32x4.largerOrFirst(xs[i]!, lowest));
    const rounded = each((i) => f32x4.add(f32x4.mul(inside[i]!, perLn2), round));
    const k = each((i) => f32x4.sub(rounded[i]!, round));
    const near = each((i) => f32x4.sub(inside[i]!, f32x4.mul(k[i]!, high)));
    const r = each((i) => f32x4.sub(near[i]!, f32x4.mul(k[i]!, low)));
    const scale = each((i) => i32x4.add(i32x4.shiftLeft(rounded[i]!, mantissaBits), one));
    const quotient = rest.reduce<readonly Code[]>((sums, coefficient) => each((i) => f32x4.add(f32x4.mul(sums[i]!, r[i]!), coefficient)), xs.map(() => leading));
    const part = each((i) => f32x4.mul(r[i]!, scale[i]!));
    return each((i) => f32x4.add(f32x4.mul(quotient[i]!, part[i]!), scale[i]!));
  };
}

/** Vectors that are worked on side by side where a row is long enough, so that none waits for another. Softmax of 1024 x 1024 takes 1.46, 1.20, 1.20, 1.11 and 1.14 ms with 2 to 6. */
const together = 5;

/** Runs `body` for the addresses of the vectors from `start` up to `end`: some at once while there are as many, then one by one. */
function eachVector(f: FunctionBuilder, start: Code, end: Code, body: (address: Code, offsets: readonly number[]) => void): void {
  const place: Local = f.variable('i32', start);
  const bytes = together * vectorBytes;
  const lastGroup = f.variable('i32', i32.sub(end, i32.const(bytes)));
  const loop = (offsets: readonly number[], goesOn: Code): void => f.repeat(() => {
    body(place.get, offsets);
    f.emit(place.set(i32.add(place.get, i32.const(offsets.length * vectorBytes))));
    return goesOn;
  });
  f.when(i32.lessOrEqual(place.get, lastGroup.get), () => loop(Array.from({ length: together }, (_, i) => i * vectorBytes), i32.lessOrEqual(place.get, lastGroup.get)));
  f.when(i32.lessUnsigned(place.get, end), () => loop([0], i32.lessUnsigned(place.get, end)));
}

/** Runs `body` for each row, which begins and ends at addresses. */
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
/** Terms in pairs. */
function pairwise(of: (a: Code, b: Code) => Code, terms: readonly Code[]): Code {
  if (terms.length === 1) return terms[0]!;
  const half = Math.floor(terms.length / 2);
  return of(pairwise(of, terms.slice(0, half)), pairwise(of, terms.slice(half)));
}
/** Both float64 lanes together, in both lanes. */
const total = (f: FunctionBuilder, sum: Local): Code => f.vector(f64x2.add(sum.get, v128.words(sum.get, [2, 3, 0, 1])));
/** The lower float64 lane rounded, in all float32 lanes. */
const narrow = (f: FunctionBuilder, x: Code): Code => f.vector(v128.words(f.vector(f32x4.demote(x)), [0, 0, 0, 0]));

/** A function of (first byte, rows, bytes of a row) that replaces rows by exp(x - max) (1 / sum); the sum is one of float64, of sums of five numbers. Rows are filled up with -Infinity. */
function makeSoftmax(constants: Constants): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32']);
  const exponentials = exponentialBelowOne(f, constants);
  eachRow(f, f.parameter(0), f.parameter(1), f.parameter(2).get, (start, end) => {
    const top = f.variable('v128', v128.load(start));
    // A NaN that is passed over here comes into the sum.
    eachVector(f, start, end, (address, offsets) => f.emit(top.set(f32x4.largerOrFirst(top.get, pairwise(f32x4.largerOrFirst, offsets.map((offset) => v128.load(address, offset)))))));
    for (const order of [[2, 3, 0, 1], [1, 0, 3, 2]]) f.emit(top.set(f32x4.largerOrFirst(top.get, v128.words(top.get, order))));
    const sum = f.variable('v128', constants.double(0));
    eachVector(f, start, end, (address, offsets) => {
      const powers = exponentials(offsets.map((offset) => f.vector(f32x4.sub(v128.load(address, offset), top.get))));
      offsets.forEach((offset, i) => f.emit(v128.store(address, powers[i]!, offset)));
      f.emit(addWide(sum, f.vector(pairwise(f32x4.add, powers))));
    });
    const share = narrow(f, f64x2.div(constants.double(1), total(f, sum)));
    eachVector(f, start, end, (address, offsets) => offsets.forEach((offset) => f.emit(v128.store(address, f32x4.mul(v128.load(address, offset), share), offset))));
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
    eachVector(f, start, end, (address, offsets) => {
      for (const offset of offsets) {
        const x = f.vector(v128.load(address, offset));
        for (const half of [x, f.vector(v128.upper(x, x))]) {
          const wide = f.vector(f64x2.promote(half));
          if (isCentered) f.emit(sum.set(f64x2.add(sum.get, wide)));
          f.emit(squares.set(f64x2.add(squares.get, f64x2.mul(wide, wide))));
        }
      }
    });
    const mean = f.vector(f64x2.mul(total(f, sum), share));
    const meanSquare = f64x2.mul(total(f, squares), share);
    const variance = isCentered ? f64x2.max(constants.double(0), f64x2.sub(meanSquare, f64x2.mul(mean, mean))) : meanSquare;
    const inverse = narrow(f, f64x2.div(constants.double(1), f64x2.sqrt(f64x2.add(variance, epsilon))));
    const center = narrow(f, mean);
    const [scale, bias] = [f.variable('i32', scales), f.variable('i32', biases)];
    eachVector(f, start, end, (address, offsets) => {
      for (const offset of offsets) {
        const x = v128.load(address, offset);
        const scaled = f32x4.mul(isCentered ? f32x4.sub(x, center) : x, f32x4.mul(inverse, v128.load(scale.get, offset)));
        f.emit(v128.store(address, f32x4.add(scaled, v128.load(bias.get, offset)), offset));
      }
      for (const local of [scale, bias]) f.emit(local.set(i32.add(local.get, i32.const(offsets.length * vectorBytes))));
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
