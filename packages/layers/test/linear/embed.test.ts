import { DtypeError, ones, spec, tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Embed } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

describe('Embed', () => {
  const model = new Embed({ numEmbeddings: 4, features: 3 });
  const indices = tensor([[2, 0], [3, 3]], { dtype: 'int32' });
  const variables = model.init(key, [indices]);
  const table = elementsAt(variables, 'params/embedding');
  const row = (index: number): number[] => table.slice(3 * index, 3 * index + 3);

  it('has a row for each index', () => {
    expect(specsOf(variables)).toEqual({ 'params/embedding': 'float32[4,3]' });
  });

  it('gives the rows at the indices, as a new last axis', () => {
    const y = model.apply(variables, [indices]);
    expect(y.shape).toEqual([2, 2, 3]);
    expect(elements(y)).toEqual([2, 0, 3, 3].flatMap(row));
  });

  it('counts negative indices from the end', () => {
    expect(elements(model.apply(variables, [tensor([-1, -4], { dtype: 'int32' })]))).toEqual([3, 0].flatMap(row));
  });

  it('gives NaN for indices out of range', () => {
    expect(elements(model.apply(variables, [tensor([4, 1], { dtype: 'int32' })]))).toEqual([NaN, NaN, NaN, ...row(1)]);
  });

  it('with a single row gives it for every index', () => {
    const single = new Embed({ numEmbeddings: 1, features: 2 });
    const made = single.init(key, [indices]);
    expect(elements(single.apply(made, [tensor([0, 7], { dtype: 'int32' })]))).toEqual([...elementsAt(made, 'params/embedding'), ...elementsAt(made, 'params/embedding')]);
  });

  it('attend gives the products of a query with every row', () => {
    const query = sample(1, [2, 3], 'float32');
    const want = [0, 1].flatMap((q) => [0, 1, 2, 3].map((index) => row(index).reduce((total, value, i) => total + value * elements(query)[3 * q + i]!, 0)));
    expectClose(model.apply(variables, [query], { method: 'attend' }), want, 1e-6);
  });

  it('gives rows of `dtype`, while its table keeps its own', () => {
    const half = new Embed({ numEmbeddings: 4, features: 3, dtype: 'float16' });
    expect(half.apply(variables, [indices]).dtype).toBe('float16');
    expect(specsOf(half.init(key, [indices]))).toEqual({ 'params/embedding': 'float32[4,3]' });
  });

  it('traces with a symbolic batch', () => {
    expect(primitivesOf((input) => model.apply(variables, [input]), [spec('int32', ['n', 2])])).toContain('gather');
  });

  it('refuses indices that are no integers', () => {
    expect(() => model.apply(variables, [ones([2])])).toThrow(DtypeError);
    expect(() => model.apply(variables, [tensor([true])])).toThrow(DtypeError);
  });
});
