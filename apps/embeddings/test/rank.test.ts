import { expect, it } from 'vitest';

import { rankByQuery, rankPairs } from '../src/rank.js';
import { table } from '../src/table.js';

const vectors = [[1, 0], [0.6, 0.8], [0, 1], [-1, 0]].map((one) => Float32Array.from(one));

it('sentences come by their similarity to the query, the nearest first', () => {
  const ranked = rankByQuery(Float32Array.from([1, 0]), vectors);
  expect(ranked.map(({ sentence }) => sentence)).toEqual([0, 1, 2, 3]);
  expect(ranked.map((one) => Number(one.similarity.toFixed(6)))).toEqual([1, 0.6, 0, -1]);
});

it('equal similarities keep the order of the sentences', () => {
  expect(rankByQuery(Float32Array.from([0, 1]), [vectors[0]!, vectors[2]!, vectors[3]!]).map(({ sentence }) => sentence)).toEqual([1, 0, 2]);
});

it('every pair of sentences is there once, the nearest first', () => {
  expect(rankPairs(vectors).map(({ first, second }) => `${first}${second}`)).toEqual(['12', '01', '02', '23', '13', '03']);
});

it('columns are as wide as their widest cell, numbers flush right', () => {
  expect(table(['# ', 'name'], [['9', 'b'], ['10', 'abc']])).toBe([' #  name', ' 9  b', '10  abc'].join('\n'));
});

it('a cell is one line and is cut between characters', () => {
  expect(table(['text'], [['a\n\tb']])).toBe('text\na b');
  expect(table(['text'], [['😀'.repeat(61)]])).toBe(`text\n${'😀'.repeat(57)}...`);
  expect(table(['text'], [['😀'.repeat(60)]])).toBe(`text\n${'😀'.repeat(60)}`);
});
