/** `erf` of float32 numbers with the bits that XLA gives on an x86 CPU with fused multiply-add. */
import { fma32 } from './fma32.js';
import { float32FromBits } from './log32.js';

const { fround, abs } = Math;

/** From here on erf rounds to 1. */
const erfLimit = float32FromBits(0x407547cb);
// Eigen's rational approximation of erf in x^2.
const erfP0 = fround(0.00022905065861350646);
const erfP1 = fround(0.0034082910107109506);
const erfP2 = fround(0.050955695062380861);
const erfP3 = fround(0.18520832239976145);
const erfP4 = fround(1.128379143519084);
const erfQ0 = fround(-1.1791602954361697e-7);
const erfQ1 = fround(0.000023547966471313185);
const erfQ2 = fround(0.0010179625278914885);
const erfQ3 = fround(0.014070470171167667);
const erfQ4 = fround(0.11098505178285362);
const erfQ5 = fround(0.49746925110067538);

/** The error function. */
export function erf32(x: number): number {
  if (abs(x) >= erfLimit) return x > 0 ? 1 : -1;
  const s = fround(x * x);
  const p = fma32(fma32(fma32(fma32(erfP0, s, erfP1), s, erfP2), s, erfP3), s, erfP4);
  const q = fma32(fma32(fma32(fma32(fma32(fma32(erfQ0, s, erfQ1), s, erfQ2), s, erfQ3), s, erfQ4), s, erfQ5), s, 1);
  return fround(fround(x * p) / q);
}
