/** Random numbers with JAX's bits: keys are values, and every function of a key gives the same numbers for the same key. */
export { bernoulli, rademacher, type BernoulliOptions, type RademacherOptions } from './bernoulli.js';
export { binomial, multinomial, type MultinomialOptions } from './binomial.js';
export { bits, type BitsOptions } from './bits.js';
export {
  cauchy, doubleSidedMaxwell, exponential, geometric, laplace, logistic, lognormal, maxwell, pareto, rayleigh, triangular, wald, weibullMin,
  type GeometricOptions, type LognormalOptions,
} from './continuous.js';
export { gamma, loggamma } from './gamma.js';
export { ball, beta, chisquare, dirichlet, f, generalizedNormal, t } from './gamma-family.js';
export { categorical, gumbel, type CategoricalOptions, type GumbelMode, type GumbelOptions } from './gumbel.js';
export { InvalidKeyError } from './invalid-key-error.js';
export { clone, foldIn, key, keyData, split, wrapKeyData } from './keys.js';
export { multivariateNormal, type MultivariateNormalOptions } from './multivariate-normal.js';
export { normal, truncatedNormal } from './normal.js';
export { orthogonal, type OrthogonalOptions } from './orthogonal.js';
export { choice, permutation, type ChoiceOptions, type PermutationOptions } from './permutation.js';
export { poisson, type PoissonOptions } from './poisson.js';
export { randint, type IntegerBound, type RandintOptions } from './randint.js';
export { uniform, type UniformOptions } from './uniform.js';
export type { SampleOptions } from './arguments.js';
