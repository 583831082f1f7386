import { ones, random, tensor, zeros } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { hashPath, InvalidRngError, isKey, LazyRng } from '../../src/index.js';
import { toStreams } from '../../src/rng/lazy-rng.js';
import { wordsOf } from '../layers.js';

const root = random.key(0);
type Path = readonly (string | number)[];

/** Keys of Flax 0.12.8 for the root key `random.key(0)`: path, without and with the separator. */
const golden: readonly [Path, readonly number[], readonly number[]][] = [
  [[1], [1428664606, 3351135085], [1543086838, 3704909070]],
  [['Dense_0', 1], [3043437727, 3662875008], [243693010, 2466960572]],
  [['Dense_1', 1], [3520776978, 4166105696], [621288600, 199447839]],
  [['a', 256], [1849635665, 616478518], [2576898726, 414233765]],
  [['layers_0', 'Dense_0', 2], [1812020492, 1420522758], [2626899275, 562337740]],
];

describe('hashPath', () => {
  it('is the first word of the SHA-1 of the path, numbers as their shortest bytes', () => {
    expect(hashPath([1])).toBe(0xbf8b4530);
    expect(hashPath(['Dense_0', 1])).toBe(0xb2b71315);
    expect(hashPath(['Dense_1', 1])).toBe(0x06a9f0dc);
    expect(hashPath(['a', 256])).toBe(0x98fba655);
    expect(hashPath(['layers_0', 'Dense_0', 2])).toBe(0xb3f2b096);
  });
  it('a zero adds no bytes', () => {
    expect(hashPath(['a', 0])).toBe(hashPath(['a']));
  });
  it('Flax hashes paths alike whose texts joined are equal; `separated` keeps them apart', () => {
    expect(hashPath(['ab', 'cdef'])).toBe(hashPath(['abc', 'def']));
    expect(hashPath(['ab', 'cdef'], 'separated')).not.toBe(hashPath(['abc', 'def'], 'separated'));
  });
});

describe('LazyRng', () => {
  it.each(golden)('folds the path %j in as Flax does', (path, flax, separated) => {
    expect(wordsOf(new LazyRng(root, path).materialize())).toEqual(flax);
    expect(wordsOf(new LazyRng(root, path, 'separated').materialize())).toEqual(separated);
  });
  it('without a path is the key itself', () => {
    expect(new LazyRng(root).materialize()).toBe(root);
    expect(new LazyRng(root, ['a', 1]).withoutSuffix().materialize()).toBe(root);
  });
  it('adds to the path without changing the original', () => {
    const outer = new LazyRng(root, ['a']);
    expect(outer.with(1).suffix).toEqual(['a', 1]);
    expect(outer.suffix).toEqual(['a']);
  });
});

describe('keys', () => {
  it('a key is a tensor uint32 (2,)', () => {
    expect(isKey(root)).toBe(true);
    expect(isKey(tensor([1, 2], { dtype: 'uint32' }))).toBe(true);
    for (const wrong of [tensor([1, 2]), tensor([1], { dtype: 'uint32' }), zeros([3, 2], 'uint32'), [0, 0], 0, null]) expect(isKey(wrong)).toBe(false);
  });
  it('a single key is the stream `params`', () => {
    expect(Object.keys(toStreams(root))).toEqual(['params']);
  });
  it('what is no key is rejected with the stream that it was given for', () => {
    expect(() => toStreams(ones([2]))).toThrow(InvalidRngError);
    expect(() => toStreams({ dropout: ones([2]) })).toThrow(/for the stream "dropout"/);
    expect(() => toStreams(3 as never)).toThrow(InvalidRngError);
    expect(() => toStreams(random.split(root, 3))).toThrow(InvalidRngError);
  });
});
