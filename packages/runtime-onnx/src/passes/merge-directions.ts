import { concatenate, concrete, isStatic } from '@flaxon/tensor';
import { tensorData } from '../graph/constants.js';
import { constantData, ints, type Node, producerOf, text, type Value } from '../graph/graph.js';
import { makeConstant, makeNode, type Pass, rewritePass } from './pass.js';
import { directionOf, isPlainRecurrence, onlyReader, writtenSequence } from './recurrence-chain.js';
import type { Uses } from './uses.js';

/** The operator behind one of the two operands of `concat`, where nothing but that reads what it gives. */
function directionBehind(value: Value, concat: Node, uses: Uses): Node | undefined {
  let node = producerOf(value);
  for (let step = 0; step < 2 && node && !isPlainRecurrence(node); step++) node = producerOf(node.inputs[0]);
  if (!node || !isPlainRecurrence(node)) return undefined;
  const written = writtenSequence(node, uses);
  const [, ...last] = node.outputs;
  return written?.value === value && written.timeAxis === 1 && onlyReader(value, uses) === concat && last.every((state) => uses.isUnused(state)) ? node : undefined;
}

/** Both known arrays one after the other along the axis of directions; undefined for an operand that neither has. */
function joined(a: Value | undefined, b: Value | undefined): Value | null | undefined {
  if (!a && !b) return undefined;
  const [first, second] = [constantData(a), constantData(b)];
  if (!first || !second) return null;
  const both = concatenate([first, second].map(({ data, shape, dtype }) => concrete(data, shape, dtype)), 0);
  return makeConstant({ dtype: first.dtype, shape: both.staticShape(), data: both.data() });
}

const sameSettings = (a: Node, b: Node): boolean => {
  const plain = ({ attributes: { direction: _, ...others } }: Node): string => JSON.stringify(others, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
  return a.op === b.op && plain(a) === plain(b);
};

/**
 * Two operators that read one sequence from both ends with known parameters, their results side by side, are one operator of both
 * directions: Y (steps, 2, batch, features) to (batch, steps, 2 features).
 */
function merge(node: Node, uses: Uses): boolean {
  if (node.op !== 'Concat' || node.domain !== '' || node.inputs.length !== 2) return false;
  const { axis } = node.attributes;
  const output = node.outputs[0]!;
  if (axis?.kind !== 'int' || Number(axis.value) !== 2 || output.shape.length !== 3) return false;
  const [forward, backward] = node.inputs.map((input) => directionBehind(input!, node, uses));
  if (!forward || !backward || directionOf(forward) !== 'forward' || directionOf(backward) !== 'reverse') return false;
  if (forward.inputs[0] !== backward.inputs[0] || !sameSettings(forward, backward)) return false;
  const count = Math.max(forward.inputs.length, backward.inputs.length);
  const rest = Array.from({ length: count - 1 }, (_, i) => joined(forward.inputs[i + 1], backward.inputs[i + 1]));
  if (rest.includes(null)) return false;

  const [batch, steps, width] = output.shape;
  if (!isStatic(width!)) return false;
  const features = width / 2;
  const attributes = { ...forward.attributes, direction: text('bidirectional') };
  const both = makeNode(forward.op, [forward.inputs[0], ...(rest as (Value | undefined)[])], { dtype: output.dtype, shape: [steps!, 2, batch!, features] }, node.scope, attributes);
  const turned = makeNode('Transpose', [both.value], { dtype: output.dtype, shape: [batch!, steps!, 2, features] }, node.scope, { perm: ints([2, 0, 1, 3]) });
  uses.insert(both.node, node);
  uses.insert(turned.node, node);
  // Zeros keep sizes as they are, for several symbolic axes.
  uses.rewrite(node, { op: 'Reshape', inputs: [turned.value, makeConstant(tensorData('int64', [3], [0, 0, width]))], attributes: {} });
  return true;
}

/** Networks that read a sequence from both ends as one operator. */
export const mergeDirections: Pass = rewritePass(merge);
