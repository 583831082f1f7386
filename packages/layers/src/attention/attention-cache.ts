import type { Module } from '@flaxon/core';
import { add, arange, broadcastTo, dynamicUpdateSlice, formatShape, lessEqual, ShapeError, zeros, type Tensor } from '@flaxon/tensor';
import { combineMasks } from './masks.js';

export interface Cached {
  readonly key: Tensor;
  readonly value: Tensor;
  readonly mask: Tensor | null | undefined;
}

/**
 * The keys and values so far, with this step's written at its place, and a mask that hides the places after it. The first call,
 * which makes the collection `cache` (`cached_key`, `cached_value`: (batch..., length, heads, depth), `cache_index`: int32 ()), is
 * for the whole length and passes everything on.
 * @throws ShapeError where a later call has not one query, or one of another batch, of heads or depth
 */
export function stepThroughCache(module: Module, query: Tensor, { key, value, mask }: Cached): Cached {
  const isStep = module.hasVariable('cache', 'cached_key');
  const keys = module.variable<Tensor>('cache', 'cached_key', () => zeros(key.shape, key.dtype));
  const values = module.variable<Tensor>('cache', 'cached_value', () => zeros(value.shape, value.dtype));
  const place = module.variable<Tensor>('cache', 'cache_index', () => zeros([], 'int32'));
  if (!isStep) return { key, value, mask };

  const { shape } = keys.value;
  const batch = shape.slice(0, -3);
  const expected = [...batch, 1, ...shape.slice(-2)];
  if (formatShape(expected) !== formatShape(query.shape)) {
    throw new ShapeError('MultiHeadDotProductAttention', [formatShape(query.shape), formatShape(expected)], 'with `decode` and a cache, each call has one query, of the batch that the cache was made for');
  }
  const at = place.value;
  const starts = [...batch.map(() => 0), at, 0, 0];
  keys.value = dynamicUpdateSlice(keys.value, key, starts);
  values.value = dynamicUpdateSlice(values.value, value, starts);
  place.value = add(at, 1);
  const length = shape.at(-3) as number;
  const past = broadcastTo(lessEqual(arange(length), at), [...batch, 1, 1, length]);
  return { key: keys.value, value: values.value, mask: combineMasks([mask, past], { dtype: 'bool' }) };
}
