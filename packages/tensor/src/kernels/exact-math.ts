/** Scalar functions that JavaScript lacks, or has with other bits than JAX. */
export { erf32 } from './exact-math/erf32.js';
export { erfInv32, erfInv32Centre, erfInv32Tail, erfInvChunk, erfInvChunkLength } from './exact-math/erf-inv32.js';
export { fma32 } from './exact-math/fma32.js';
export { erf64, erfInv64 } from './exact-math/float64.js';
export { digamma, lgamma } from './exact-math/gamma.js';
export { log1p32, log1pDenominator32, log1pLimit32, log1pNumerator32, log32, log32Coefficients, log32Ln2, sqrtHalf32, sqrtHalfBits } from './exact-math/log32.js';
