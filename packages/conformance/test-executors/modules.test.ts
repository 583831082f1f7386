import { testShard } from './shards.js';

testShard('modules');
