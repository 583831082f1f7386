import { describe, expect, it } from 'vitest';
import { ArgumentError, DtypeError, ShapeError } from '../../src/errors/errors.js';
import { astype } from '../../src/ops/elementwise.js';
import * as random from '../../src/random/index.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { checksum } from './checksum.js';

const key = random.key(42);
const many = [2 ** 18];
const sum = (x: Tensor): number => checksum(x.data() as Float32Array);
/** 16-bit floats as float32, bools as int32: what the checksums of JAX's samples are taken of. */
const wide = (x: Tensor): Tensor => astype(x, x.dtype === 'bool' ? 'int32' : 'float32');
const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);

// Checksums: `jax.random.uniform(jax.random.key(42), (2**18,))` and so on, JAX 0.10.2 on an x86 CPU with fused multiply-add.
describe('samples with the bits of JAX', () => {
  it.each<[string, () => Tensor, number]>([
    ['bits of 64', () => random.bits(key, many, { dtype: 'uint64' }), 3952717169],
    ['uniform', () => random.uniform(key, many), 1969922974],
    ['uniform between bounds', () => random.uniform(key, many, { minval: -0.3, maxval: 0.7 }), 4281589693],
    ['uniform float64', () => random.uniform(key, many, { dtype: 'float64' }), 2900373214],
    ['uniform bfloat16', () => wide(random.uniform(key, many, { dtype: 'bfloat16' })), 3088449536],
    ['uniform float16 between bounds', () => wide(random.uniform(key, many, { dtype: 'float16', minval: -0.3, maxval: 3.3 })), 233955328],
    ['normal', () => random.normal(key, many), 384871121],
    ['normal float16', () => wide(random.normal(key, many, { dtype: 'float16' })), 1226178560],
    ['normal bfloat16', () => wide(random.normal(key, many, { dtype: 'bfloat16' })), 3415015424],
    ['truncatedNormal', () => random.truncatedNormal(key, -2, 2, many), 3070923764],
    ['truncatedNormal between uneven bounds', () => random.truncatedNormal(key, -1, 0.5, many), 3969050073],
    ['bernoulli', () => wide(random.bernoulli(key, 0.3, many)), 2538880631],
    ['randint', () => random.randint(key, many, 0, 1000003), 3563485992],
    ['randint int64', () => random.randint(key, many, -5, 1e15, { dtype: 'int64' }), 1627129675],
    ['permutation', () => random.permutation(key, 2 ** 18), 2744311190],
    ['gumbel', () => random.gumbel(key, many), 1228151293],
    ['gumbel of all bits', () => random.gumbel(key, many, { mode: 'highest' }), 3991273082],
    ['exponential', () => random.exponential(key, many), 2367515946],
    ['laplace', () => random.laplace(key, many), 4290021364],
  ])('%s over a quarter of a million samples', (_name, draw, expected) => {
    expect(sum(draw())).toBe(expected);
  });

  it('normal float64 agrees to rounding', () => {
    const expected = [-0.18471174528191162, -2.169824560397754, 0.18693555179382582, 0.6122653570510959];
    numbers(random.normal(key, [4], { dtype: 'float64' })).forEach((x, i) => expect(x / expected[i]!).toBeCloseTo(1, 13));
  });

  it('truncatedNormal float64 agrees to rounding', () => {
    const expected = [-0.17621763938261406, -1.7856590554261624, 0.1783369711817319, 0.5809474856530717];
    numbers(random.truncatedNormal(key, -2, 2, [4], { dtype: 'float64' })).forEach((x, i) => expect(x / expected[i]!).toBeCloseTo(1, 12));
  });

  it.each([
    ['that are no powers of two', -1.5, 2.5, [-1.1009799242019653, 1.5256476402282715, 0.43544265627861023, 1.8985990285873413]],
    ['close together', 0, 0.001, [7.405255018966272e-5, 0.0009381441050209105, 0.0006489568622782826, 0.0009756208164617419]],
    ['open below', -Infinity, 0.5, [-1.633284568786621, 0.3817904591560364, -0.1288721263408661, 0.452665776014328]],
    ['open above', 1, Infinity, [1.0497937202453613, 2.3333940505981445, 1.5919779539108276, 2.6633918285369873]],
  ])('truncatedNormal with bounds %s gives the bits of JAX', (_name, lower, upper, expected) => {
    expect(numbers(random.truncatedNormal(random.key(3), lower, upper, [4]))).toEqual(expected);
  });

  it('categorical, choice and permutation pick what JAX picks', () => {
    const logits = tensor([0.1, 0.2, 0.7].map(Math.log), { dtype: 'float32' });
    expect(numbers(random.categorical(key, logits, { shape: [10] }))).toEqual([2, 2, 2, 2, 1, 2, 1, 2, 1, 2]);
    expect(numbers(random.categorical(key, logits, { shape: [10], mode: 'highest' }))).toEqual([2, 2, 0, 1, 2, 2, 2, 1, 2, 0]);
    expect(numbers(random.choice(key, 10, [4], { replace: false }))).toEqual([7, 4, 2, 5]);
    expect(numbers(random.permutation(key, 10))).toEqual([7, 4, 2, 5, 3, 6, 8, 9, 0, 1]);
  });

  it('orthogonal gives the matrix of JAX', () => {
    const expected = [-0.08792734, 0.9185913, -0.38530377, 0.8722634, 0.25780204, 0.4155657];
    numbers(random.orthogonal(key, 2, [], { m: 3 })).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 6));
  });
});

describe('samplers', () => {
  it('a shorter draw is the beginning of a longer one', () => {
    expect(numbers(random.normal(key, [3]))).toEqual(numbers(random.normal(key, [5])).slice(0, 3));
  });

  it('the shape does not change the numbers', () => {
    expect(numbers(random.uniform(key, [2, 3]))).toEqual(numbers(random.uniform(key, [6])));
    expect(random.uniform(key).shape).toEqual([]);
    expect(random.normal(key, [0, 4]).shape).toEqual([0, 4]);
  });

  it('uniform samples stay between their bounds, the upper one excluded', () => {
    const samples = numbers(random.uniform(key, [5000], { minval: 2, maxval: 2.5 }));
    expect(Math.min(...samples)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...samples)).toBeLessThan(2.5);
  });

  it('bounds may be tensors, which broadcast', () => {
    const minval = tensor([[0], [10]], { dtype: 'float32' });
    const samples = numbers(random.uniform(key, [2, 50], { minval, maxval: 20 }));
    expect(samples.slice(50).every((x) => x >= 10 && x < 20)).toBe(true);
    expect(Math.min(...samples.slice(0, 50))).toBeLessThan(10);
  });

  it('truncated normal samples stay strictly between the bounds', () => {
    const samples = numbers(random.truncatedNormal(key, 3.9, 4, [20000]));
    expect(Math.min(...samples)).toBeGreaterThan(Math.fround(3.9));
    expect(Math.max(...samples)).toBeLessThan(4);
  });

  it('known and tensor bounds of a truncated normal distribution give the same samples', () => {
    const lower = tensor([-2, -2], { dtype: 'float32' });
    expect(numbers(random.truncatedNormal(key, lower, 1.5))).toEqual(numbers(random.truncatedNormal(key, -2, 1.5, [2])));
  });

  it('the moments of normal samples are those of the distribution', () => {
    const samples = numbers(random.normal(random.key(7), [100000]));
    const mean = samples.reduce((total, x) => total + x, 0) / samples.length;
    const variance = samples.reduce((total, x) => total + (x - mean) ** 2, 0) / samples.length;
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  });

  it('bernoulli takes the whole numbers 0 and 1 as probabilities', () => {
    expect(numbers(random.bernoulli(key, 0, [100])).every((x) => x === 0)).toBe(true);
    expect(numbers(random.bernoulli(key, 1, [100])).every((x) => x === 1)).toBe(true);
  });

  it('randint covers a whole dtype', () => {
    expect(new Set(numbers(random.randint(key, [20000], 0, 256, { dtype: 'uint8' }))).size).toBe(256);
    const all = random.randint(key, [4], -(2n ** 63n), 2n ** 63n, { dtype: 'int64' });
    expect(all.dtype).toBe('int64');
    expect(new Set((all.data() as BigInt64Array).values()).size).toBe(4);
  });

  it('an empty range of randint is its lower bound', () => {
    expect(numbers(random.randint(key, [3], 5, 2))).toEqual([5, 5, 5]);
  });

  it('a permutation keeps rows together unless independent', () => {
    const rows = tensor([[1, 10], [2, 20], [3, 30], [4, 40]]);
    const shuffled = random.permutation(key, rows).toArray() as number[][];
    expect(shuffled.map(([a, b]) => b! / a!)).toEqual([10, 10, 10, 10]);
    const mixed = numbers(random.permutation(key, rows, { independent: true }));
    expect(mixed.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 10, 20, 30, 40]);
  });

  it('the columns of an orthogonal matrix are orthonormal, in a batch too', () => {
    const batch = random.orthogonal(key, 8, [3], { dtype: 'float64', m: 5 });
    expect(batch.shape).toEqual([3, 8, 5]);
    for (const matrix of batch.toArray() as number[][][]) {
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j < 5; j++) expect(matrix.reduce((total, row) => total + row[i]! * row[j]!, 0)).toBeCloseTo(i === j ? 1 : 0, 13);
      }
    }
  });
});

describe('errors of samplers', () => {
  it('floating samplers refuse other dtypes', () => {
    expect(() => random.uniform(key, [2], { dtype: 'int32' })).toThrow(DtypeError);
    expect(() => random.normal(key, [2], { dtype: 'int32' })).toThrow('random.normal: `dtype` must be one of float16, bfloat16, float32, float64; found int32');
    expect(() => random.bits(key, [2], { dtype: 'int32' })).toThrow(DtypeError);
    expect(() => random.randint(key, [2], 0, 3, { dtype: 'float32' })).toThrow(DtypeError);
  });

  it('an unknown dtype is named', () => {
    expect(() => random.normal(key, [2], { dtype: 'float31' as never })).toThrow(ArgumentError);
  });

  it('a shape must be an array of sizes', () => {
    expect(() => random.normal(key, 3 as never)).toThrow(ArgumentError);
    expect(() => random.uniform(key, [-1])).toThrow('`shape`');
  });

  it('parameters must broadcast to the shape', () => {
    const three = tensor([0.1, 0.2, 0.3]);
    expect(() => random.uniform(key, [2], { minval: three })).toThrow(ShapeError);
    expect(() => random.bernoulli(key, three, [2])).toThrow(ShapeError);
    expect(() => random.truncatedNormal(key, three, 1, [2])).toThrow(ShapeError);
    expect(() => random.categorical(key, three, { shape: [3] })).not.toThrow();
    expect(() => random.categorical(key, tensor([[0.1], [0.2]]), { shape: [3] })).toThrow(ShapeError);
  });

  it('choice refuses what cannot be drawn', () => {
    expect(() => random.choice(key, 3, [5], { replace: false })).toThrow(ArgumentError);
    expect(() => random.choice(key, 0, [2])).toThrow(ArgumentError);
    expect(() => random.choice(key, 3, [2], { p: tensor([0.5, 0.5]) })).toThrow(ShapeError);
  });

  it('a fraction is no bound of whole numbers', () => {
    expect(() => random.randint(key, [2], 0.5, 3)).toThrow(ArgumentError);
  });

  it.each<[string, string, () => unknown]>([
    ['gamma', 'a', () => random.gamma(key, -1, [2])],
    ['beta', 'b', () => random.beta(key, 1, -1, [2])],
    ['chisquare', 'df', () => random.chisquare(key, -1, [2])],
    ['poisson', 'lam', () => random.poisson(key, -0.5, [2])],
    ['binomial', 'n', () => random.binomial(key, -1, 0.5, [2])],
    ['binomial', 'p', () => random.binomial(key, 1, -0.5, [2])],
    ['rayleigh', 'scale', () => random.rayleigh(key, -1, [2])],
    ['weibullMin', 'scale', () => random.weibullMin(key, -1, 2, [2])],
  ])('%s refuses a negative number for its %s', (name, argument, draw) => {
    expect(draw).toThrow(ArgumentError);
    expect(draw).toThrow(`random.${name}: \`${argument}\` must not be negative, found -`);
  });

  it('every sampler refuses what is not a key', () => {
    const mean = tensor([0.5]);
    const draws: readonly ((bad: Tensor) => unknown)[] = [
      (bad) => random.bits(bad), (bad) => random.bernoulli(bad), (bad) => random.randint(bad, [], 0, 2), (bad) => random.permutation(bad, 3), (bad) => random.choice(bad, 3),
      (bad) => random.categorical(bad, mean), (bad) => random.gumbel(bad), (bad) => random.exponential(bad), (bad) => random.laplace(bad), (bad) => random.logistic(bad),
      (bad) => random.cauchy(bad), (bad) => random.rademacher(bad), (bad) => random.gamma(bad, 1), (bad) => random.loggamma(bad, 1), (bad) => random.beta(bad, 1, 1),
      (bad) => random.dirichlet(bad, mean), (bad) => random.poisson(bad, 1), (bad) => random.geometric(bad, 0.5), (bad) => random.lognormal(bad), (bad) => random.pareto(bad, 1),
      (bad) => random.t(bad, 1), (bad) => random.chisquare(bad, 1), (bad) => random.f(bad, 1, 1), (bad) => random.ball(bad, 2), (bad) => random.multivariateNormal(bad, mean, tensor([[1.5]])),
      (bad) => random.orthogonal(bad, 2), (bad) => random.binomial(bad, 1, 0.5), (bad) => random.multinomial(bad, 1, mean), (bad) => random.rayleigh(bad, 1), (bad) => random.weibullMin(bad, 1, 1),
      (bad) => random.maxwell(bad), (bad) => random.doubleSidedMaxwell(bad, 0, 1), (bad) => random.triangular(bad, 0, 1, 2), (bad) => random.wald(bad, 1), (bad) => random.generalizedNormal(bad, 1),
    ];
    for (const draw of draws) expect(() => draw(tensor([1, 2, 3]))).toThrow(random.InvalidKeyError);
  });

  it('vectors of parameters need an axis, and batches must broadcast', () => {
    expect(() => random.dirichlet(key, 1 as never)).toThrow('`alpha` needs an axis of outcomes');
    expect(() => random.dirichlet(key, tensor([[1.5, 1], [1, 1]]), [3])).toThrow(ShapeError);
    expect(() => random.multinomial(key, 3, 0.5 as never)).toThrow('`p` needs an axis of outcomes');
    expect(() => random.multinomial(key, tensor([1, 2, 3]), tensor([[0.5, 0.5], [0.5, 0.5]]))).toThrow(ShapeError);
    expect(() => random.ball(key, 1.5)).toThrow(ArgumentError);
    expect(() => random.poisson(key, 1, [2], { dtype: 'float32' })).toThrow(DtypeError);
    expect(() => random.gamma(key, tensor([1.5, 2]), [3])).toThrow(ShapeError);
  });

  it('weights of choice need not sum to 1', () => {
    const weights = [0.1, 0.2, 0.7];
    const drawn = random.choice(key, 3, [50], { p: tensor(weights) });
    expect(numbers(random.choice(key, 3, [50], { p: tensor(weights.map((p) => 4 * p)) }))).toEqual(numbers(drawn));
  });
});
