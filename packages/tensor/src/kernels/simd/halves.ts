import { type Code, f64x2, v128 } from './assembler.js';

/** `of` the lower two lanes of x and then of the upper two, as float64; its results, float32 in the lower lanes, side by side. */
export function byHalves(x: readonly Code[], of: (...wide: Code[]) => Code): Code {
  return v128.lower(of(...x.map((each) => f64x2.promote(each))), of(...x.map((each) => f64x2.promote(v128.upper(each, each)))));
}
