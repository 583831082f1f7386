import type { Variables } from '@flaxon/core';
import { naturalGradientOfMean } from '@flaxon/optim';
import { full, grad, mul, sub, sum, type Tensor, type Tree } from '@flaxon/tensor';
import { isingConnected } from '../ising/hamiltonian.js';
import { expectation, localEnergy, probabilities, type IsingModelOptions, type LogPsi } from '../ising/local-energy.js';

/** Stochastic reconfiguration, or the natural gradient (NetKet: `SR`; Sorella, 1998). */
export interface StochasticReconfiguration {
  /** What is added to the diagonal of the metric: 0.01 by default. */
  readonly diagShift?: number;
  /**
   * 'dense' (the default) solves for as many unknowns as there are parameters or states, whichever are fewer; 'onTheFly' solves by conjugate
   * gradients, without the matrix of derivatives (NetKet: `QGTOnTheFly`).
   */
  readonly method?: 'dense' | 'onTheFly';
}

export interface VmcOptions extends IsingModelOptions {
  /** In place of the gradient, the natural one. */
  readonly preconditioner?: StochasticReconfiguration;
}

export interface VmcStep {
  /** The mean of the local energies: (). */
  readonly energy: Tensor;
  /** Their variance: (). */
  readonly variance: Tensor;
  /** What an optimizer takes in place of a gradient: a tree like the parameters. */
  readonly update: Tree<Tensor>;
}

/**
 * Energy, variance and gradient of the energy for real parameters, with sums over all states of `basis` (states, sites) (NetKet: `VMC` with a
 * `FullSumState`): with P = |psi|^2 / sum |psi|^2 and the local energies E, the gradient is 2 mean((E - mean E) O), O the derivatives of log psi.
 */
export function vmcFullSum(variables: Variables, basis: Tensor, options: VmcOptions): VmcStep {
  const weights = probabilities(logPsiOf(variables, options)(variables.params as Tree<Tensor>)(basis));
  return step(variables, { states: basis, weights }, options);
}

/** The same with means over samples (samples, sites) of |psi|^2 (NetKet: `VMC` with an `MCState` and exact samples). */
export function vmcSampled(variables: Variables, samples: Tensor, options: VmcOptions): VmcStep {
  const count = samples.shape[0] as number;
  const { dtype } = logPsiOf(variables, options)(variables.params as Tree<Tensor>)(samples);
  return step(variables, { states: samples, weights: full([count], 1 / count, dtype) }, options);
}

const logPsiOf = (variables: Variables, { module }: IsingModelOptions) => (params: Tree<Tensor>): LogPsi => (states) =>
  module.apply({ ...variables, params: params as NonNullable<Variables['params']> }, [states]) as Tensor;

function step(variables: Variables, { states, weights }: { readonly states: Tensor; readonly weights: Tensor }, options: VmcOptions): VmcStep {
  const params = variables.params as Tree<Tensor>;
  const logPsi = logPsiOf(variables, options);
  const energies = localEnergy(logPsi(params), isingConnected(states, options));
  const { mean: energy, variance } = expectation(weights, energies);
  const centred = sub(energies, energy);
  if (options.preconditioner !== undefined) {
    return { energy, variance, update: naturalGradientOfMean((given, at) => logPsi(given)(at), params, states, mul(centred, 2), { weights, ...options.preconditioner }) };
  }
  // The weights sum up to 1, so that what is centred takes the mean of O away by itself.
  const factors = mul(mul(weights, centred), 2);
  return { energy, variance, update: grad((given: Tree<Tensor>) => sum(mul(factors, logPsi(given)(states))))(params) as Tree<Tensor> };
}
