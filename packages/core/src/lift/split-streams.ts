import { random, type Dim } from '@flaxon/tensor';
import type { StreamGroup } from './pack.js';
import { mapTensors } from './tensor-tree.js';

/** Groups of streams with the base keys of those that are split replaced by `count` keys, stacked. */
export const splitStreams = (groups: readonly StreamGroup[], isSplit: readonly boolean[], count: Dim): unknown =>
  mapTensors(groups, isSplit, (key, splits) => (splits ? random.split(key, [count]) : key));
