import { describe, expect, it } from 'vitest';
import { concatenate, grad, jacfwd, mul, sum, vmap } from '../../src/index.js';
import * as random from '../../src/random/index.js';
import { gammaSampleDerivative } from '../../src/random/gamma-derivative.js';
import { scalar, tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';

const key = random.key(42);
const doubles = (values: readonly number[]): Tensor => tensor(Float64Array.from(values));
const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);

function expectClose(found: Tensor, expected: readonly number[], tolerance: number): void {
  const values = numbers(found);
  expect(values.length).toBe(expected.length);
  expected.forEach((want, i) => expect(Math.abs(values[i]! - want) / Math.max(1e-300, Math.abs(want)), `element ${i}: ${values[i]} for ${want}`).toBeLessThan(tolerance));
}

const shapes = [0.2, 0.9, 1, 3, 50];

// Expected numbers: JAX 0.10.2.
describe('gamma variables', () => {
  it('those of JAX in float64', () => {
    expectClose(random.gamma(key, doubles(shapes), undefined, { dtype: 'float64' }), [0.0062046467528092345, 0.12919555789866216, 0.4240212506845043, 3.324156146861164, 40.505019493939926], 1e-12);
  });

  it('a number of the distribution, zero or infinite, is handled as by JAX', () => {
    expect(numbers(random.gamma(key, tensor([0, -1, Infinity, NaN])))).toEqual([0, NaN, Infinity, NaN]);
    expect(numbers(random.loggamma(key, tensor([0, -1, Infinity, NaN])))).toEqual([-Infinity, NaN, Infinity, NaN]);
  });

  it('loggamma is the logarithm of gamma', () => {
    const logarithms = numbers(random.loggamma(key, doubles(shapes), undefined, { dtype: 'float64' }));
    expectClose(random.gamma(key, doubles(shapes), undefined, { dtype: 'float64' }), logarithms.map(Math.exp), 1e-13);
  });

  it('an element depends on its own key alone', () => {
    const alone = random.gamma(key, tensor([2]), [3]);
    const among = random.gamma(key, tensor([2, 2, 2, 0.1, 7]));
    expect(numbers(among).slice(0, 3)).toEqual(numbers(alone));
  });

  it('several keys draw under vmap what each draws', () => {
    const keys = random.split(key, 3);
    const f = (k: Tensor): Tensor => random.gamma(k, tensor([0.5, 2]));
    const apart = concatenate(Array.from(keys, f));
    expect(numbers(vmap(f)(keys))).toEqual(numbers(apart));
  });

  it('float16 samples are of that dtype', () => {
    const drawn = random.gamma(key, 2, [4], { dtype: 'float16' });
    expect(drawn.dtype).toBe('float16');
    expect(numbers(random.gamma(key, 2, [0])).length).toBe(0);
  });
});

describe('derivatives of gamma variables', () => {
  it('follow the quantile of the sample, by the series and by the continued fraction', () => {
    const a = [0.05, 0.3, 1, 1, 2, 2, 7.5, 30, 30, 500, 500, 5000];
    const x = [1e-4, 0.2, 0.5, 4, 0.3, 6, 7.5, 25, 45, 480, 550, 5000];
    const expected = [
      0.017426831784515012, 1.2120372612897223, 0.806979116825318, 2.169855675922479, 0.35917107942953835, 1.788015594690167, 1.0224949772363021,
      0.9166815997356533, 1.2231425063703343, 0.9800544901961593, 1.0487614157916416, 1.0000333339998768,
    ];
    expectClose(gammaSampleDerivative(doubles(a), doubles(x)), expected, 1e-10);
  });

  it('are 0 at 0 and NaN where there is no distribution', () => {
    expect(numbers(gammaSampleDerivative(doubles([1, 0, -1, NaN]), doubles([0, 1, 1, 1])))).toEqual([0, NaN, NaN, NaN]);
  });

  it('those of gamma and loggamma are the ones of JAX', () => {
    const slope = (f: typeof random.gamma, at: readonly number[]): Tensor => grad((a: Tensor) => sum(f(key, a, undefined, { dtype: 'float64' })))(doubles(at));
    expectClose(slope(random.gamma, shapes), [0.1496126188343877, 0.37496198187291785, 0.7335148441812523, 1.1122700834491797, 0.9013901320985265], 1e-10);
    expectClose(slope(random.loggamma, [1e-3, ...shapes]), [707820.8466004538, 52.83443413140535, 1.892223571826377, 1.1619271852595607, 0.5833987823491945, 0.02242745737929587], 1e-9);
  });

  it('reach the parameters of a Dirichlet distribution in forward mode', () => {
    const slope = jacfwd((alpha: Tensor) => random.dirichlet(key, alpha, undefined, { dtype: 'float64' }))(doubles([0.5, 2, 1.5]));
    const expected = [0.13264949622888705, -0.00545849491645676, -0.010643684973446954, -0.033927800444962436, 0.11909684264378352, -0.07615301646254796, -0.09872169578392463, -0.11363834772732676, 0.08679670143599492];
    expectClose(slope as Tensor, expected, 1e-10);
  });

  it('an argument that is not differentiated costs nothing', () => {
    const f = (x: Tensor): Tensor => sum(mul(random.gamma(key, 2, [3]), x));
    expect(grad(f)(scalar(1, 'float32')).item()).toBeCloseTo(Number(sum(random.gamma(key, 2, [3])).item()), 5);
  });
});
