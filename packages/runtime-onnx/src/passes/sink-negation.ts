import { isFloating } from '@flaxon/tensor';
import { type Node, producerOf, type Value } from '../graph/graph.js';
import { makeNode, operandsOf, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

/** x, where `value` is -x. */
function negated(value: Value | undefined): Value | undefined {
  const node = producerOf(value);
  return node?.op === 'Neg' && node.domain === '' && isFloating(value!.dtype) ? node.inputs[0] : undefined;
}

/** Case 1: x + -y is x - y. Case 2: -x + y is y - x. Case 3: x - -y is x + y. */
function intoSum(node: Node, uses: Uses): boolean {
  if (node.domain !== '' || (node.op !== 'Add' && node.op !== 'Sub')) return false;
  const [x, y] = operandsOf(node);
  const [left, right] = [negated(x), negated(y)];
  if (right) uses.rewrite(node, { op: node.op === 'Add' ? 'Sub' : 'Add', inputs: [x, right] });
  else if (left && node.op === 'Add') uses.rewrite(node, { op: 'Sub', inputs: [y, left] });
  else return false;
  return true;
}

/** Which operand a negation can pass by, where nobody else reads the negated value. */
function passable(node: Node, uses: Uses): number {
  if (node.domain !== '') return -1;
  const slots = node.op === 'Mul' ? [0, 1] : node.op === 'ReduceSum' || node.op === 'Reshape' ? [0] : [];
  return slots.find((slot) => negated(node.inputs[slot]) && uses.isOnlyReadBy(node.inputs[slot]!, node)) ?? -1;
}

/** True where the negation will meet a sum, or a smaller array. */
function isWorthwhile(node: Node, uses: Uses): boolean {
  if (node.op === 'ReduceSum') return true;
  return uses.readersOf(node.outputs[0]!).every(({ op, domain }) => domain === '' && (op === 'Add' || op === 'Sub' || op === 'ReduceSum' || op === 'Mul' || op === 'Reshape'));
}

/** Case 4: (-x) y is -(x y). Case 5: the sum of -x is - the sum of x. */
function past(node: Node, uses: Uses): boolean {
  const slot = passable(node, uses);
  const [output] = node.outputs;
  if (slot < 0 || uses.isOutput(output!) || !isWorthwhile(node, uses)) return false;
  const inputs = node.inputs.map((input, i) => (i === slot ? negated(input) : input));
  const inner = makeNode(node.op, inputs, output!, node.scope, node.attributes);
  uses.insert(inner.node, node);
  uses.rewrite(node, { op: 'Neg', inputs: [inner.value], attributes: {} });
  return true;
}

/** Negations towards the sums that take them as differences; nothing rounds differently. */
export const sinkNegation: Pass = rewritePass(intoSum, past);
