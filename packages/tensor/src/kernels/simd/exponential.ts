/** The exponential function and what is made of it, as instructions on float32 vectors; float64 inside, rounded once. */
import { type Code, f32x4, f64x2, type FunctionBuilder, i64x2, v128 } from './assembler.js';
import type { Constants } from './constants.js';
import { byHalves } from './halves.js';

/** Beyond this the result is 0 or infinite in float32. */
const limit = 150;
/** 1 / n! from n = 10 down: exp(r) for |r| <= ln 2 / 2 to 2e-13 of it. */
const series = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => 1 / Array.from({ length: n }, (_, i) => i + 1).reduce((product, factor) => product * factor, 1));
const mantissaBits = 52;
/** Adding it leaves a whole number in the lowest bits, rounded to nearest; subtracting it again gives the number. */
const rounder = 1.5 * 2 ** mantissaBits;
/** 1 as bits. */
const oneBits = 1023 * 2 ** mantissaBits;

/** c0 x^n + ... + cn of float64 lanes. */
function polynomial(f: FunctionBuilder, constants: Constants, coefficients: readonly number[], x: Code): Code {
  const [leading, ...rest] = coefficients;
  const sum = f.variable('v128', constants.double(leading!));
  for (const coefficient of rest) f.emit(sum.set(f64x2.add(f64x2.mul(sum.get, x), constants.double(coefficient))));
  return sum.get;
}

/**
 * exp of float64 lanes as 2^k exp(r) with |r| <= ln 2 / 2: far more exact than float32, to which it is rounded once. A NaN goes through all of it.
 */
function exponential(f: FunctionBuilder, constants: Constants, x: Code): Code {
  const inside = f.vector(f64x2.smallerOrFirst(f64x2.largerOrFirst(x, constants.double(-limit)), constants.double(limit)));
  const rounded = f.vector(f64x2.add(f64x2.mul(inside, constants.double(Math.LOG2E)), constants.double(rounder)));
  const k = f64x2.sub(rounded, constants.double(rounder));
  const r = f.vector(f64x2.sub(inside, f64x2.mul(k, constants.double(Math.LN2))));
  const power = polynomial(f, constants, series, r);
  return f64x2.mul(power, i64x2.add(i64x2.shiftLeft(rounded, mantissaBits), constants.long(oneBits)));
}

type Function = (f: FunctionBuilder, constants: Constants, x: Code) => Code;

const throughFloat64 = (of: Function): Function => (f, constants, x) => byHalves([x], (wide) => f32x4.demote(of(f, constants, wide!)));

export const exp: Function = throughFloat64(exponential);

/** 1 / (1 + exp(-x)). */
export const sigmoid: Function = throughFloat64((f, constants, x) => {
  const one = constants.double(1);
  return f64x2.div(one, f64x2.add(one, exponential(f, constants, f.vector(f64x2.neg(x)))));
});

/** Nearer to zero than this the quotient of exponentials loses digits; there x - x^3 / 3 + 2 x^5 / 15 - 17 x^7 / 315 is as good. */
const tanhLimit = 2 ** -5;
const tanhSeries = [-17 / 315, 2 / 15, -1 / 3, 1];

/** (exp(2x) - 1) / (exp(2x) + 1). */
export const tanh: Function = throughFloat64((f, constants, given) => {
  const x = f.vector(given);
  const one = constants.double(1);
  const power = f.vector(exponential(f, constants, f.vector(f64x2.add(x, x))));
  const quotient = f.vector(f64x2.div(f64x2.sub(power, one), f64x2.add(power, one)));
  const nearZero = f64x2.mul(x, polynomial(f, constants, tanhSeries, f.vector(f64x2.mul(x, x))));
  return v128.select(nearZero, quotient, f64x2.less(f64x2.abs(x), constants.double(tanhLimit)));
});
