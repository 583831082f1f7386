/** Normalisation over the last axes as one operator. */
import { isStaticShape, type Shape } from '@flaxon/tensor';
import { filled, tensorData } from '../graph/constants.js';
import { float, int, type Value } from '../graph/graph.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { CompositeLowering } from './composites.js';
import { hasKernel } from './kernel-support.js';
import { type Lowered, materialize, materializeAxes } from './lowered.js';

/** The factor of a layer without a scale: the operators need one. */
const ones = (b: GraphBuilder, shape: readonly number[]): Value => b.constant(filled(tensorData('float32', [], [1]), shape));

/**
 * `LayerNormalization` takes half the time of its decomposition in float32 and is as exact; in float64 it takes twice the
 * time and loses a digit (both measured), so there it is decomposed.
 */
export const normalizationOperator =
  (op: 'LayerNormalization' | 'RMSNormalization'): CompositeLowering =>
  ({ builder: b, options }, { params: { attributes }, outputs }, operands) => {
    const [x, ...affine] = operands as readonly [Lowered, ...Lowered[]];
    const axes = (attributes.axes as readonly number[]).map((axis) => axis + x.shape.length);
    const features: Shape = axes.map((axis) => x.shape[axis]!);
    const dtypes = [...operands.map(({ value }) => value.dtype), outputs[0]!.dtype];
    if (dtypes.some((dtype) => dtype !== 'float32') || !hasKernel(op, 'float32', options.opset) || !isStaticShape(features)) return undefined;
    // Parameters that were batched have more axes than the features.
    if (affine.some(({ shape }) => shape.length !== features.length)) return undefined;
    const scale = attributes.hasScale === true ? materialize(b, affine[0]!) : ones(b, features);
    const bias = attributes.hasBias === true ? [materialize(b, affine.at(-1)!)] : [];
    const value = materializeAxes(b, x, axes);
    const placed = { axis: int(axes[0]! - x.shape.length), epsilon: float(Number(attributes.epsilon)) };
    return [{ value: b.node(op, [value, scale, ...bias], { dtype: 'float32', shape: value.shape }, placed), shape: x.shape }];
  };
