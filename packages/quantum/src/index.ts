/** Neural quantum states with NetKet's names. */
export { arDirectSample, arDirectSampleLogProb, batchChoice, sampleDirectly, type DirectSample, type DirectSampleOptions, type KeyOptions } from './autoregressive/sampler.js';
export { isingGroundStateEnergy } from './ising/ground-state.js';
export { isingBonds, isingConnected, type Connected, type IsingOptions } from './ising/hamiltonian.js';
export { expectation, isingExpectation, isingLocalEnergy, isingModelLocalEnergy, localEnergy, probabilities, tabulated, type Expectation, type IsingModelOptions, type LogPsi, type WaveFunction } from './ising/local-energy.js';
export * as models from './models/index.js';
export { vmcFullSum, vmcSampled, type StochasticReconfiguration, type VmcOptions, type VmcStep } from './vmc/step.js';
