import { tensor, type Tensor } from '@flaxon/tensor';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { CheckpointFormatError, fromNpz, mergeStateDict, toNpz, UnsupportedValueError, type TensorTree } from '../src/index.js';

const plain = (x: TensorTree | undefined): unknown => ({ dtype: (x as Tensor).dtype, values: (x as Tensor).toArray() });

/** `numpy.save` of NumPy 2.4: `np.asfortranarray([[1, 2, 3], [4, 5, 6]], dtype='<i2')`. */
const fortran = Uint8Array.from([
  0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0,
  ...new TextEncoder().encode(`${"{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }".padEnd(117)}\n`),
  1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0,
]);

describe('npz', () => {
  it('reads back what it wrote, of any shape and dtype', () => {
    const read = fromNpz(toNpz({ a: { b: tensor([[1.5, -2]]), c: tensor(7n, { dtype: 'int64' }) }, d: [tensor([true, false])] }));
    expect(plain((read['a'] as { b: Tensor }).b)).toEqual({ dtype: 'float32', values: [[1.5, -2]] });
    expect(plain((read['a'] as { c: Tensor }).c)).toEqual({ dtype: 'int64', values: 7n });
    expect(plain((read['d'] as { 0: Tensor })[0])).toEqual({ dtype: 'bool', values: [true, false] });
  });

  it('turns arrays in the order of Fortran', () => {
    expect(plain(fromNpz(zipSync({ 'x.npy': fortran }))['x'])).toEqual({ dtype: 'int16', values: [[1, 2, 3], [4, 5, 6]] });
  });

  it('refuses bfloat16, which NumPy does not have, and says what to do', () => {
    expect(() => toNpz({ x: tensor([1], { dtype: 'bfloat16' }) })).toThrow(UnsupportedValueError);
  });

  it.each([
    ['no archive', new Uint8Array(40)],
    ['an archive of something else', zipSync({ 'x.npy': new Uint8Array(3) })],
    ['an array that is cut off', zipSync({ 'x.npy': fortran.subarray(0, -1) })],
    ['a header that is cut off', zipSync({ 'x.npy': fortran.subarray(0, 40) })],
    ['a dtype that is not known', zipSync({ 'x.npy': Uint8Array.from(fortran, (byte, i) => (i === 22 ? 0x7a : byte)) })],
  ])('refuses %s', (_, bytes) => {
    expect(() => fromNpz(bytes)).toThrow(CheckpointFormatError);
  });

  it('refuses an archive that grows beyond its bound', () => {
    expect(() => fromNpz(toNpz({ x: tensor([1.5, 2.5]) }), { maxBytes: 100 })).toThrow(/give `maxBytes`/);
  });
});

describe('mergeStateDict', () => {
  const target = { params: { kernel: tensor([[0, 0, 0]]), bias: tensor([0]) }, step: 3 };

  it('loads what fits, keeps the rest, and reports with the nearest names', () => {
    const { tree, match } = mergeStateDict(target, { params: { kernal: tensor([[1, 2, 3]]), bias: tensor([5]) } }, { partial: true });
    expect(tree.params.bias.toArray()).toEqual([5]);
    expect(tree.params.kernel.toArray()).toEqual([[0, 0, 0]]);
    expect(tree.step).toBe(3);
    expect(match.missing.map(({ path, nearest }) => [path, nearest])).toEqual([['params/kernel', 'params/kernal']]);
  });

  it('renames paths and transforms tensors, as weights of PyTorch need it', () => {
    const torch = { linear: { weight: tensor([[1], [2], [3]]), bias: tensor([5]) } };
    const { tree } = mergeStateDict(target, torch, {
      rename: [[/^linear\//u, 'params/'], [/weight$/u, 'kernel']],
      transform: (path, leaf) => (path.endsWith('weight') ? leaf.transpose() : leaf),
    });
    expect(tree.params.kernel.toArray()).toEqual([[1, 2, 3]]);
  });

  it('refuses what does not fit unless it may be partial', () => {
    expect(() => mergeStateDict(target, { params: { kernel: tensor([[1, 2]]), bias: tensor([5]) } })).toThrow(/kernel/);
  });
});
