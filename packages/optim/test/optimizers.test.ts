import { tree, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  adagrad, adam, adamw, addDecayedWeights, applyUpdates, chain, clip, clipByGlobalNorm, cosineDecaySchedule, linearSchedule,
  piecewiseConstantSchedule, rmsprop, scale, scaleByAdam, scaleBySchedule, sgd, type GradientTransformation, type OptimizerState,
} from '../src/index.js';
import { expectClose, optax, tensors, tolerances, type Plain } from './cases/optax.js';

/** By the names in cases/make.py. */
const optimizers: Readonly<Record<string, GradientTransformation>> = {
  sgd: sgd(0.1),
  'sgd with momentum': sgd(0.1, { momentum: 0.9 }),
  'sgd with Nesterov momentum': sgd(0.1, { momentum: 0.8, nesterov: true }),
  adam: adam(0.01),
  'adam with other numbers': adam(0.02, { b1: 0.5, b2: 0.9, eps: 1e-3, epsRoot: 1e-2 }),
  'adam with Nesterov momentum': adam(0.01, { nesterov: true }),
  'adam with a schedule': adam(cosineDecaySchedule({ initValue: 0.05, decaySteps: 4, alpha: 0.1 })),
  adamw: adamw(0.01, { weightDecay: 0.1 }),
  'adamw with a schedule': adamw(linearSchedule({ initValue: 0.1, endValue: 0.01, transitionSteps: 3 })),
  rmsprop: rmsprop(0.01),
  'rmsprop with momentum': rmsprop(0.01, { decay: 0.8, momentum: 0.9, nesterov: true }),
  'rmsprop centered': rmsprop(0.01, { centered: true, initialScale: 1, epsInSqrt: false }),
  'rmsprop with bias correction': rmsprop(0.01, { biasCorrection: true }),
  'rmsprop centered with bias correction': rmsprop(0.01, { centered: true, biasCorrection: true, eps: 1e-3 }),
  adagrad: adagrad(0.1),
  'adagrad from zero without eps': adagrad(0.1, { initialAccumulatorValue: 0, eps: 0 }),
  'clip then sgd': chain(clip(0.5), sgd(0.1)),
  'clipByGlobalNorm then adam': chain(clipByGlobalNorm(1.5), adam(0.01)),
  'addDecayedWeights then sgd': chain(addDecayedWeights(0.01), sgd(0.1, { momentum: 0.9 })),
  scaleByAdam: scaleByAdam({ b2: 0.99 }),
  scale: scale(-0.3),
  scaleBySchedule: scaleBySchedule(piecewiseConstantSchedule({ initValue: 1, boundariesAndScales: { 1: 0.5, 3: 0.1 } })),
};

/** The parameters and the state after all gradients of the cases. */
function train(optimizer: GradientTransformation, dtype: 'float32' | 'float64'): { params: Tree<Tensor>; state: OptimizerState } {
  let params = tensors(optax.params, dtype);
  let state = optimizer.init(params);
  for (const gradient of optax.gradients) {
    const [updates, next] = optimizer.update(tensors(gradient, dtype), state, params);
    [params, state] = [applyUpdates(params, updates), next];
  }
  return { params, state };
}

const isTensor = (value: Plain): boolean => typeof value === 'number' || (Array.isArray(value) && value.length > 0 && value.every(isTensor));

/** `state` with the word `leaf` for each tensor. */
function layoutOf(state: Plain): unknown {
  if (isTensor(state)) return 'leaf';
  return Array.isArray(state) ? state.map(layoutOf) : Object.fromEntries(Object.entries(state).map(([key, value]) => [key, layoutOf(value as Plain)]));
}

const layoutOfTree = (state: OptimizerState): unknown => tree.map((_: Tensor) => 'leaf', state);

/** Optax computes a linear schedule in float32, also next to float64 parameters. */
const toleranceOf = (name: string, dtype: 'float32' | 'float64'): { relative: number; absolute: number } =>
  name === 'adamw with a schedule' && dtype === 'float64' ? { relative: 1e-7, absolute: 1e-8 } : tolerances[dtype];

describe.each(['float32', 'float64'] as const)('Optax in %s', (dtype) => {
  it.each(Object.keys(optax[dtype].optimizers))('%s gives its parameters after five updates', (name) => {
    expectClose(train(optimizers[name]!, dtype).params, optax[dtype].optimizers[name]!.params, toleranceOf(name, dtype));
  });

  it.each(Object.keys(optax[dtype].optimizers))('%s gives its state after five updates', (name) => {
    expectClose(train(optimizers[name]!, dtype).state, optax[dtype].optimizers[name]!.state, tolerances[dtype]);
  });
});

describe('states', () => {
  it.each(Object.keys(optax.float32.optimizers))('%s has the fields of the state in Optax', (name) => {
    expect(layoutOfTree(train(optimizers[name]!, 'float32').state)).toEqual(layoutOf(optax.float32.optimizers[name]!.state));
  });

  it.each(Object.keys(optimizers))('%s keeps the dtypes and the structure of its state, so that a step can be scanned', (name) => {
    const before = optimizers[name]!.init(tensors(optax.params, 'float64'));
    const { state } = train(optimizers[name]!, 'float64');
    const specs = (of: OptimizerState): unknown => tree.map((leaf: Tensor) => `${leaf.dtype}${leaf.shape.join()}`, of);
    expect(specs(state)).toEqual(specs(before));
  });
});
