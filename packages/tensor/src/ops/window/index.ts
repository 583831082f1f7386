export { reduceWindow, type WindowFunction, type WindowReducer } from './reduce-window.js';
export type { WindowOptions } from './window.js';
export { avgPool, maxPool, minPool, pool, type AveragePoolOptions, type PoolOptions } from './pooling.js';
