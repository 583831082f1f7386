import { arange, ArgumentError, astype, broadcastTo, expandDims, formatShape, greaterEqual, logicalAnd, mul, type Dtype, type Tensor } from '@flaxon/tensor';

export interface MaskShapeOptions {
  /** How many axes of size 1 come before the others. */
  readonly extraBatchDims?: number;
  readonly dtype?: Dtype;
}

export interface AttentionMaskOptions extends MaskShapeOptions {
  /** What queries and keys make of each other: their product, unless it is another function, such as `greaterEqual`. */
  readonly pairwiseFn?: (query: Tensor, key: Tensor) => Tensor;
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/**
 * A mask of attention weights from what is known of each query and each key, such as whether it is no padding (Flax:
 * `nn.make_attention_mask`): (batch..., queries) and (batch..., keys) to (batch..., 1, queries, keys).
 */
export function makeAttentionMask(query: Tensor, key: Tensor, { pairwiseFn = mul, extraBatchDims = 0, dtype = 'float32' }: AttentionMaskOptions = {}): Tensor {
  const mask = expandDims(pairwiseFn(expandDims(query, -1), expandDims(key, -2)), -3);
  return astype(extraBatchDims === 0 ? mask : expandDims(mask, range(extraBatchDims)), dtype);
}

/** A mask with which each place attends to itself and to those before it (Flax: `nn.make_causal_mask`): (batch..., length) to (batch..., 1, length, length). */
export function makeCausalMask(x: Tensor, { extraBatchDims = 0, dtype = 'float32' }: MaskShapeOptions = {}): Tensor {
  const length = x.shape.at(-1);
  if (typeof length !== 'number') throw new ArgumentError('makeCausalMask', 'x', `needs a last axis of known length, found ${formatShape(x.shape)}`);
  const places = broadcastTo(arange(length), x.shape);
  return makeAttentionMask(places, places, { pairwiseFn: greaterEqual, extraBatchDims, dtype });
}

/**
 * One where all masks are, 0 elsewhere; null where there are no masks, since null and undefined are left out (Flax:
 * `nn.combine_masks`). @throws ArgumentError where they differ in rank
 */
export function combineMasks(masks: readonly (Tensor | null | undefined)[], { dtype = 'float32' }: { readonly dtype?: Dtype } = {}): Tensor | null {
  const given = masks.filter((mask) => mask !== null && mask !== undefined);
  const [first, ...others] = given;
  if (first === undefined) return null;
  if (others.some(({ rank }) => rank !== first.rank)) {
    throw new ArgumentError('combineMasks', 'masks', `must have the same rank, found ${given.map(({ shape }) => formatShape(shape)).join(' and ')}`);
  }
  const asBool = (mask: Tensor): Tensor => astype(mask, 'bool');
  return astype(others.reduce((all, mask) => logicalAnd(all, asBool(mask)), asBool(first)), dtype);
}
