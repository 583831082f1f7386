import { tree, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  accumulateGradients, adadelta, adafactor, adagrad, adam, adamax, adamaxw, adamw, addDecayedWeights, amsgrad, applyIfFinite, applyUpdates, chain, clip, clipByGlobalNorm,
  cosineDecaySchedule, ema, injectHyperparams, lamb, lars, linearSchedule, lion, maskedTransform, nadam, nadamw, partition, piecewiseConstantSchedule, radam, rmsprop, scale,
  scaleByAdam, scaleBySchedule, sgd, yogi, type GradientTransformation, type OptimizerState,
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
  adamax: adamax(0.02),
  adamaxw: adamaxw(0.02, { b2: 0.9, weightDecay: 0.1 }),
  nadam: nadam(0.01),
  nadamw: nadamw(0.01, { weightDecay: 0.1 }),
  amsgrad: amsgrad(0.01, { b2: 0.9 }),
  adadelta: adadelta(1, { rho: 0.8 }),
  'adadelta with weight decay': adadelta(0.5, { weightDecay: 0.1 }),
  lamb: lamb(0.01, { weightDecay: 0.1 }),
  lars: lars(0.1, { weightDecay: 0.01, trustCoefficient: 0.1 }),
  'lars with masks': lars(0.1, { weightDecay: 0.01, weightDecayMask: { a: true, b: false }, trustRatioMask: { a: true, b: { c: true, s: false } } }),
  lion: lion(0.01),
  yogi: yogi(0.01, { b2: 0.9 }),
  radam: radam(0.01, { b2: 0.5, threshold: 2 }),
  'radam with Nesterov momentum': radam(0.01, { nesterov: true }),
  adafactor: adafactor(0.01, { minDimSizeToFactor: 2 }),
  'adafactor not factored': adafactor(0.01, { factored: false, multiplyByParameterScale: false, momentum: 0.9, weightDecayRate: 1e-3 }),
  ema: ema(0.7),
  'ema without correction': ema(0.7, { debias: false }),
  'adamw with a mask': adamw(0.01, { weightDecay: 0.1, mask: { a: true, b: false } }),
  masked: maskedTransform(adam(0.01), { a: false, b: true }),
  partition: partition({ fast: sgd(0.5), slow: adam(0.01) }, { a: 'slow', b: { c: 'fast', s: 'slow' } }),
  accumulateGradients: accumulateGradients(adam(0.01), 2, { accumulatorDtype: null }),
  'accumulateGradients summed': accumulateGradients(sgd(0.1, { momentum: 0.9 }), 3, { useGradMean: false, accumulatorDtype: null }),
  applyIfFinite: applyIfFinite(adam(0.01), 2),
  injectHyperparams: injectHyperparams((given) => adamw(given.learning_rate, { weightDecay: given.weight_decay }), {
    learning_rate: linearSchedule({ initValue: 0.1, endValue: 0.01, transitionSteps: 3 }),
    weight_decay: 0.1,
  }),
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

const isTensor = (value: Plain): boolean => typeof value === 'number' || typeof value === 'boolean' || (Array.isArray(value) && value.length > 0 && value.every(isTensor));

/** `state` with the word `leaf` for each tensor. */
function layoutOf(state: Plain): unknown {
  if (state === null) return null;
  if (isTensor(state)) return 'leaf';
  return Array.isArray(state) ? state.map(layoutOf) : Object.fromEntries(Object.entries(state).map(([key, value]) => [key, layoutOf(value as Plain)]));
}

const layoutOfTree = (state: OptimizerState): unknown => tree.map((_: Tensor) => 'leaf', state);

/** Optax computes linear schedules and the decay of Adafactor in float32, also next to float64 parameters. */
const usesFloat32 = new Set(['adamw with a schedule', 'injectHyperparams', 'adafactor', 'adafactor not factored']);

const toleranceOf = (name: string, dtype: 'float32' | 'float64'): { relative: number; absolute: number } =>
  usesFloat32.has(name) && dtype === 'float64' ? { relative: 1e-7, absolute: 1e-8 } : tolerances[dtype];

describe.each(['float32', 'float64'] as const)('Optax in %s', (dtype) => {
  it.each(Object.keys(optax[dtype].optimizers))('%s gives its parameters after five updates', (name) => {
    expectClose(train(optimizers[name]!, dtype).params, optax[dtype].optimizers[name]!.params, toleranceOf(name, dtype));
  });

  it.each(Object.keys(optax[dtype].optimizers))('%s gives its state after five updates', (name) => {
    expectClose(train(optimizers[name]!, dtype).state, optax[dtype].optimizers[name]!.state, toleranceOf(name, dtype));
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
