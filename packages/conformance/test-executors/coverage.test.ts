import { expect, it } from 'vitest';
import { ownCases } from '../src/paths.js';
import { suiteNames } from '../src/suite.js';
import { shards } from './shards.js';

it('every suite stands in one shard', async () => {
  expect(Object.values(shards).flat().toSorted()).toEqual(await suiteNames(ownCases));
});
