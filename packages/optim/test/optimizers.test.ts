import { equal, greater, mul, random, rem, scalar, sign, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  accumulateGradients, adabelief, adadelta, adafactor, adagrad, adam, adamax, adamaxw, adamw, adan, adaptiveGradClip, addDecayedWeights, amsgrad, applyIfFinite, applyUpdates, centralize,
  chain, clip, clipByGlobalNorm, conditionallyMask, conditionallyTransform, cosineDecaySchedule, ema, fromage, injectHyperparams, keepParamsNonnegative, lamb, lars, linearSchedule, lion,
  maskedTransform, nadam, nadamw, noisySgd, normalizeByUpdateNorm, novograd, optimisticGradientDescent, partition, piecewiseConstantSchedule, polyakSgd, radam, reduceOnPlateau, rmsprop,
  rprop, scale, scaleByAdam, scaleBySchedule, scaleBySm3, scheduleFree, scheduleFreeAdamw, scheduleFreeSgd, setToZero, sgd, signSgd, signum, sm3, stateless, yogi, zeroNans,
  type GradientTransformation, type OptimizerState,
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
  adabelief: adabelief(0.01, { b2: 0.9 }),
  'adabelief with Nesterov momentum': adabelief(0.01, { nesterov: true, eps: 1e-4 }),
  adan: adan(0.01, { weightDecay: 0.1 }),
  'adan with a mask': adan(0.02, { b1: 0.9, b2: 0.8, b3: 0.95, weightDecay: 0.1, mask: { a: true, b: false } }),
  'adaptiveGradClip then sgd': chain(adaptiveGradClip(0.1), sgd(0.1)),
  'adaptiveGradClip along an axis': maskedTransform(adaptiveGradClip(0.05, { eps: 0.1, axis: 1 }), { a: true, b: false }),
  centralize: centralize(),
  normalizeByUpdateNorm: normalizeByUpdateNorm({ scaleFactor: -0.1 }),
  conditionallyTransform: conditionallyTransform(adam(0.01), (step) => equal(rem(step, 2), 1)),
  conditionallyMask: conditionallyMask(adam(0.01), (_, { value }) => greater(value!, 2.5), { forwardExtraArgs: true }),
  fromage: fromage(0.1),
  'fromage with a schedule': fromage(cosineDecaySchedule({ initValue: 0.1, decaySteps: 4 }), { minNorm: 1e-3 }),
  keepParamsNonnegative: chain(sgd(1), keepParamsNonnegative()),
  noisySgd: noisySgd(0.1, { key: random.key(3) }),
  novograd: novograd(0.01, { weightDecay: 0.1 }),
  'novograd with other numbers': novograd(0.01, { b1: 0.8, b2: 0.9, eps: 1e-3, epsRoot: 1e-2 }),
  optimisticGradientDescent: optimisticGradientDescent(0.1, { alpha: 0.8, beta: 0.5 }),
  polyakSgd: polyakSgd({ maxLearningRate: 0.4, fMin: 0.5, eps: 0.1 }),
  'polyakSgd that never steps back': polyakSgd({ fMin: 2.55, variant: 'sps+', scaling: 0.5 }),
  reduceOnPlateau: chain(sgd(0.1), reduceOnPlateau({ factor: 0.5, patience: 1, cooldown: 1, rtol: 1e-2 })),
  'reduceOnPlateau of means': reduceOnPlateau({ factor: 0.3, patience: 1, accumulationSize: 2, rtol: 0, atol: 0.5, minScale: 0.2 }),
  rprop: rprop(0.1, { etaPlus: 1.5, maxStepSize: 0.12 }),
  scheduleFree: scheduleFree(adam(0.1, { b1: 0 }), 0.1, { b1: 0.8 }),
  scheduleFreeSgd: scheduleFreeSgd(0.5, { warmupSteps: 3, weightDecay: 0.1 }),
  scheduleFreeAdamw: scheduleFreeAdamw(0.1, { warmupSteps: 2, weightDecay: 0.1, b2: 0.9 }),
  setToZero: partition({ frozen: setToZero(), free: sgd(0.1) }, { a: 'free', b: 'frozen' }),
  signSgd: signSgd(0.1),
  signum: signum(0.1, { beta: 0.6 }),
  sm3: maskedTransform(sm3(0.1), { a: true, b: { c: true, s: false } }),
  scaleBySm3: maskedTransform(scaleBySm3({ b1: 0.5, b2: 0.9 }), { a: true, b: { c: true, s: false } }),
  stateless: stateless((updates, params) => tree.map((update: Tensor, param: Tensor) => mul(mul(update, sign(param)), -0.1), updates, params!)),
  zeroNans: zeroNans(),
  scaleBySchedule: scaleBySchedule(piecewiseConstantSchedule({ initValue: 1, boundariesAndScales: { 1: 0.5, 3: 0.1 } })),
};

/** The parameters and the state after all gradients of the cases. */
function train(optimizer: GradientTransformation, dtype: 'float32' | 'float64'): { params: Tree<Tensor>; state: OptimizerState } {
  let params = tensors(optax.params, dtype);
  let state = optimizer.init(params);
  for (const [i, gradient] of optax.gradients.entries()) {
    const [updates, next] = optimizer.update(tensors(gradient, dtype), state, params, { value: scalar(optax.values[i]!, dtype) });
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
const usesFloat32 = new Set(['scheduleFreeSgd', 'scheduleFreeAdamw', 'adamw with a schedule', 'injectHyperparams', 'adafactor', 'adafactor not factored']);

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
  /** SM3 keeps arrays of vectors, which look like a tensor in JSON. */
  const isTold = (name: string): boolean => !/sm3$/i.test(name);

  it('SM3 keeps a vector for each axis', () => {
    expect(layoutOfTree(sm3(0.1).init(tensors(optax.params, 'float32')))).toEqual([{ mu: { a: ['leaf', 'leaf'], b: { c: ['leaf'], s: ['leaf'] } }, nu: { a: 'leaf', b: { c: 'leaf', s: 'leaf' } } }, {}]);
  });

  it.each(Object.keys(optax.float32.optimizers).filter(isTold))('%s has the fields of the state in Optax', (name) => {
    expect(layoutOfTree(train(optimizers[name]!, 'float32').state)).toEqual(layoutOf(optax.float32.optimizers[name]!.state));
  });

  it.each(Object.keys(optimizers))('%s keeps the dtypes and the structure of its state, so that a step can be scanned', (name) => {
    const before = optimizers[name]!.init(tensors(optax.params, 'float64'));
    const { state } = train(optimizers[name]!, 'float64');
    const specs = (of: OptimizerState): unknown => tree.map((leaf: Tensor) => `${leaf.dtype}${leaf.shape.join()}`, of);
    expect(specs(state)).toEqual(specs(before));
  });
});
