import { describe, expect, it } from 'vitest';
import { grad, sum, vmap } from '../../src/index.js';
import { runProgram } from '../../src/program/bind.js';
import { trace } from '../../src/program/trace.js';
import * as random from '../../src/random/index.js';
import { spec } from '../../src/shape/shape.js';
import { symbol } from '../../src/shape/dim.js';
import { scalar, tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';

const key = random.key(42);
const shape = [100, 37];
const keySpec = { shape: [2], dtype: 'uint32' } as const;

/** `f` traced with its key unknown, then run. */
function viaProgram(f: (key: Tensor) => Tensor): Tensor {
  const { program } = trace((traced) => [f(traced)], [keySpec]);
  expect(program.equations.length).toBeGreaterThan(0);
  return runProgram(program, [key])[0]!;
}

const logits = tensor([[0.1, 0.5, 0.2], [0.7, -1, 2]], { dtype: 'float32' });

describe('a sampler in a program draws what it draws at once', () => {
  it.each<[string, (key: Tensor) => Tensor]>([
    ['split', (k) => random.split(k, [3, 2])],
    ['foldIn', (k) => random.foldIn(k, 7)],
    ['foldIn of a tensor', (k) => random.foldIn(k, scalar(7, 'int32'))],
    ['bits of 8', (k) => random.bits(k, shape, { dtype: 'uint8' })],
    ['bits of 16', (k) => random.bits(k, shape, { dtype: 'uint16' })],
    ['bits of 32', (k) => random.bits(k, shape)],
    ['bits of 64', (k) => random.bits(k, shape, { dtype: 'uint64' })],
    ['uniform', (k) => random.uniform(k, shape)],
    ['uniform from -1', (k) => random.uniform(k, shape, { minval: -1 })],
    ['uniform between bounds', (k) => random.uniform(k, shape, { minval: -0.3, maxval: 0.7 })],
    ['uniform between exchanged bounds', (k) => random.uniform(k, shape, { minval: 0.7, maxval: -0.3 })],
    ['uniform float64', (k) => random.uniform(k, shape, { dtype: 'float64', minval: -0.3, maxval: 0.7 })],
    ['uniform float16', (k) => random.uniform(k, shape, { dtype: 'float16', minval: 0.1, maxval: 3.3 })],
    ['normal', (k) => random.normal(k, shape)],
    ['normal of no axes', (k) => random.normal(k)],
    ['normal float64', (k) => random.normal(k, shape, { dtype: 'float64' })],
    ['normal bfloat16', (k) => random.normal(k, shape, { dtype: 'bfloat16' })],
    ['truncatedNormal', (k) => random.truncatedNormal(k, -2, 2, shape)],
    ['truncatedNormal far out', (k) => random.truncatedNormal(k, 3.9, 4, shape)],
    ['truncatedNormal float64', (k) => random.truncatedNormal(k, -1, 0.5, shape, { dtype: 'float64' })],
    ['bernoulli', (k) => random.bernoulli(k, 0.3, shape)],
    ['bernoulli with more bits', (k) => random.bernoulli(k, 0.3, shape, { mode: 'high' })],
    ['randint', (k) => random.randint(k, shape, -5, 1000)],
    ['randint int64', (k) => random.randint(k, shape, -5, 2n ** 62n, { dtype: 'int64' })],
    ['permutation', (k) => random.permutation(k, 50)],
    ['choice with weights', (k) => random.choice(k, 3, shape, { p: tensor([0.2, 0.5, 0.3]) })],
    ['gumbel', (k) => random.gumbel(k, shape)],
    ['gumbel of all bits', (k) => random.gumbel(k, shape, { mode: 'highest' })],
    ['categorical', (k) => random.categorical(k, logits, { shape: [20, 2] })],
    ['exponential', (k) => random.exponential(k, shape)],
    ['laplace', (k) => random.laplace(k, shape)],
    ['gamma', (k) => random.gamma(k, tensor([0.1, 0.9, 1, 3, 40]), [60, 5])],
    ['gamma float64', (k) => random.gamma(k, 0.4, [50], { dtype: 'float64' })],
    ['loggamma', (k) => random.loggamma(k, tensor([0.1, 0.9, 1, 3, 40]), [60, 5])],
    ['poisson', (k) => random.poisson(k, tensor([0.5, 8, 12, 300]), [30, 4])],
    ['binomial', (k) => random.binomial(k, 100, tensor([0.01, 0.3, 0.99]), [30, 3])],
    ['multinomial', (k) => random.multinomial(k, 100, tensor([[0.1, 0.3, 0.6], [0.5, 0, 0.5]]))],
  ])('%s', (_name, f) => {
    const drawn = f(key);
    const run = viaProgram(f);
    expect(run.dtype).toBe(drawn.dtype);
    expect(run.shape).toEqual(drawn.shape);
    expect(run.data()).toEqual(drawn.data());
  });

  it('orthogonal, to rounding', () => {
    const f = (k: Tensor): Tensor => random.orthogonal(k, 6, [2], { m: 4 });
    const drawn = f(key).data() as Float32Array;
    (viaProgram(f).data() as Float32Array).forEach((x, i) => expect(x).toBeCloseTo(drawn[i]!, 6));
  });
});

describe('a sampler under transformations', () => {
  it.each<[string, (key: Tensor) => Tensor]>([
    ['split', (k) => random.split(k, 3)],
    ['foldIn', (k) => random.foldIn(k, 7)],
    ['normal', (k) => random.normal(k, [4, 5])],
    ['truncatedNormal', (k) => random.truncatedNormal(k, -2, 2, [4])],
    ['bernoulli', (k) => random.bernoulli(k, 0.3, [2, 3, 4])],
    ['randint', (k) => random.randint(k, [6], 0, 10)],
    ['permutation', (k) => random.permutation(k, 12)],
    ['categorical', (k) => random.categorical(k, logits)],
    ['gamma', (k) => random.gamma(k, tensor([0.5, 2]))],
    ['poisson', (k) => random.poisson(k, tensor([0.5, 20]))],
    ['multivariateNormal', (k) => random.multivariateNormal(k, tensor([0.5, 2]), tensor([[2, 0.5], [0.5, 1]]))],
  ])('%s of several keys is what each of them gives', (_name, f) => {
    const keys = random.split(key, 3);
    const together = vmap(f)(keys);
    const apart = Array.from(keys, f);
    expect(together.shape).toEqual([3, ...apart[0]!.shape]);
    expect([...together].map((x) => x.data())).toEqual(apart.map((x) => x.data()));
  });

  it('samples flow derivatives to their bounds', () => {
    const mean = (scale: Tensor): Tensor => sum(random.uniform(key, [1000], { maxval: scale }));
    const unit = random.uniform(key, [1000]).data() as Float32Array;
    const expected = unit.reduce((total, x) => total + x, 0);
    expect(grad(mean)(scalar(3, 'float32')).item()).toBeCloseTo(expected, 2);
  });
});

describe('programs of samplers', () => {
  it('hold no constant as large as the sample', () => {
    const { program } = trace((k) => [random.normal(k, [1000, 1000])], [keySpec]);
    const constants = program.equations.flatMap(({ inputs }) => inputs.filter((atom) => atom.kind === 'constant'));
    expect(constants.map(({ shape: own }) => own.length)).not.toContain(2);
    expect(Math.max(...constants.map(({ value }) => value.size))).toBe(1);
  });

  it('draw samples of a symbolic size', () => {
    const { program } = trace((k, x) => [random.uniform(k, x.shape)], [keySpec, spec('float32', ['batch', 3])]);
    expect(program.outputs[0]!.shape).toEqual([symbol('batch'), 3]);
  });

  it('take bounds that are not known yet', () => {
    const f = (k: Tensor, bound: Tensor): Tensor[] => [random.truncatedNormal(k, bound, 2, [500])];
    const { program } = trace(f as (...inputs: Tensor[]) => Tensor[], [keySpec, spec('float32', [])]);
    expect(runProgram(program, [key, scalar(-0.5, 'float32')])[0]!.data()).toEqual(random.truncatedNormal(key, -0.5, 2, [500]).data());
  });
});
