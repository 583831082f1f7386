import { describe, expect, it } from 'vitest';
import { ones, tree, TreeMatchError, zeros, type Tensor } from '../../src/index.js';

const expected = { params: { Dense_0: { kernel: zeros([2, 3]), bias: zeros([3]) }, Dense_1: { kernel: zeros([3, 2]) } } };
const paths = (entries: readonly { readonly path: string }[]): string[] => entries.map(({ path }) => path);

describe('tree.match', () => {
  it('pairs leaves by path', () => {
    const { matched, missing, unexpected, mismatched } = tree.match<Tensor>(expected, expected);
    expect(paths(matched)).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel', 'params/Dense_1/kernel']);
    expect([missing, unexpected, mismatched]).toEqual([[], [], []]);
  });

  it('lists what is missing, what is left over and what has another shape, with the nearest paths', () => {
    const found = { params: { Dense_0: { kernel: zeros([3, 2]), bias: zeros([3]) }, Dense_2: { kernel: zeros([3, 2]) }, head: { scale: zeros([7]) } } };
    const result = tree.match<Tensor>(expected, found);
    expect(result.missing.map(({ path, nearest }) => [path, nearest])).toEqual([['params/Dense_1/kernel', 'params/Dense_2/kernel']]);
    expect(result.unexpected.map(({ path, nearest }) => [path, nearest])).toEqual([
      ['params/Dense_2/kernel', 'params/Dense_1/kernel'],
      ['params/head/scale', undefined],
    ]);
    expect(paths(result.mismatched)).toEqual(['params/Dense_0/kernel']);
  });

  it('takes the nearest path among those of the same shape first', () => {
    const result = tree.match<Tensor>({ layer_1: zeros([4]) }, { layer_2: zeros([5]), layer_23: zeros([4]) });
    expect(result.missing[0]!.nearest).toBe('layer_23');
  });

  it('compares dtypes only where that is asked for', () => {
    const other = { x: zeros([2], 'float16') };
    expect(tree.match<Tensor>({ x: zeros([2]) }, other).mismatched).toEqual([]);
    expect(paths(tree.match<Tensor>({ x: zeros([2]) }, other, { sameDtype: true }).mismatched)).toEqual(['x']);
  });

  it('renames by the longest beginning that fits, whole names only', () => {
    const rename = { 'params/a': 'params/b', 'params/a/deep': 'params/c', 'params/old': null, extra: '' };
    const found = ['params/a/w', 'params/a/deep/w', 'params/ab/w', 'params/old/w', 'extra/params/w'];
    expect(found.map((path) => tree.renamePath(path, rename))).toEqual(['params/b/w', 'params/c/w', 'params/ab/w', null, 'params/w']);
  });

  it('refuses to give two leaves one path', () => {
    expect(() => tree.match<Tensor>({ x: zeros([]) }, { x: zeros([]), y: zeros([]) }, { rename: { y: 'x' } })).toThrow(/"x" and "y" the one path "x"/);
  });
});

describe('tree.merge', () => {
  it('takes the found leaves', () => {
    const { tree: merged } = tree.merge<Tensor>({ a: zeros([2]), b: [zeros([1])] }, { a: ones([2]), b: [ones([1])] });
    expect(tree.map((leaf: Tensor) => leaf.toArray() as never, merged)).toEqual({ a: [1, 1], b: [[1]] });
  });

  it('throws one error with everything that does not fit', () => {
    const run = (): unknown => tree.merge<Tensor>(expected, { params: { Dense_0: { kernel: zeros([3, 3]), bais: zeros([3]) } } });
    expect(run).toThrow(TreeMatchError);
    try {
      run();
    } catch (error) {
      const { missing, unexpected, mismatched, message } = error as TreeMatchError;
      expect([paths(missing), paths(unexpected), paths(mismatched)]).toEqual([['params/Dense_0/bias', 'params/Dense_1/kernel'], ['params/Dense_0/bais'], ['params/Dense_0/kernel']]);
      expect(message).toContain('missing (2): "params/Dense_0/bias" float32[3], nearest "params/Dense_0/bais"');
      expect(message).toContain('"params/Dense_0/kernel" should be float32[2,3], found float32[3,3]');
    }
    expect.assertions(4);
  });

  it('in part keeps what does not fit', () => {
    const { tree: merged, match } = tree.merge<Tensor>({ a: zeros([2]), b: zeros([1]) }, { a: ones([2]), b: ones([3]), c: ones([]) }, { partial: true });
    expect(tree.map((leaf: Tensor) => leaf.toArray() as never, merged)).toEqual({ a: [1, 1], b: [0] });
    expect([paths(match.matched), paths(match.mismatched), paths(match.unexpected)]).toEqual([['a'], ['b'], ['c']]);
  });

  it('takes leaves from other paths', () => {
    const { match } = tree.merge<Tensor>({ encoder: { w: zeros([2]) } }, { model: { w: ones([2]) } }, { rename: (path) => path.replace(/^model/, 'encoder') });
    expect(match.matched.map(({ path, from }) => [path, from])).toEqual([['encoder/w', 'model/w']]);
  });
});
