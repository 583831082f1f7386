import { broadcastShapes, equalShapes, type Shape } from '@flaxon/tensor';
import { type Node, producerOf, type Value } from '../graph/graph.js';
import { broadcastingOperators } from './operators.js';
import { type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

function withoutLeadingOnes(shape: Shape): Shape {
  const first = shape.findIndex((dim) => dim !== 1);
  return first < 0 ? [] : shape.slice(first);
}

/** What was reshaped, where that only put axes of size 1 in front or took them away. */
function reshapedSource(value: Value | undefined): Value | undefined {
  const node = producerOf(value);
  if (node?.op !== 'Reshape' || node.domain !== '') return undefined;
  const source = node.inputs[0]!;
  return equalShapes(withoutLeadingOnes(source.shape), withoutLeadingOnes(value!.shape)) ? source : undefined;
}

/** Which operands broadcast: all of the elementwise operators, the C of a `Gemm`. */
function broadcastSlots(node: Node): readonly number[] {
  if (node.domain !== '') return [];
  if (node.op === 'Gemm') return node.inputs.length === 3 ? [2] : [];
  return broadcastingOperators.has(node.op) ? [...node.inputs.keys()] : [];
}

function fits(node: Node, inputs: readonly (Value | undefined)[]): boolean {
  const { shape } = node.outputs[0]!;
  if (node.op === 'Gemm') return inputs[2]!.shape.length <= 2;
  const found = broadcastShapes(inputs.map((input) => input!.shape));
  return found !== undefined && equalShapes(found, shape);
}

function dropReshape(node: Node, uses: Uses): boolean {
  for (const slot of broadcastSlots(node)) {
    const source = reshapedSource(node.inputs[slot]);
    if (!source) continue;
    const inputs = node.inputs.map((input, i) => (i === slot ? source : input));
    if (!fits(node, inputs)) continue;
    uses.rewrite(node, { inputs });
    return true;
  }
  return false;
}

/** Reshapes that only put axes of size 1 in front, or take them away, before operators that broadcast. */
export const dropUnitAxes: Pass = rewritePass(dropReshape);
