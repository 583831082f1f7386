import { describe, expect, it } from 'vitest';
import { tree, TreeError } from '../../src/index.js';

describe('tree', () => {
  it('visits keys in sorted order, whatever the order of insertion', () => {
    expect(tree.leaves({ b: 1, a: { d: 2, c: 3 } })).toEqual([3, 2, 1]);
  });
  it('rebuilds what it flattened', () => {
    const given = { a: [1, { b: 2 }], c: null };
    const { leaves, structure } = tree.flatten<number>(given);
    expect(tree.unflatten(structure, leaves)).toEqual(given);
  });
  it('names leaves by their path', () => {
    expect(tree.flattenWithPath({ params: { Dense_0: { kernel: 1 } }, list: [2] }).map(({ path }) => path)).toEqual(['list/0', 'params/Dense_0/kernel']);
  });
  it('maps several trees leaf by leaf', () => {
    expect(tree.map((a: number, b: number) => a * b, { x: 2, y: [3] }, { y: [5], x: 7 })).toEqual({ x: 14, y: [15] });
  });
  it('refuses trees of different structure by the first differing path', () => {
    expect(() => tree.map((a: number) => a, { a: { b: 1, c: 2 } }, { a: { b: 1 } })).toThrow(new TreeError('a', 'an object with keys b, c', 'an object with keys b'));
    expect(() => tree.map((a: number) => a, { a: [1, 2] }, { a: [1, { x: 2 }] })).toThrow(/`a\/1`: expected a leaf, found an object/);
  });
  it('takes null for a tree without leaves', () => {
    expect(tree.map((a: number) => a + 1, { a: null, b: 1 })).toEqual({ a: null, b: 2 });
  });
  it('has one key text for equal structures', () => {
    const key = (value: tree.Tree<number>): string => tree.structureKey(tree.structure(value));
    expect(key({ a: 1, b: [2] })).toBe(key({ b: [9], a: 4 }));
    expect(key({ a: 1, b: [2] })).not.toBe(key({ a: 1, b: [2, 3] }));
  });
});
