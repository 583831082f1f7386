import type { Tensor } from '@flaxon/tensor';
import type { Value } from '../values.js';
import { applyConvention } from './functions.js';
import { type Library, requireFunction } from './library.js';

/**
 * The arguments of functions of `random` between the key and the options, in JAX's order; `shape` stands among them.
 * Those that are not listed take the shape alone.
 */
const positions: Readonly<Record<string, readonly string[]>> = {
  foldIn: ['data'],
  split: ['num'],
  ball: ['d', 'p', 'shape'],
  bernoulli: ['p', 'shape'],
  beta: ['a', 'b', 'shape'],
  binomial: ['n', 'p', 'shape'],
  categorical: ['logits'],
  chisquare: ['df', 'shape'],
  choice: ['a', 'shape'],
  dirichlet: ['alpha', 'shape'],
  doubleSidedMaxwell: ['loc', 'scale', 'shape'],
  f: ['dfnum', 'dfden', 'shape'],
  gamma: ['a', 'shape'],
  generalizedNormal: ['p', 'shape'],
  geometric: ['p', 'shape'],
  loggamma: ['a', 'shape'],
  multinomial: ['n', 'p'],
  multivariateNormal: ['mean', 'cov', 'shape'],
  orthogonal: ['n', 'shape'],
  pareto: ['b', 'shape'],
  permutation: ['x'],
  poisson: ['lam', 'shape'],
  randint: ['shape', 'minval', 'maxval'],
  rayleigh: ['scale', 'shape'],
  t: ['df', 'shape'],
  triangular: ['left', 'mode', 'right', 'shape'],
  truncatedNormal: ['lower', 'upper', 'shape'],
  wald: ['mean', 'shape'],
  weibullMin: ['scale', 'concentration', 'shape'],
};

/** Calls a function of `random`. `attributes` holds the shape and the dtype too. @throws MissingError. */
export function callRandom(library: Library, name: string, key: Tensor, attributes: Readonly<Record<string, unknown>>): Value {
  if (name === 'key') return key;
  const f = requireFunction([library.tensor], `random.${name}`);
  const after = Object.hasOwn(positions, name) ? positions[name]! : ['shape'];
  return applyConvention(f, { after }, [key], attributes) as Value;
}
