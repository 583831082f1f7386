import { testShard } from './shards.js';

testShard('onnx', 1);
