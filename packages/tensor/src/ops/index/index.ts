export { putAlongAxis } from './along.js';
export { at, type IndexedUpdate } from './at.js';
export type { IndexItem, SliceIndex } from './items.js';
export { index, type ReadMode, type ReadOptions } from './read.js';
export type { WriteMode, WriteOptions } from './write.js';
