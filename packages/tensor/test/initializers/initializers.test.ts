import { describe, expect, it } from 'vitest';
import { ArgumentError, DtypeError, ShapeError } from '../../src/errors/errors.js';
import * as initializers from '../../src/initializers/index.js';
import * as random from '../../src/random/index.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { checksum } from '../random/checksum.js';

const key = random.key(42);
const kernel = [3, 3, 64, 128];
const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);

// Expected numbers: jax.nn.initializers, JAX 0.10.2 on an x86 CPU with fused multiply-add.
describe('initializers with the bits of JAX', () => {
  it.each<[string, initializers.Initializer, number]>([
    ['lecunNormal', initializers.lecunNormal(), 3924931381],
    ['heUniform', initializers.heUniform(), 3892978980],
    ['glorotNormal', initializers.glorotNormal(), 3780940296],
    ['varianceScaling', initializers.varianceScaling(2, 'fanOut', 'normal'), 3480271986],
  ])('%s of a convolution kernel', (_name, initializer, expected) => {
    expect(checksum(initializer(key, kernel).data() as Float32Array)).toBe(expected);
  });

  it('lecunNormal of a small kernel', () => {
    const expected = [-0.021717817, 0.35722545, 0.22659318, 0.11777377, -0.09514818, 0.16632721].map(Math.fround);
    expect(numbers(initializers.lecunNormal()(key, [2, 3]))).toEqual(expected);
  });
});

describe('initializers', () => {
  it('zeros, ones and constant fill the shape in the dtype', () => {
    expect(numbers(initializers.zeros(key, [2, 2]))).toEqual([0, 0, 0, 0]);
    expect(initializers.ones(key, [3], 'float64').dtype).toBe('float64');
    expect(numbers(initializers.constant(7)(key, [2], 'int32'))).toEqual([7, 7]);
    expect(numbers(initializers.constant([1, 2])(key, [2, 2]))).toEqual([1, 2, 1, 2]);
    expect(numbers(initializers.constant(tensor([0.5, 2]))(key, [2, 2]))).toEqual([0.5, 2, 0.5, 2]);
  });

  it('the axes say what the inputs are', () => {
    const byFeatures = initializers.varianceScaling(1, 'fanIn', 'normal', { inAxis: 0, outAxis: 1 })(key, [100, 4]);
    const byDefault = initializers.varianceScaling(1, 'fanIn', 'normal')(key, [100, 4]);
    expect(numbers(byFeatures)).toEqual(numbers(byDefault));
    const batched = initializers.lecunNormal({ batchAxis: 0 })(key, [5, 100, 4]);
    const plain = initializers.lecunNormal()(key, [1, 100, 20]);
    expect(Math.max(...numbers(batched))).toBeCloseTo(Math.max(...numbers(plain)), 6);
  });

  it('orthogonal kernels keep lengths, with rows and columns exchanged too', () => {
    const tall = initializers.orthogonal({ scale: 2 })(key, [3, 2, 4], 'float64');
    const columns = Array.from({ length: 4 }, (_, j) => numbers(tall).filter((_x, i) => i % 4 === j));
    for (const column of columns) expect(Math.hypot(...column)).toBeCloseTo(2, 12);
    const moved = initializers.orthogonal({ columnAxis: 0 })(key, [4, 3, 2], 'float64');
    expect(Math.hypot(...numbers(moved).slice(0, 6))).toBeCloseTo(1, 12);
  });

  it('a delta orthogonal kernel is zero but in the middle', () => {
    const x = initializers.deltaOrthogonal()(key, [3, 2, 2, 2]).toArray() as number[][][][];
    const filled = x.flatMap((row, i) => row.flatMap((place, j) => (place.flat().some((value) => value !== 0) ? [[i, j]] : [])));
    expect(filled).toEqual([[1, 0]]);
  });
});

describe('configurations of initializers', () => {
  it('hold the name and what was given', () => {
    expect(initializers.initializerConfig(initializers.zeros)).toEqual({ name: 'zeros' });
    expect(initializers.initializerConfig(initializers.lecunNormal())).toEqual({ name: 'lecunNormal' });
    expect(initializers.initializerConfig(initializers.normal({ stddev: 0.02 }))).toEqual({ name: 'normal', stddev: 0.02 });
    expect(initializers.initializerConfig(initializers.constant(tensor([1, 2])))).toEqual({ name: 'constant', value: [1, 2] });
  });

  it.each<initializers.InitializerConfig>([
    { name: 'zeros' },
    { name: 'ones' },
    { name: 'constant', value: [1, 2, 3] },
    { name: 'normal', stddev: 0.5 },
    { name: 'truncatedNormal', stddev: 0.5, lower: -1, upper: 3 },
    { name: 'uniform', scale: 3 },
    { name: 'lecunUniform', inAxis: [0, 1], outAxis: 2 },
    { name: 'varianceScaling', scale: 2, mode: 'fanGeoAvg', distribution: 'uniform', batchAxis: 0 },
    { name: 'orthogonal', scale: 2, columnAxis: 0 },
    { name: 'deltaOrthogonal' },
  ])('$name comes back from its configuration as JSON', (config) => {
    const written = JSON.stringify(config);
    const made = initializers.initializerFromConfig(JSON.parse(written) as initializers.InitializerConfig);
    expect(initializers.initializerConfig(made)).toEqual(config);
    expect(made(key, [2, 3, 3]).shape).toEqual([2, 3, 3]);
  });

  it('a function that is not of the library has none', () => {
    expect(initializers.initializerConfig((k, shape) => random.normal(k, shape))).toBeUndefined();
  });

  it('unknown names and attributes are named, with those that exist', () => {
    expect(() => initializers.initializerFromConfig({ name: 'lecun' })).toThrow('must be one of zeros, ones');
    expect(() => initializers.initializerFromConfig({ name: 'normal', std: 1 })).toThrow('`std` is not an attribute of normal, which has stddev');
    expect(() => initializers.initializerFromConfig({ name: 'normal', stddev: 'wide' })).toThrow(ArgumentError);
  });
});

describe('errors of initializers', () => {
  it('variance scaling needs the axes of inputs and outputs, and elements', () => {
    expect(() => initializers.lecunNormal()(key, [5])).toThrow(ShapeError);
    expect(() => initializers.lecunNormal()(key, [5])).toThrow('has no axis -2 (`inAxis`)');
    expect(() => initializers.glorotUniform()(key, [0, 3])).toThrow(ShapeError);
    expect(() => initializers.lecunNormal({ inAxis: 0, outAxis: 0 })(key, [5])).not.toThrow();
  });

  it('modes and distributions are checked when the initializer is made', () => {
    expect(() => initializers.varianceScaling(1, 'fan' as never, 'normal')).toThrow(ArgumentError);
    expect(() => initializers.varianceScaling(1, 'fanIn', 'cauchy' as never)).toThrow('`distribution` must be one of truncatedNormal, normal, uniform');
    expect(() => initializers.lecunNormal({ inAxis: 'last' as never })).toThrow(ArgumentError);
  });

  it('orthogonal kernels need two axes, delta orthogonal ones a spatial axis and enough outputs', () => {
    expect(() => initializers.orthogonal()(key, [4])).toThrow(ShapeError);
    expect(() => initializers.deltaOrthogonal()(key, [3, 3])).toThrow(ShapeError);
    expect(() => initializers.deltaOrthogonal()(key, [3, 4, 2])).toThrow(ShapeError);
  });

  it('random numbers are floating', () => {
    expect(() => initializers.normal()(key, [2, 2], 'int32')).toThrow(DtypeError);
  });
});
