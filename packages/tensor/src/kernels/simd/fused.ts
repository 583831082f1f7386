/** Fused multiply-adds of float32, which WebAssembly's vectors lack: a product and a sum of float64 lanes, two at a time, rounded to float32. */
import { type Code, f32x4, f64x2 } from './assembler.js';
import type { Constants } from './constants.js';

/** a * b + c of float64 lanes, rounded to float32. */
export const fma = (a: Code, b: Code, c: Code): Code => f32x4.demote(f64x2.add(f64x2.mul(a, b), c));

/** The polynomial by Horner's rule; x: float64 lanes. */
export function polynomial(constants: Constants, [leading, next, ...rest]: readonly number[], x: Code): Code {
  const first = leading === 1 ? f32x4.demote(f64x2.add(x, constants.double(next!))) : fma(constants.double(leading!), x, constants.double(next!));
  return rest.reduce((sum, coefficient) => fma(f64x2.promote(sum), x, constants.double(coefficient)), first);
}
