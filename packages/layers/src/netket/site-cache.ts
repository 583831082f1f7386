/** What layers share that are called site by site and keep the inputs of earlier sites in the collection `cache`. */
import type { Module } from '@flaxon/core';
import { ArgumentError, DtypeError, formatShape, isInteger, scalar, ShapeError, sub, where, zeros, type Dtype, type Shape, type Tensor } from '@flaxon/tensor';

/** The place of a site: a number, or where a graph is to serve every site an integer tensor (). */
export type SiteIndex = number | Tensor;

/**
 * A site as an int32 tensor (). @throws ArgumentError, ShapeError, DtypeError where it is none. A traced index cannot be checked for its
 * range.
 */
export function siteOf(layer: string, index: SiteIndex, sites = Infinity): Tensor {
  if (typeof index === 'number') {
    const isSite = Number.isInteger(index) && index >= 0 && index < sites;
    if (!isSite) throw new ArgumentError(layer, 'index', `must be a site, from 0 ${sites === Infinity ? 'on' : `to ${sites - 1}`}, found ${index}`);
    return scalar(index, 'int32');
  }
  if (index.rank !== 0) throw new ShapeError(layer, [formatShape(index.shape)], '`index` must be one site');
  if (!isInteger(index.dtype)) throw new DtypeError(layer, [index.dtype], '`index` must be an integer');
  return index;
}

/** One of two tensors by a condition; the other is not even computed where the condition is known. */
export function choose(condition: Tensor, whenTrue: () => Tensor, whenFalse: () => Tensor): Tensor {
  if (condition.isTraced) return where(condition, whenTrue(), whenFalse());
  return condition.item() === true ? whenTrue() : whenFalse();
}

/** The site of the input with which the output at `site` is asked for: -1, if exclusive, where there is none yet. */
export const inputSite = (site: Tensor, exclusive: boolean): Tensor => (exclusive ? sub(site, 1) : site);

interface CacheOptions {
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** The cache with this input in it. */
  readonly write: (cache: Tensor) => Tensor;
}

/**
 * The inputs up to now with this one among them, kept in `cache/inputs`, which is zeros at first. Nothing is written while initializing.
 * @throws ModifyScopeVariableError where `cache` is not mutable
 */
export function throughCache(module: Module, { shape, dtype, write }: CacheOptions): Tensor {
  const cache = module.variable<Tensor>('cache', 'inputs', () => zeros(shape, dtype));
  if (!module.isInitializing()) cache.value = write(cache.value);
  return cache.value;
}
