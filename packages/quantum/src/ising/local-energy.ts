import type { Module, Variables } from '@flaxon/core';
import { all, equal, exp, expandDims, mul, reshape, sliceAxis, softmax, square, sub, sum, where, type Tensor } from '@flaxon/tensor';
import { isingConnected, type Connected, type IsingOptions } from './hamiltonian.js';

/** log psi of states: (batch, sites) to (batch). */
export type LogPsi = (states: Tensor) => Tensor;

/** A model of log psi. */
export type WaveFunction = Module & { call(x: Tensor): Tensor };

/**
 * The local energy, sum over connected states x' of H(x, x') exp(log psi(x') - log psi(x)): (...), where the first of the connected
 * states is x itself. `logPsi` is called once for all of them.
 */
export function localEnergy(logPsi: LogPsi, { states, elements }: Connected): Tensor {
  const values = reshape(logPsi(reshape(states, [-1, states.shape.at(-1)!])), elements.shape);
  return sum(mul(elements, exp(sub(values, sliceAxis(values, -1, 0, 1)))), { axis: -1 });
}

/** log psi by a table: `values` (states) of the states of `basis` (states, sites), of which all must be that are asked for. */
export const tabulated = (basis: Tensor, values: Tensor): LogPsi => (states) =>
  sum(where(all(equal(expandDims(states, -2), basis), { axis: -1 }), values, 0), { axis: -1 });

/** The local energies of x: (..., sites) to (...), with log psi given for every state of `basis`. @throws ShapeError, ArgumentError */
export const isingLocalEnergy = (x: Tensor, basis: Tensor, logPsi: Tensor, options: IsingOptions): Tensor =>
  localEnergy(tabulated(basis, logPsi), isingConnected(x, options));

export interface IsingModelOptions extends IsingOptions {
  readonly module: WaveFunction;
}

/** The local energies of x: (..., sites) to (...), with log psi from a model. @throws ShapeError, ArgumentError */
export const isingModelLocalEnergy = (variables: Variables, x: Tensor, { module, ...options }: IsingModelOptions): Tensor =>
  localEnergy((states) => module.apply(variables, [states]) as Tensor, isingConnected(x, options));

/** Mean and variance of a quantity over states: (). */
export interface Expectation {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The probabilities |psi|^2, scaled to the sum 1, of states with log psi (states). */
export const probabilities = (logPsi: Tensor): Tensor => softmax(mul(logPsi, 2));

/** Mean and variance of the energy over |psi|^2, with log psi given for every state of `basis` (states, sites). */
export function isingExpectation(basis: Tensor, logPsi: Tensor, options: IsingOptions): Expectation {
  return expectation(probabilities(logPsi), isingLocalEnergy(basis, basis, logPsi, options));
}

/** Mean and variance of `values` (states) that have the probabilities `weights` (states). */
export function expectation(weights: Tensor, values: Tensor): Expectation {
  const mean = sum(mul(weights, values));
  return { mean, variance: sum(mul(weights, square(sub(values, mean)))) };
}
