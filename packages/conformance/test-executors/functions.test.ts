import { testShard } from './shards.js';

testShard('functions');
