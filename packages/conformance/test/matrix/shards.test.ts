import { expect, it } from 'vitest';
import { executorNames } from '../../src/executors/index.js';
import { ownCases } from '../../src/paths.js';
import { suiteNames } from '../../src/suite.js';
import { shards } from './shards.js';

it.each(executorNames)('every suite is tested once on %s', async (executor) => {
  expect(shards[executor].flat().toSorted()).toEqual(await suiteNames(ownCases));
});
