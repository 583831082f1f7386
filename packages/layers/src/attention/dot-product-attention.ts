import type { Module } from '@flaxon/core';
import { add, ArgumentError, astype, broadcastShapes, composite, div, einsum, formatShape, mul, random, scalar, ShapeError, softmax, where, type Dtype, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';

export interface DotProductAttentionOptions {
  /** Added to the weights before the softmax, broadcast to (batch..., heads, queries, keys). */
  readonly bias?: Tensor | null | undefined;
  /** What each query attends to: where it is 0 or false, not; broadcast to (batch..., heads, queries, keys). */
  readonly mask?: Tensor | null | undefined;
  /** Whether all batches and heads share one draw. */
  readonly broadcastDropout?: boolean;
  /** The key to drop weights with. */
  readonly dropoutRng?: Tensor | null | undefined;
  /** The probability with which a weight is dropped. */
  readonly dropoutRate?: number;
  /** Drops nothing. */
  readonly deterministic?: boolean;
  /** What to compute in; by default the common dtype of query, key and value. */
  readonly dtype?: Dtype | undefined;
  /** Keeps the weights as `attention_weights` in the collection `intermediates` of this module. */
  readonly module?: Module | undefined;
  /** Computes the softmax in float32, in which the weights stay. */
  readonly forceFp32ForSoftmax?: boolean;
}

/** The least finite number, which a masked weight gets: a row with nothing to attend to becomes uniform, not NaN. */
const leastFinite = { float16: -65504, bfloat16: -3.3895313892515355e38, float32: -3.4028234663852886e38, float64: -Number.MAX_VALUE } as const;

const isKeyOf = (dtype: Dtype): dtype is keyof typeof leastFinite => dtype in leastFinite;

/**
 * How much each query attends to each key: softmax(query key / sqrt(depth)), with mask and dropout (Flax:
 * `nn.dot_product_attention_weights`). query: (batch..., queries, heads, depth) and key: (batch..., keys, heads, depth), to
 * (batch..., heads, queries, keys).
 * @throws ShapeError where they do not fit together; DtypeError; ArgumentError where weights are to be dropped without a key
 */
export function dotProductAttentionWeights(query: Tensor, key: Tensor, options: DotProductAttentionOptions = {}): Tensor {
  const { bias, mask, dtype: wanted, module, forceFp32ForSoftmax = false } = options;
  requireFit('dotProductAttentionWeights', query, key);
  const [q, k] = promoteDtype('dotProductAttentionWeights', [query, key], wanted);
  const { dtype } = q;
  const scaled = div(q, scalar(Math.sqrt(staticSize('dotProductAttentionWeights', q, -1)), dtype));
  let weights = einsum('...qhd,...khd->...hqk', scaled, k);
  requireBroadcast('bias', bias, weights);
  requireBroadcast('mask', mask, weights);
  if (bias) weights = add(weights, bias);
  if (mask) weights = where(astype(mask, 'bool'), weights, scalar(isKeyOf(dtype) ? leastFinite[dtype] : -Infinity, dtype));
  weights = forceFp32ForSoftmax ? softmax(astype(weights, 'float32')) : astype(softmax(weights), dtype);
  module?.sow('intermediates', 'attention_weights', weights);
  return dropWeights(weights, dtype, options);
}

const dropsWeights = ({ dropoutRate = 0, deterministic = false }: DotProductAttentionOptions): boolean => !deterministic && dropoutRate !== 0;

function dropWeights(weights: Tensor, dtype: Dtype, options: DotProductAttentionOptions): Tensor {
  if (!dropsWeights(options)) return weights;
  const { broadcastDropout = true, dropoutRng, dropoutRate = 0 } = options;
  if (!dropoutRng) throw new ArgumentError('dotProductAttention', 'dropoutRng', 'must be a random key where `dropoutRate` is above 0, unless `deterministic` is true');
  const keep = 1 - dropoutRate;
  const shape = broadcastDropout ? weights.shape.map((size, axis) => (axis < weights.rank - 2 ? 1 : size)) : weights.shape;
  // JAX in its 64-bit mode, where float64 lives, compares the probability with 64-bit draws.
  const kept = random.bernoulli(dropoutRng, scalar(keep, dtype === 'float64' ? 'float64' : 'float32'), shape);
  return mul(weights, div(astype(kept, dtype), scalar(keep, dtype)));
}

/**
 * The values, averaged by how much each query attends to their keys (Flax: `nn.dot_product_attention`; Vaswani et al., 2017).
 * query: (batch..., queries, heads, depth), key: (batch..., keys, heads, depth), value: (batch..., keys, heads, width), to
 * (batch..., queries, heads, width).
 * @throws ShapeError where they do not fit together; DtypeError; ArgumentError where weights are to be dropped without a key
 */
export function dotProductAttention(query: Tensor, key: Tensor, value: Tensor, options: DotProductAttentionOptions = {}): Tensor {
  requireFit('dotProductAttention', query, key);
  requireFit('dotProductAttention', query, value);
  if (key.shape.at(-3) !== value.shape.at(-3)) throw new ShapeError('dotProductAttention', [formatShape(key.shape), formatShape(value.shape)], 'there must be as many values as keys');
  const [q, k, v] = promoteDtype('dotProductAttention', [query, key, value], options.dtype);
  if (options.module || dropsWeights(options)) return average(dotProductAttentionWeights(q, k, options), v);
  return attention(q, k, v, options);
}

const average = (weights: Tensor, value: Tensor): Tensor => einsum('...hqk,...khd->...qhd', weights, value);

/** Where nobody sees the weights, it is one operation of a program, `attention`, which an executor may run as one operator. */
function attention(query: Tensor, key: Tensor, value: Tensor, { bias, mask, forceFp32ForSoftmax = false }: DotProductAttentionOptions): Tensor {
  const decompose = (q: Tensor, k: Tensor, v: Tensor, ...rest: Tensor[]): Tensor[] => {
    const additions = { bias: bias && rest[0], mask: mask && rest[bias ? 1 : 0] };
    return [average(dotProductAttentionWeights(q, k, { ...additions, forceFp32ForSoftmax }), v)];
  };
  const operands = [query, key, value, ...(bias ? [bias] : []), ...(mask ? [astype(mask, 'bool')] : [])];
  const attributes = { hasBias: Boolean(bias), hasMask: Boolean(mask), forceFp32ForSoftmax };
  return composite('attention', operands, decompose, { attributes })[0]!;
}

/** @throws ShapeError where what is added to the weights does not fit them */
function requireBroadcast(name: 'bias' | 'mask', addition: Tensor | null | undefined, { shape }: Tensor): void {
  if (!addition || broadcastShapes([addition.shape, shape])) return;
  throw new ShapeError('dotProductAttention', [formatShape(addition.shape), formatShape(shape)], `\`${name}\` must broadcast to (batch..., heads, queries, keys)`);
}

/** @throws ShapeError where rank, batch axes or heads differ */
function requireFit(operation: string, query: Tensor, other: Tensor): void {
  const kept = ({ shape }: Tensor): string => [...shape.slice(0, -3), shape.at(-2)].join();
  if (query.rank < 3 || query.rank !== other.rank || kept(query) !== kept(other)) {
    throw new ShapeError(operation, [formatShape(query.shape), formatShape(other.shape)], 'queries, keys and values must be (batch..., length, heads, depth), with the same batch axes and heads');
  }
}
