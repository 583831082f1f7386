/** Scalar functions that JavaScript lacks, or has with other bits than JAX. */
export { erf32 } from './exact-math/erf32.js';
export { erfInv32, erfInvChunk, erfInvChunkLength } from './exact-math/erf-inv32.js';
export { fma32 } from './exact-math/fma32.js';
export { erf64, erfInv64 } from './exact-math/float64.js';
export { digamma, lgamma } from './exact-math/gamma.js';
export { log1p32, log32 } from './exact-math/log32.js';
