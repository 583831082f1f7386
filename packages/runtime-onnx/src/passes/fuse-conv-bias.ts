import { isStatic, type Shape } from '@flaxon/tensor';
import { tensorData } from '../graph/constants.js';
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { permutationOf } from './cancel-layout.js';
import { makeConstant, makeNode, operandsOf, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

const convolutions: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose']);

interface Found {
  readonly conv: Node;
  /** Between the convolution and the sum, where there is one. */
  readonly transpose: Node | undefined;
  /** The axis of features in the sum. */
  readonly axis: number;
}

/** The convolution without a bias behind `value`, through a change of layout perhaps, where only `reader` reads it. */
function freeConvolution(value: Value, reader: Node, uses: Uses): Found | undefined {
  const node = producerOf(value);
  if (node?.domain !== '' || !uses.isOnlyReadBy(value, reader)) return undefined;
  if (convolutions.has(node.op)) return node.inputs.length === 2 ? { conv: node, transpose: undefined, axis: 1 } : undefined;
  if (node.op !== 'Transpose') return undefined;
  const found = freeConvolution(node.inputs[0]!, node, uses);
  return found && !found.transpose ? { ...found, transpose: node, axis: permutationOf(node).indexOf(1) } : undefined;
}

/** True for one number for each feature and for nothing else, in an array that broadcasts to `rank` axes. */
function isBias(shape: Shape, rank: number, axis: number, features: number): boolean {
  const at = shape.length - rank + axis;
  return shape.length <= rank && at >= 0 && shape.every((dim, i) => dim === (i === at ? features : 1));
}

/** The bias as an array of one axis. */
function flat(bias: Value, features: number, node: Node, uses: Uses): Value {
  if (bias.shape.length === 1) return bias;
  const source = producerOf(bias)?.op === 'Reshape' ? producerOf(bias)!.inputs[0]! : undefined;
  if (source?.shape.length === 1) return source;
  const data = constantData(bias);
  if (data) return makeConstant({ ...data, shape: [features] });
  const reshape = makeNode('Reshape', [bias, makeConstant(tensorData('int64', [1], [features]))], { dtype: bias.dtype, shape: [features] }, node.scope);
  uses.insert(reshape.node, node);
  return reshape.value;
}

/**
 * `Conv + bias` is a `Conv` with a bias. Case 1: next to each other, with a bias (features, 1, ...). Case 2: with a change of layout
 * between them, after which the bias is along another axis.
 */
function fuseBias(node: Node, uses: Uses): boolean {
  if (node.op !== 'Add' || node.domain !== '') return false;
  const [x, y] = operandsOf(node);
  for (const [value, bias] of [[x, y], [y, x]] as const) {
    const found = freeConvolution(value, node, uses);
    const features = found?.conv.outputs[0]!.shape[1];
    if (!found || features === undefined || !isStatic(features) || !isBias(bias.shape, value.shape.length, found.axis, features)) continue;
    const { conv, transpose } = found;
    const result = makeNode(conv.op, [...conv.inputs, flat(bias, features, node, uses)], conv.outputs[0]!, node.scope, conv.attributes);
    uses.insert(result.node, node);
    if (transpose) uses.rewrite(node, { op: 'Transpose', inputs: [result.value], attributes: transpose.attributes });
    else uses.replace(node.outputs[0]!, result.value);
    return true;
  }
  return false;
}

/** Sums into the bias of a convolution, where they cost nothing, and where ONNX Runtime fuses the activation behind them too. */
export const fuseConvBias: Pass = rewritePass(fuseBias);
