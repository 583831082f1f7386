import { reshape, sliceAxis } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Key `index` of an array of keys (n, 2). */
export const sliceKey = (keys: Tensor, index: number): Tensor => reshape(sliceAxis(keys, 0, index, index + 1), [2]);
