/** Logarithms of float32 vectors, with the operations and roundings of `exact-math/log32.ts`, where the sources of the steps stand. */
import { log1pDenominator32, log1pLimit32, log1pNumerator32, log32Coefficients, log32Ln2, sqrtHalfBits } from '../exact-math.js';
import { type Code, f32x4, f64x2, type FunctionBuilder, i32x4, v128 } from './assembler.js';
import type { Constants } from './constants.js';
import { fma, polynomial } from './fused.js';
import { byHalves } from './halves.js';

const smallestNormal = 2 ** -126;
/** Subnormal numbers times two to this are normal. */
const subnormalShift = 32;

/** `log1pNearZero` of the TypeScript kernels. A product with -1/2 is exact, so that its sum rounds once as it is. */
export function log1pNearZero(f: FunctionBuilder, constants: Constants, x: Code): Code {
  const square = f.vector(f32x4.mul(x, x));
  const numerator = byHalves([x], (wide) => polynomial(constants, log1pNumerator32, wide));
  const denominator = byHalves([x], (wide) => polynomial(constants, log1pDenominator32, wide));
  const rest = f32x4.mul(f32x4.mul(square, x), f32x4.div(numerator, denominator));
  return f32x4.add(x, f32x4.add(f32x4.mul(square, constants.single(-0.5)), rest));
}

/**
 * `logOfNormal` of the TypeScript kernels. A product of an exponent and the upper part of ln 2 is exact. `x` is what it is
 * of times 2^scaledBy.
 */
export function logOfNormal(f: FunctionBuilder, constants: Constants, x: Code, scaledBy: Code = constants.single(0)): Code {
  const step = f.vector(i32x4.shiftRightSigned(i32x4.sub(x, constants.word(sqrtHalfBits)), 23));
  const y = f.vector(f32x4.sub(i32x4.sub(x, i32x4.shiftLeft(step, 23)), constants.single(1)));
  const exponent = f.vector(f32x4.sub(f32x4.fromSigned(step), scaledBy));
  const square = f.vector(f32x4.mul(y, y));
  const cube = f.vector(f32x4.mul(square, y));
  const low = f.vector(f32x4.mul(exponent, constants.single(log32Ln2.low)));
  const cubics = log32Coefficients.map((coefficients) => f.vector(byHalves([y], (wide) => polynomial(constants, coefficients, wide))));
  const tail = byHalves([...cubics, cube, low], (high, middle, last, wideCube, wideLow) => {
    const series = fma(f64x2.promote(fma(high!, wideCube!, middle!)), wideCube!, last!);
    return fma(f64x2.promote(series), wideCube!, wideLow!);
  });
  const head = f32x4.add(f32x4.mul(square, constants.single(-0.5)), y);
  return f32x4.add(f32x4.mul(exponent, constants.single(log32Ln2.high)), f32x4.add(head, tail));
}

/** `log32` of the TypeScript kernels, but for subnormal numbers, of which the last bit may differ. */
export function log(f: FunctionBuilder, constants: Constants, given: Code): Code {
  const x = f.vector(given);
  const zero = constants.single(0);
  const isTiny = f.vector(f32x4.less(x, constants.single(smallestNormal)));
  const scaled = f.vector(v128.select(f32x4.mul(x, constants.single(2 ** subnormalShift)), x, isTiny));
  const scaledBy = f.vector(v128.and(constants.single(subnormalShift), isTiny));
  const finite = f.vector(logOfNormal(f, constants, scaled, scaledBy));
  const upTo = f.vector(v128.select(finite, x, f32x4.less(x, constants.single(Infinity))));
  const above = f.vector(v128.select(constants.single(-Infinity), upTo, f32x4.equal(x, zero)));
  return v128.select(above, constants.single(Number.NaN), f32x4.greaterEqual(x, zero));
}

/** `log1p32` of the TypeScript kernels. */
export function log1p(f: FunctionBuilder, constants: Constants, given: Code): Code {
  const x = f.vector(given);
  const near = f.vector(log1pNearZero(f, constants, x));
  const far = f.vector(log(f, constants, f.vector(f32x4.add(x, constants.single(1)))));
  return v128.select(near, far, f32x4.less(f32x4.abs(x), constants.single(log1pLimit32)));
}
