/** Attention with its heads, mask and softmax as one operator. */
import { type Dim, isStaticShape, mulDim, type Shape } from '@flaxon/tensor';
import { add, scalar, where } from '../emit/arithmetic.js';
import { reshape } from '../emit/layout.js';
import { tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, int, type Value } from '../graph/graph.js';
import type { CompositeLowering } from './composites.js';
import { hasKernel } from './kernel-support.js';
import { aligned, type Lowered, materialize, materializeAxes } from './lowered.js';

/**
 * What is added to a masked weight, which takes all of it away next to others and leaves nothing of it in a row without anything to
 * attend to, which so becomes uniform. The least finite number, which the decomposition puts there, has a meaning of its own to the
 * runtime: it makes such a row zero (measured).
 */
const masked = -1e30;

const product = (dims: Shape): Dim => dims.reduce(mulDim, 1);

/** (batch..., length, heads, depth) as (batch, length, heads depth). */
const joined = (b: GraphBuilder, x: Lowered, batch: Dim): Value => {
  const [length, heads, depth] = x.shape.slice(-3) as [Dim, Dim, Dim];
  return reshape(b, materialize(b, x), [batch, length, mulDim(heads, depth)]);
};

/** Added to weights: nothing where the mask is true. */
function maskAsBias(b: GraphBuilder, { value, shape }: Lowered): Lowered {
  const mask = constantData(value);
  if (mask) return { value: b.constant(tensorData('float32', mask.shape, Array.from(mask.data, Number).map((attends) => (attends === 1 ? 0 : masked)))), shape };
  return { value: where(b, value, scalar(b, 'float32', 0), scalar(b, 'float32', masked)), shape };
}

/**
 * What is added to the weights, as (batch or 1, heads or 1, queries, keys): the operator broadcasts its first two axes only.
 * Undefined where it differs along one of several batch axes.
 */
function addition(b: GraphBuilder, { value, shape }: Lowered, [queries, keys]: readonly [Dim, Dim], rank: number): Value | undefined {
  const front = (count: number): Dim[] => Array.from({ length: Math.max(0, count) }, (): Dim => 1);
  const target = [...front(3 - shape.length), ...shape.slice(0, -2), queries, keys];
  const spread = materializeAxes(b, { value: aligned(b, { value, shape: [...front(2 - shape.length), ...shape] }), shape: target }, [target.length - 2, target.length - 1]);
  const batch = spread.shape.slice(0, -3);
  if (rank > 4 && batch.some((size) => size !== 1)) return undefined;
  return reshape(b, spread, [rank === 4 ? (batch[0] ?? 1) : 1, ...spread.shape.slice(-3)]);
}

/**
 * `Attention` on (batch, length, heads depth) does the transposes of the heads itself: 77 against 123 us of its
 * decomposition for 8 x 32 x 4 x 16 in float32; in float64 it is slower than that (both measured), so there it is decomposed.
 */
export const attentionOperator: CompositeLowering = ({ builder: b, options }, { params: { attributes }, outputs }, operands) => {
  const [query, key, value, ...rest] = operands as readonly [Lowered, Lowered, Lowered, ...Lowered[]];
  const isFloat32 = [query, key, value].every((operand) => operand.value.dtype === 'float32') && outputs[0]!.dtype === 'float32';
  const [queries, heads, depth] = query.shape.slice(-3) as [Dim, Dim, Dim];
  const [keys, width] = [key.shape.at(-3)!, value.shape.at(-1)!];
  if (!isFloat32 || !hasKernel('Attention', 'float32', options.opset) || !isStaticShape([heads, depth, width]) || [heads, depth, width, keys].includes(0)) return undefined;
  const hasBias = attributes.hasBias === true;
  if (hasBias && rest[0]!.value.dtype !== 'float32') return undefined;
  const mask = attributes.hasMask === true ? rest.at(-1) : undefined;
  if (mask && mask.value.dtype !== 'bool') return undefined;
  const added = [...(hasBias ? [rest[0]!] : []), ...(mask ? [maskAsBias(b, mask)] : [])];
  const rank = query.shape.length;
  const parts = added.map((part) => addition(b, part, [queries, keys], rank));
  if (parts.includes(undefined)) return undefined;
  const whole = parts.filter((part) => part !== undefined);

  const batch = product(query.shape.slice(0, -3));
  const inputs = [query, key, value].map((operand) => joined(b, operand, batch));
  const shape = [batch, queries, mulDim(heads, width)];
  const headCount = int(heads as number);
  const weights = whole.length === 2 ? [add(b, whole[0]!, whole[1]!)] : whole;
  const result = b.node('Attention', [...inputs, ...weights], { dtype: 'float32', shape }, { q_num_heads: headCount, kv_num_heads: headCount });
  const target = outputs[0]!.shape;
  return [{ value: reshape(b, result, target), shape: target }];
};
