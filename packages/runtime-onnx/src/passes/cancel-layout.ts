import { type Dtype, equalShapes } from '@flaxon/tensor';
import { ints, type Node, producerOf, type Value } from '../graph/graph.js';
import { type Pass, rewritePass } from './pass.js';
import { reshapeTarget } from './reshape-target.js';
import type { Uses } from './uses.js';

/** Axis `i` of what a `Transpose` gives is axis `permutationOf(node)[i]` of its operand. */
export function permutationOf(node: Node): readonly number[] {
  const perm = node.attributes.perm;
  return perm?.kind === 'ints' ? perm.value.map(Number) : [...node.outputs[0]!.shape.keys()].reverse();
}

const inner = (node: Node, op: string): Node | undefined => {
  if (node.op !== op || node.domain !== '') return undefined;
  const producer = producerOf(node.inputs[0]);
  return producer?.op === op && producer.domain === '' ? producer : undefined;
};

/** Two transpositions are one, or none. */
function cancelTransposes(node: Node, uses: Uses): boolean {
  const first = inner(node, 'Transpose');
  if (!first || uses.isUnused(node.outputs[0]!)) return false;
  const [source] = first.inputs;
  const before = permutationOf(first);
  const permutation = permutationOf(node).map((axis) => before[axis]!);
  if (permutation.every((from, to) => from === to)) uses.replace(node.outputs[0]!, source!);
  else uses.rewrite(node, { inputs: [source], attributes: { perm: ints(permutation) } });
  return true;
}

/** A reshape to the shape that the operand has, or had before another reshape, is none. */
function cancelReshapes(node: Node, uses: Uses): boolean {
  if (node.op !== 'Reshape' || node.domain !== '' || uses.isUnused(node.outputs[0]!)) return false;
  const output = node.outputs[0]!;
  let source: Value = node.inputs[0]!;
  while (!equalShapes(source.shape, output.shape)) {
    const producer = producerOf(source);
    if (producer?.op !== 'Reshape') return false;
    source = producer.inputs[0]!;
  }
  uses.replace(output, source);
  return true;
}

/** Of two reshapes the second alone counts. */
function joinReshapes(node: Node, uses: Uses): boolean {
  const first = inner(node, 'Reshape');
  const [output] = node.outputs;
  if (!first || uses.isUnused(output!)) return false;
  const target = reshapeTarget(output!.shape);
  if (!target) return false;
  uses.rewrite(node, { inputs: [first.inputs[0], target], attributes: {} });
  return true;
}

/** The dtypes that hold every value of each. */
const wider: { readonly [D in Dtype]: readonly Dtype[] } = {
  float16: ['float32', 'float64'],
  bfloat16: ['float32', 'float64'],
  float32: ['float64'],
  float64: [],
  int8: ['int16', 'int32', 'int64', 'float16', 'float32', 'float64'],
  int16: ['int32', 'int64', 'float32', 'float64'],
  int32: ['int64', 'float64'],
  int64: [],
  uint8: ['uint16', 'uint32', 'uint64', 'int16', 'int32', 'int64', 'float16', 'float32', 'float64'],
  uint16: ['uint32', 'uint64', 'int32', 'int64', 'float32', 'float64'],
  uint32: ['uint64', 'int64', 'float64'],
  uint64: [],
  bool: ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float16', 'float32', 'float64'],
};

/** To a wider dtype and on: the first cast loses nothing, so only the second counts. */
function cancelCasts(node: Node, uses: Uses): boolean {
  const first = inner(node, 'Cast');
  const [source] = first?.inputs ?? [];
  const [output] = node.outputs;
  if (!first || !source || uses.isUnused(output!) || !wider[source.dtype].includes(first.outputs[0]!.dtype)) return false;
  if (source.dtype === output!.dtype) uses.replace(output!, source);
  else uses.rewrite(node, { inputs: [source] });
  return true;
}

/** -(-x) is x, and not not x. */
function cancelTwice(node: Node, uses: Uses): boolean {
  const first = inner(node, 'Neg') ?? inner(node, 'Not') ?? inner(node, 'BitwiseNot');
  if (!first || uses.isUnused(node.outputs[0]!)) return false;
  uses.replace(node.outputs[0]!, first.inputs[0]!);
  return true;
}

/** Pairs of transpositions, reshapes, casts and negations that undo each other. */
export const cancelLayout: Pass = rewritePass(cancelTransposes, cancelReshapes, joinReshapes, cancelCasts, cancelTwice);
