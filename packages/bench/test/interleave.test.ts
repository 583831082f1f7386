import { expect, it } from 'vitest';
import { contestant } from '../src/measure/contestant.js';
import { interleave } from '../src/measure/interleave.js';
import type { Contestant } from '../src/measure/contestant.js';

/** A contestant whose every call takes `time`, and which writes down when its turn is. */
function scripted(name: string, time: number, turns: string[]): Contestant {
  return {
    name,
    first: () => Promise.resolve({ milliseconds: 7, result: [1] }),
    block: (calls) => {
      turns.push(`${name}${calls}`);
      return Promise.resolve(Array.from({ length: calls }, () => time));
    },
  };
}

it('contestants take turns, with as many calls as fill a block', async () => {
  const turns: string[] = [];
  const measured = await interleave([scripted('a', 10, turns), scripted('b', 25, turns)], { rounds: 2, blockMilliseconds: 50 });
  expect(turns).toEqual(['a1', 'a5', 'b1', 'b2', 'a5', 'b2', 'a5', 'b2']);
  expect(measured).toEqual([
    { name: 'a', first: 7, result: [1], rounds: [10, 10], smallest: 10 },
    { name: 'b', first: 7, result: [1], rounds: [25, 25], smallest: 25 },
  ]);
});

it('a call longer than a block is still made once a round', async () => {
  const turns: string[] = [];
  await interleave([scripted('slow', 900, turns)], { rounds: 1, blockMilliseconds: 50 });
  expect(turns).toEqual(['slow1', 'slow1', 'slow1']);
});

it('a contestant that takes more than a second a call has three rounds', async () => {
  const measured = await interleave([scripted('slow', 2000, []), scripted('fast', 10, [])], { rounds: 5, blockMilliseconds: 50 });
  expect(measured.map(({ rounds }) => rounds.length)).toEqual([3, 5]);
});

it('preparation counts in the first call only', async () => {
  let prepared = 0;
  const one = contestant('one', () => {
    prepared += 1;
    return () => Promise.resolve([prepared]);
  });
  await expect(one.block(1)).rejects.toThrow('`first` of one must run before `block`');
  expect((await one.first()).result).toEqual([1]);
  expect(await one.block(3)).toHaveLength(3);
  expect(prepared).toBe(1);
});
