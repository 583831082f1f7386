export { assignment, assignmentW2Squared } from './assignment.js';
export { amortizedDualLosses, type AmortizedDual, type AmortizedDualLosses } from './amortized-dual.js';
export { conjugateDefaults, conjugatePoint, type ConjugateOptions } from './barzilai-borwein.js';
export { fenchelConjugate, type Conjugate, type ConjugateSolverOptions, type FenchelConjugateOptions, type PotentialModule } from './fenchel-conjugate.js';
export { gaussianMixture, gaussianMixtureSamplers, type GaussianMixtureName, type GaussianMixtureOptions, type GaussianMixtureSamplersOptions, type MixtureOptions } from './gaussian-mixture.js';
export { clipWeights, dualPotentials, neuralDualGradients, type DualLosses, type DualNetworks, type DualParameters, type DualPotentials, type DualPotentialsOptions, type NeuralDualOptions, type PotentialNetwork } from './neural-dual.js';
export { solveAssignment, type SolvedAssignment } from './solve-assignment.js';
export { squaredWasserstein } from './squared-wasserstein.js';
