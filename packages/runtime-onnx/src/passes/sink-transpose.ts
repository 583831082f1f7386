import { concrete, equalShapes, isStaticShape, reshape, transpose } from '@flaxon/tensor';
import { constantData, ints, type Node, producerOf, type Value } from '../graph/graph.js';
import { permutationOf } from './cancel-layout.js';
import { broadcastingOperators, unaryOperators } from './operators.js';
import { makeConstant, makeNode, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

const isElementwise = ({ op, domain }: Node): boolean => domain === '' && (broadcastingOperators.has(op) || unaryOperators.has(op));

/** True where the function needs nothing but `value` and constants, so that it can be computed before a transposition. */
const isAlone = (node: Node, value: Value): boolean => isElementwise(node) && equalShapes(node.outputs[0]!.shape, value.shape) && node.inputs.every((input) => !input || input === value || constantData(input));

/** The transposition that gives `value`, if only `reader` reads it, or nobody who could not read it before the transposition too. */
function transpositionOf(value: Value | undefined, reader: Node, uses: Uses): Node | undefined {
  const node = producerOf(value);
  if (node?.op !== 'Transpose' || node.domain !== '' || uses.isOutput(value!)) return undefined;
  return uses.isOnlyReadBy(value!, reader) || uses.readersOf(value!).every((one) => isAlone(one, value!)) ? node : undefined;
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((axis, i) => axis === b[i]);

/** Case 1: transposed alike: what was. Case 2: one number. Case 3: a constant, which is transposed back here. */
function before(operand: Value, permutation: readonly number[], reader: Node, uses: Uses): Value | undefined {
  const other = transpositionOf(operand, reader, uses);
  if (other && isSame(permutationOf(other), permutation)) return other.inputs[0];
  if (operand.shape.length === 0) return operand;
  const data = constantData(operand);
  if (!data || !isStaticShape(operand.shape) || operand.shape.length > permutation.length) return undefined;
  const aligned = [...permutation.slice(operand.shape.length).map(() => 1), ...operand.shape];
  const back = permutation.map((_, axis) => permutation.indexOf(axis));
  const turned = transpose(reshape(concrete(data.data, data.shape, data.dtype), aligned), back);
  return makeConstant({ dtype: data.dtype, shape: turned.staticShape(), data: turned.data() });
}

function sink(node: Node, uses: Uses): boolean {
  if (!isElementwise(node)) return false;
  const output = node.outputs[0]!;
  const operand = node.inputs.find((input) => input && equalShapes(input.shape, output.shape) && transpositionOf(input, node, uses));
  const first = operand && transpositionOf(operand, node, uses);
  if (!first) return false;
  const permutation = permutationOf(first);
  const inputs = node.inputs.map((input) => input && before(input, permutation, node, uses));
  if (inputs.some((input, i) => node.inputs[i] && !input)) return false;
  const inner = makeNode(node.op, inputs, { dtype: output.dtype, shape: first.inputs[0]!.shape }, node.scope, node.attributes);
  uses.insert(inner.node, node);
  uses.rewrite(node, { op: 'Transpose', inputs: [inner.value], attributes: { perm: ints(permutation) } });
  return true;
}

/**
 * `f(Transpose(x))` is `Transpose(f(x))` for elementwise f: so the changes of layout behind a convolution and in front of the next
 * one, or of a pool, meet and cancel.
 */
export const sinkTranspose: Pass = rewritePass(sink);
