import { testShard } from './shards.js';

testShard('eager', 0);
