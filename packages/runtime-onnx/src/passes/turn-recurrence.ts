import { text, type Node } from '../graph/graph.js';
import { makeNode, type Pass, rewritePass } from './pass.js';
import { directionOf, isPlainRecurrence, onlyReader, reversedAxis, reversedInput, writtenSequence } from './recurrence-chain.js';
import type { Uses } from './uses.js';

/** Makes `node` read `x` from the other end. */
function turn(node: Node, inputs: Node['inputs'], uses: Uses): void {
  const { direction: _, ...others } = node.attributes;
  uses.rewrite(node, { inputs, attributes: directionOf(node) === 'forward' ? { ...others, direction: text('reverse') } : others });
}

/**
 * A recurrent operator over a sequence that is turned round before it and turned back behind it reads it from the other end. What it
 * gives as its last state is the same.
 */
function turnRound(node: Node, uses: Uses): boolean {
  if (!isPlainRecurrence(node)) return false;
  const [x, ...others] = node.inputs;
  const found = reversedInput(x!, node, uses);
  const written = writtenSequence(node, uses);
  const back = written && onlyReader(written.value, uses);
  if (!found || !written || reversedAxis(back) !== written.timeAxis) return false;
  const source = found.reversal.inputs[0]!;
  if (found.transpose) {
    const turned = makeNode('Transpose', [source], x!, node.scope, found.transpose.attributes);
    uses.insert(turned.node, node);
    turn(node, [turned.value, ...others], uses);
  } else {
    turn(node, [source, ...others], uses);
  }
  uses.replace(back!.outputs[0]!, written.value);
  return true;
}

/** Pairs of reversals around recurrent operators, into their direction. */
export const turnRecurrence: Pass = rewritePass(turnRound);
