import { testShard } from './shards.js';

testShard('scripts');
