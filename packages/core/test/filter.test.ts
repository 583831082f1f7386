import { describe, expect, it } from 'vitest';
import { checkFilter, DenyList, groupCollections, inFilter, intersectFilters, InvalidFilterError, isFilterEmpty, subtractFilters, unionFilters, type Filter } from '../src/index.js';

const names = ['a', 'b', 'c', 'd', 'something else'];
/** What a filter matches among the names: two filters that agree here agree everywhere. */
const matched = (filter: Filter): string[] => names.filter((name) => inFilter(filter, name));

const filters: readonly Filter[] = [
  true,
  false,
  'a',
  [],
  ['a'],
  ['a', 'b'],
  new Set(['b', 'c']),
  new DenyList('a'),
  new DenyList(['b', 'c']),
  new DenyList(true),
  new DenyList(false),
  new DenyList(new DenyList(['a', 'd'])),
];
const pairs = filters.flatMap((a) => filters.map((b) => [a, b] as const));

describe('inFilter', () => {
  it('a boolean matches everything or nothing', () => {
    expect(inFilter(true, 'a')).toBe(true);
    expect(inFilter(false, 'a')).toBe(false);
  });
  it('a string matches that name', () => {
    expect(inFilter('a', 'a')).toBe(true);
    expect(inFilter('a', 'ab')).toBe(false);
  });
  it('a list or a set matches its names', () => {
    expect(matched(['a', 'c'])).toEqual(['a', 'c']);
    expect(matched(new Set(['a', 'c']))).toEqual(['a', 'c']);
  });
  it('a deny list matches what its filter does not', () => {
    expect(matched(new DenyList(['a', 'c']))).toEqual(['b', 'd', 'something else']);
    expect(matched(new DenyList(new DenyList('a')))).toEqual(['a']);
  });
});

describe('the algebra', () => {
  it('a union matches what either matches', () => {
    for (const [a, b] of pairs) expect(matched(unionFilters(a, b))).toEqual(names.filter((name) => inFilter(a, name) || inFilter(b, name)));
  });
  it('a difference matches what the first matches and the second does not', () => {
    for (const [a, b] of pairs) expect(matched(subtractFilters(a, b))).toEqual(names.filter((name) => inFilter(a, name) && !inFilter(b, name)));
  });
  it('an intersection matches what both match', () => {
    for (const [a, b] of pairs) expect(matched(intersectFilters(a, b))).toEqual(names.filter((name) => inFilter(a, name) && inFilter(b, name)));
  });
  it('a filter is empty where it matches no name at all', () => {
    expect(filters.filter(isFilterEmpty)).toEqual([false, [], new DenyList(true)]);
  });
  it('gives the forms that Flax gives', () => {
    expect(unionFilters('a', ['b'])).toEqual(new Set(['a', 'b']));
    expect(unionFilters(false, false)).toEqual(new Set());
    expect(unionFilters(new DenyList('a'), new DenyList('b'))).toEqual(new DenyList(new Set()));
    expect(subtractFilters(true, false)).toEqual(new DenyList(false));
    expect(subtractFilters(['a'], true)).toBe(false);
    expect(intersectFilters(true, false)).toBe(false);
    expect(intersectFilters(false, false)).toEqual(new Set());
  });
});

describe('groupCollections', () => {
  it('gives each collection to the first filter that matches it', () => {
    const collections = { params: 1, batch_stats: 2, cache: 3 };
    expect(groupCollections(collections, ['params', ['cache', 'params'], new DenyList('batch_stats')])).toEqual([{ params: 1 }, { cache: 3 }, {}]);
  });
  it('leaves out what no filter matches', () => {
    expect(groupCollections({ params: 1, cache: 3 }, ['params'])).toEqual([{ params: 1 }]);
  });
});

describe('checkFilter', () => {
  it('rejects what is no filter, and shows it', () => {
    for (const wrong of [3, null, undefined, ['a', 3], { a: 1 }, new DenyList(3 as never)]) expect(() => checkFilter(wrong)).toThrow(InvalidFilterError);
    expect(() => checkFilter(3)).toThrow(/found 3/);
  });
});
