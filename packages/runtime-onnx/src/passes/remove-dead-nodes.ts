import { forEachGraph, type Graph, subgraphsOf, type Value } from '../graph/graph.js';

/** Values that are needed: outputs of every graph, and operands of needed nodes. */
function neededValues(root: Graph): Set<Value> {
  const needed = new Set<Value>();
  const visit = (graph: Graph): void => {
    for (const { value } of graph.outputs) needed.add(value);
    for (let i = graph.nodes.length - 1; i >= 0; i--) {
      const node = graph.nodes[i]!;
      if (!node.outputs.some((output) => needed.has(output))) continue;
      for (const inner of subgraphsOf(node)) visit(inner);
      for (const input of node.inputs) if (input) needed.add(input);
    }
  };
  visit(root);
  return needed;
}

/** Drops nodes whose results nobody needs. Operators here have no effects, so nothing else keeps one. */
export function removeDeadNodes(root: Graph): boolean {
  const needed = neededValues(root);
  let changed = false;
  forEachGraph(root, (graph) => {
    const kept = graph.nodes.filter(({ outputs }) => outputs.some((output) => needed.has(output)));
    if (kept.length !== graph.nodes.length) changed = true;
    graph.nodes = kept;
  });
  return changed;
}
