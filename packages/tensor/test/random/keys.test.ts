import { describe, expect, it } from 'vitest';
import { ArgumentError, DtypeError, ShapeError } from '../../src/errors/errors.js';
import * as random from '../../src/random/index.js';
import { scalar, tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { checksum } from './checksum.js';

const words = (key: Tensor): number[] => [...(key.data() as Uint32Array)];
const key42 = random.key(42);

// Expected numbers: JAX 0.10.2.
describe('random keys', () => {
  it('a key is the low 32 bits of its seed', () => {
    const seeds = [0, 1, -1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7, (1n << 63n) - 1n];
    expect(seeds.map((seed) => words(random.key(seed)))).toEqual([[0, 0], [0, 1], [0, 4294967295], [0, 2147483648], [0, 4294967295], [0, 0], [0, 7], [0, 4294967295]]);
  });

  it('a seed may be an integer tensor', () => {
    expect(words(random.key(scalar(42, 'int32')))).toEqual([0, 42]);
    expect(words(random.key(scalar(-1, 'int64')))).toEqual([0, 4294967295]);
  });

  it('split makes the keys of JAX', () => {
    expect(words(random.split(key42, 3))).toEqual([1832780943, 270669613, 64467757, 2916123636, 2465931498, 255383827]);
    expect(random.split(key42).shape).toEqual([2, 2]);
    const grid = random.split(key42, [3, 2]);
    expect(grid.shape).toEqual([3, 2, 2]);
    expect(checksum(grid.data() as Uint32Array)).toBe(4043887300);
  });

  it('split into none is empty', () => {
    expect(random.split(key42, 0).shape).toEqual([0, 2]);
  });

  it('foldIn makes the keys of JAX', () => {
    expect(words(random.foldIn(key42, 1))).toEqual([64467757, 2916123636]);
    expect(words(random.foldIn(key42, 12345))).toEqual([605133419, 3761158475]);
    expect(words(random.foldIn(key42, 2 ** 32 - 1))).toEqual([2398536845, 3890976714]);
  });

  it('foldIn takes the low 32 bits of numbers and of tensors alike', () => {
    const expected = words(random.foldIn(key42, 2 ** 32 - 3));
    expect(words(random.foldIn(key42, -3))).toEqual(expected);
    expect(words(random.foldIn(key42, scalar(-3, 'int32')))).toEqual(expected);
    expect(words(random.foldIn(key42, scalar(-3n, 'int64')))).toEqual(expected);
  });

  it('folding in 1 is the second half of a split', () => {
    expect(words(random.foldIn(key42, 1))).toEqual(words(random.split(key42)).slice(2));
  });

  it('key data are the words of a key', () => {
    expect(words(random.keyData(random.wrapKeyData([1, 2])))).toEqual([1, 2]);
    expect(words(random.clone(key42))).toEqual([0, 42]);
  });
});

describe('errors about keys', () => {
  it('a seed in place of a key is told apart, with the fix', () => {
    const draw = () => random.normal(42 as never, [3]);
    expect(draw).toThrow(random.InvalidKeyError);
    expect(draw).toThrow('random.normal: needs a key, a uint32 tensor of shape (2,); found 42. Make one of a seed with `random.key(42)`');
  });

  it('an array of keys is told to be mapped over', () => {
    const draw = () => random.uniform(random.split(key42, 3), [2]);
    expect(draw).toThrow('found uint32[3,2]. For a sample of each of several keys, map over them: `vmap(');
  });

  it('the error carries the operation and what was found', () => {
    try {
      random.split(tensor([1, 2], { dtype: 'int32' }));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'InvalidKeyError', operation: 'random.split', found: 'int32[2]' });
    }
  });

  it('a seed must be a whole number that is held exactly', () => {
    expect(() => random.key(0.5)).toThrow(ArgumentError);
    expect(() => random.key(2 ** 53)).toThrow('`seed` must be a whole number below 2^53');
    expect(() => random.key(scalar(1, 'float32'))).toThrow(DtypeError);
  });

  it('what is folded in must be one integer', () => {
    expect(() => random.foldIn(key42, 1.5)).toThrow(ArgumentError);
    expect(() => random.foldIn(key42, scalar(1.5, 'float32'))).toThrow(DtypeError);
    expect(() => random.foldIn(key42, tensor([1, 2]))).toThrow(ShapeError);
  });

  it('key data must be two words', () => {
    expect(() => random.wrapKeyData([1, 2, 3])).toThrow(random.InvalidKeyError);
    expect(() => random.keyData(tensor([1, 2], { dtype: 'int32' }))).toThrow(random.InvalidKeyError);
  });
});
