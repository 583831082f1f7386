export { i0, i0e, i1, i1e } from './bessel.js';
export { erfc } from './error-function.js';
export { beta, betaln, comb, factorial, gamma, gammasgn, multigammaln, poch } from './gamma.js';
export { betainc } from './incomplete-beta.js';
export { gammainc, gammaincc, igammaGradA } from './incomplete-gamma.js';
export { boxcox, boxcox1p, entr, klDiv, log1mexp, logit, relEntr, xlog1py, xlogy } from './logarithm.js';
export { erfcx, logNdtr, ndtr, ndtri } from './normal-distribution.js';
export { cbrt } from './roots.js';
export { polygamma, zeta } from './zeta.js';
