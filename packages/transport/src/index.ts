export { assignment, assignmentW2Squared } from './assignment.js';
export { fenchelConjugate, type Conjugate, type FenchelConjugateOptions, type PotentialModule } from './fenchel-conjugate.js';
export { gaussianMixture, gaussianMixtureSamplers, type GaussianMixtureName, type GaussianMixtureOptions, type GaussianMixtureSamplersOptions, type MixtureOptions } from './gaussian-mixture.js';
export { lbfgs, type LbfgsOptions, type ValueAndGradient } from './lbfgs.js';
