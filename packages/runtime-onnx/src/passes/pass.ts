import type { TensorData } from '../format/tensors.js';
import type { ValueSpec } from '../graph/builder.js';
import { type Attributes, forEachGraph, type Graph, type Node, type Value } from '../graph/graph.js';
import { Uses } from './uses.js';

/** Rewrites a graph to an equal one; true where it changed anything. Nodes that nothing reads any more may be left behind. */
export type Pass = (root: Graph) => boolean;

/** A rewrite of one node; true where it did anything. */
export type NodeRewrite = (node: Node, uses: Uses) => boolean;

/** The pass that tries the rewrites at every node, in order. */
export const rewritePass =
  (...rewrites: readonly NodeRewrite[]): Pass =>
  (root) => {
    const uses = new Uses(root);
    let changed = false;
    forEachGraph(root, (graph) => {
      // A rewrite may put nodes in.
      const nodes = graph.nodes.slice();
      for (const node of nodes) for (const rewrite of rewrites) if (rewrite(node, uses)) changed = true;
    });
    return changed;
  };

/** A node for a pass to put in, and its one output. */
export function makeNode(op: string, inputs: readonly (Value | undefined)[], { dtype, shape }: ValueSpec, scope: string, attributes: Attributes = {}): { readonly node: Node; readonly value: Value } {
  const outputs: Value[] = [];
  const node: Node = { op, domain: '', inputs: [...inputs], attributes, outputs, scope };
  const value: Value = { dtype, shape, source: { kind: 'node', node } };
  outputs.push(value);
  return { node, value };
}

/** A constant for a pass to put in. */
export function makeConstant(data: TensorData): Value {
  return { dtype: data.dtype, shape: data.shape, source: { kind: 'constant', data, name: undefined } };
}

/** The two operands of a binary operator. */
export function operandsOf({ inputs }: Node): readonly [Value, Value] {
  const [x, y] = inputs;
  if (!x || !y) throw new RangeError('expected a node with two operands');
  return [x, y];
}
