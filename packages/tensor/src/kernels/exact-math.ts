/** Scalar functions that JavaScript lacks, or has with other bits than JAX. */
export { fma32 } from './exact-math/fma32.js';
export { erf32, erfInv32, log1p32, log32 } from './exact-math/float32.js';
export { erf64, erfInv64 } from './exact-math/float64.js';
export { digamma, lgamma } from './exact-math/gamma.js';
