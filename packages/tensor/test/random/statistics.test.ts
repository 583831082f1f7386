import { describe, expect, it } from 'vitest';
import { astype } from '../../src/ops/elementwise.js';
import * as random from '../../src/random/index.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { chiSquare, distributionOf, histogram, kolmogorovSmirnov } from './goodness.js';

const key = random.key(20261122);
const count = 10000;
const shape = [count];
const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);
const { abs, exp, log, sqrt, PI } = Math;

const positive = (density: (x: number) => number, high: number) => distributionOf(density, 0, high);
const bell = (x: number): number => exp((-x * x) / 2);
/** Densities with a peak at 0 or a long tail are tested as those of the logarithm. */
const logs = (x: Tensor): number[] => numbers(x).map(log);

interface Continuous {
  readonly draw: () => number[];
  readonly distribution: (x: number) => number;
}

const continuous: Readonly<Record<string, Continuous>> = {
  uniform: { draw: () => numbers(random.uniform(key, shape, { minval: -1, maxval: 3 })), distribution: (x) => (x + 1) / 4 },
  'uniform float16': { draw: () => numbers(astype(random.uniform(key, [2000], { dtype: 'float16' }), 'float32')), distribution: (x) => x },
  normal: { draw: () => numbers(random.normal(key, shape)), distribution: distributionOf(bell, -8, 8) },
  'normal float64': { draw: () => numbers(random.normal(key, shape, { dtype: 'float64' })), distribution: distributionOf(bell, -8, 8) },
  truncatedNormal: { draw: () => numbers(random.truncatedNormal(key, -0.5, 2, shape)), distribution: distributionOf(bell, -0.5, 2) },
  exponential: { draw: () => numbers(random.exponential(key, shape)), distribution: (x) => 1 - exp(-x) },
  laplace: { draw: () => numbers(random.laplace(key, shape)), distribution: (x) => (x < 0 ? exp(x) / 2 : 1 - exp(-x) / 2) },
  logistic: { draw: () => numbers(random.logistic(key, shape)), distribution: (x) => 1 / (1 + exp(-x)) },
  cauchy: { draw: () => numbers(random.cauchy(key, shape)), distribution: (x) => 0.5 + Math.atan(x) / PI },
  gumbel: { draw: () => numbers(random.gumbel(key, shape)), distribution: (x) => exp(-exp(-x)) },
  'gumbel of high quality': { draw: () => numbers(random.gumbel(key, shape, { mode: 'high' })), distribution: (x) => exp(-exp(-x)) },
  pareto: { draw: () => numbers(random.pareto(key, 3, shape)), distribution: (x) => 1 - x ** -3 },
  lognormal: { draw: () => logs(random.lognormal(key, shape, { sigma: 0.5 })).map((x) => 2 * x), distribution: distributionOf(bell, -8, 8) },
  weibullMin: { draw: () => numbers(random.weibullMin(key, 2, 1.5, shape)), distribution: (x) => 1 - exp(-((x / 2) ** 1.5)) },
  rayleigh: { draw: () => numbers(random.rayleigh(key, 2, shape)), distribution: (x) => 1 - exp(-(x * x) / 8) },
  maxwell: { draw: () => numbers(random.maxwell(key, shape)), distribution: positive((x) => x * x * bell(x), 9) },
  doubleSidedMaxwell: { draw: () => numbers(random.doubleSidedMaxwell(key, 1, 2, shape)), distribution: distributionOf((x) => ((x - 1) / 2) ** 2 * bell((x - 1) / 2), -17, 19) },
  triangular: { draw: () => numbers(random.triangular(key, 0, 1, 3, shape)), distribution: positive((x) => (x < 1 ? x : (3 - x) / 2), 3) },
  wald: { draw: () => numbers(random.wald(key, 2, shape)), distribution: positive((x) => x ** -1.5 * exp(-((x - 2) ** 2) / (8 * x)), 60) },
  gamma: { draw: () => numbers(random.gamma(key, 2.5, shape)), distribution: positive((x) => x ** 1.5 * exp(-x), 40) },
  'gamma below 1': { draw: () => logs(random.gamma(key, 0.4, shape)), distribution: distributionOf((x) => exp(0.4 * x - exp(x)), -60, 5) },
  'gamma float64': { draw: () => numbers(random.gamma(key, 40, shape, { dtype: 'float64' })), distribution: positive((x) => (x / 40) ** 39 * exp(40 - x), 120) },
  loggamma: { draw: () => numbers(random.loggamma(key, 0.1, shape)), distribution: distributionOf((x) => exp(0.1 * x - exp(x)), -200, 5) },
  beta: { draw: () => numbers(random.beta(key, 2, 3.5, shape)), distribution: positive((x) => x * (1 - x) ** 2.5, 1) },
  'an element of a dirichlet vector': { draw: () => numbers(random.dirichlet(key, tensor([2, 1.5, 2]), shape)).filter((_, i) => i % 3 === 0), distribution: positive((x) => x * (1 - x) ** 2.5, 1) },
  chisquare: { draw: () => numbers(random.chisquare(key, 5, shape)), distribution: positive((x) => x ** 1.5 * exp(-x / 2), 80) },
  t: { draw: () => numbers(random.t(key, 6, shape)), distribution: distributionOf((x) => (1 + (x * x) / 6) ** -3.5, -60, 60) },
  f: { draw: () => logs(random.f(key, 4, 6, shape)), distribution: distributionOf((y) => exp(2 * y) * (1 + (4 / 6) * exp(y)) ** -5, -15, 15) },
  generalizedNormal: { draw: () => numbers(random.generalizedNormal(key, 3, shape)), distribution: distributionOf((x) => exp(-(abs(x) ** 3)), -4, 4) },
  // The share of the ball within a radius r is r^3.
  'distances of ball': { draw: () => lengths(random.ball(key, 3, 2, shape), 3), distribution: (r) => r ** 3 },
  'a direction of orthogonal': { draw: () => numbers(random.orthogonal(key, 3, [2000])).filter((_, i) => i % 9 === 0), distribution: (x) => (x + 1) / 2 },
  // mean 1, variance 2 + 0.5 + 2 * 0.4
  'a sum of multivariateNormal': {
    draw: () => lengths(random.multivariateNormal(key, tensor([0.25, 0.75]), tensor([[2, 0.4], [0.4, 0.5]]), shape), 2, (pair) => (pair[0]! + pair[1]! - 1) / sqrt(3.3)),
    distribution: distributionOf(bell, -8, 8),
  },
};

/** What `of` (the Euclidean length) makes of each group of `size` numbers. */
function lengths(x: Tensor, size: number, of: (group: readonly number[]) => number = (group) => Math.hypot(...group)): number[] {
  const flat = numbers(x);
  return Array.from({ length: flat.length / size }, (_, i) => of(flat.slice(i * size, (i + 1) * size)));
}

const poissonWeights = (rate: number, outcomes: number): number[] => {
  const weights = [exp(-rate)];
  for (let k = 1; k < outcomes; k++) weights.push((weights[k - 1]! * rate) / k);
  return weights;
};
const binomialWeights = (n: number, p: number): number[] => {
  const weights = [(1 - p) ** n];
  for (let k = 1; k <= n; k++) weights.push((weights[k - 1]! * (n - k + 1) * p) / (k * (1 - p)));
  return weights;
};
const equal = (outcomes: number): number[] => Array.from({ length: outcomes }, () => 1 / outcomes);

interface Discrete {
  readonly draw: () => number[];
  readonly probabilities: readonly number[];
}

const discrete: Readonly<Record<string, Discrete>> = {
  bernoulli: { draw: () => numbers(random.bernoulli(key, 0.3, shape)), probabilities: [0.7, 0.3] },
  'bernoulli of high quality': { draw: () => numbers(random.bernoulli(key, 0.3, shape, { mode: 'high' })), probabilities: [0.7, 0.3] },
  rademacher: { draw: () => numbers(random.rademacher(key, shape)).map((x) => (x + 1) / 2), probabilities: [0.5, 0.5] },
  randint: { draw: () => numbers(random.randint(key, shape, -3, 9)).map((x) => x + 3), probabilities: equal(12) },
  'randint int64': { draw: () => numbers(random.randint(key, shape, 0, 1e15, { dtype: 'int64' })).map((x) => Math.floor(x / 1e14)), probabilities: equal(10) },
  bits: { draw: () => numbers(random.bits(key, shape, { dtype: 'uint8' })), probabilities: equal(256) },
  'the upper bits of bits': { draw: () => numbers(random.bits(key, shape)).map((x) => Math.floor(x / 2 ** 26)), probabilities: equal(64) },
  'keys of split': { draw: () => numbers(random.split(key, count)).map((x) => x % 64), probabilities: equal(64) },
  'keys of foldIn': { draw: () => Array.from({ length: 3000 }, (_, i) => Number(random.foldIn(key, i).data()[1]) % 32), probabilities: equal(32) },
  'the first of a permutation': { draw: () => Array.from(random.split(key, 3000), (own) => Number(random.permutation(own, 6).data()[0])), probabilities: equal(6) },
  'choice with weights': { draw: () => numbers(random.choice(key, 4, shape, { p: tensor([1, 2, 3, 4]) })), probabilities: [0.1, 0.2, 0.3, 0.4] },
  'choice without replacement': { draw: () => Array.from(random.split(key, 3000), (own) => Number(random.choice(own, 4, [2], { replace: false, p: tensor([0.1, 0.2, 0.3, 0.4]) }).data()[0])), probabilities: [0.1, 0.2, 0.3, 0.4] },
  categorical: { draw: () => numbers(random.categorical(key, tensor([0.1, 0.2, 0.7].map(log)), { shape })), probabilities: [0.1, 0.2, 0.7] },
  geometric: { draw: () => numbers(random.geometric(key, 0.3, shape)).map((x) => x - 1), probabilities: Array.from({ length: 40 }, (_, k) => 0.3 * 0.7 ** k) },
  'poisson of a small rate': { draw: () => numbers(random.poisson(key, 3, shape)), probabilities: poissonWeights(3, 30) },
  'poisson of a large rate': { draw: () => numbers(random.poisson(key, 25, shape)), probabilities: poissonWeights(25, 90) },
  'binomial of few': { draw: () => numbers(random.binomial(key, 12, 0.3, shape)), probabilities: binomialWeights(12, 0.3) },
  'binomial of many': { draw: () => numbers(random.binomial(key, 80, 0.7, shape)), probabilities: binomialWeights(80, 0.7) },
  'an outcome of multinomial': { draw: () => numbers(random.multinomial(key, 20, tensor([0.2, 0.3, 0.5]), { shape: [count, 3] })).filter((_, i) => i % 3 === 1), probabilities: binomialWeights(20, 0.3) },
};

// Fixed keys: a test that passes keeps passing. The limits are exceeded once in a thousand by numbers of the right distribution.
describe('distributions', () => {
  it.each(Object.entries(continuous))('%s by Kolmogorov and Smirnov', (_name, { draw, distribution }) => {
    expect(kolmogorovSmirnov(draw(), distribution)).toBeLessThan(1.95);
  });

  it.each(Object.entries(discrete))('%s by chi-square', (_name, { draw, probabilities }) => {
    expect(chiSquare(histogram(draw(), probabilities.length), probabilities)).toBeLessThan(3.1);
  });

  it.each<[string, () => Tensor, number, number]>([
    ['normal', () => random.normal(key, shape), 0, 1],
    ['uniform', () => random.uniform(key, shape), 1 / 2, 1 / 12],
    ['gamma', () => random.gamma(key, 3, shape), 3, 3],
    ['beta', () => random.beta(key, 2, 3, shape), 0.4, 0.04],
    ['poisson', () => random.poisson(key, 7, shape), 7, 7],
    ['binomial', () => random.binomial(key, 50, 0.2, shape), 10, 8],
    ['exponential', () => random.exponential(key, shape), 1, 1],
    ['gumbel', () => random.gumbel(key, shape), 0.5772156649015329, PI ** 2 / 6],
    ['wald', () => random.wald(key, 2, shape), 2, 8],
  ])('mean and variance of %s', (_name, draw, mean, variance) => {
    const samples = numbers(draw());
    const found = samples.reduce((total, x) => total + x, 0) / count;
    const spread = samples.reduce((total, x) => total + (x - found) ** 2, 0) / count;
    expect(abs(found - mean) / sqrt(variance / count)).toBeLessThan(3.3);
    expect(spread / variance).toBeGreaterThan(0.9);
    expect(spread / variance).toBeLessThan(1.1);
  });
});

describe('the tests of fit', () => {
  it('refuse samples of another distribution', () => {
    expect(kolmogorovSmirnov(numbers(random.normal(key, shape)), distributionOf((x) => bell(x / 1.1), -8, 8))).toBeGreaterThan(1.95);
    expect(chiSquare(histogram(numbers(random.poisson(key, 3, shape)), 30), poissonWeights(3.1, 30))).toBeGreaterThan(3.1);
  });
});
