import { type Graph, type Node, subgraphsOf, type Value } from '../graph/graph.js';

/** True where nothing that `node` reads, in its own bodies too, is made in the loop. */
function isInvariant(node: Node, inside: ReadonlySet<Value>): boolean {
  if (subgraphsOf(node).length > 0) return false;
  return node.inputs.every((input) => !input || !inside.has(input));
}

/** Takes the nodes out of `body` that do the same in every step. */
function takeInvariants(body: Graph): Node[] {
  const inside = new Set<Value>(body.inputs);
  const taken: Node[] = [];
  body.nodes = body.nodes.filter((node) => {
    // A node without operands at all is as good inside.
    if (node.inputs.length > 0 && isInvariant(node, inside)) {
      taken.push(node);
      return false;
    }
    for (const output of node.outputs) inside.add(output);
    return true;
  });
  return taken;
}

/**
 * Nodes in the body of a loop that depend on nothing of the loop come before it: they run once instead of in every step. (A `Loop` or `Scan` of no steps
 * runs them for nothing; they have no effects.)
 */
export function hoistInvariants(root: Graph): boolean {
  let changed = false;
  const visit = (graph: Graph): void => {
    const nodes: Node[] = [];
    for (const node of graph.nodes) {
      for (const body of subgraphsOf(node)) {
        visit(body);
        const taken = node.op === 'Scan' || node.op === 'Loop' ? takeInvariants(body) : [];
        if (taken.length > 0) changed = true;
        nodes.push(...taken);
      }
      nodes.push(node);
    }
    graph.nodes = nodes;
  };
  visit(root);
  return changed;
}
