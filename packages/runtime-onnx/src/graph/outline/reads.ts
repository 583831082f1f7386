/** What nodes read and make, with the graphs inside them. */
import { type Graph, type Node, subgraphsOf, type Value } from '../graph.js';

/** The values that `node` reads: its operands, and what its bodies take from outside. */
export function valuesReadBy(node: Node): Set<Value> {
  const read = new Set<Value>();
  const made = new Set<Value>();
  const visitGraph = (graph: Graph): void => {
    for (const input of graph.inputs) made.add(input);
    for (const inner of graph.nodes) visitNode(inner);
    for (const { value } of graph.outputs) read.add(value);
  };
  const visitNode = (inner: Node): void => {
    for (const input of inner.inputs) if (input) read.add(input);
    for (const output of inner.outputs) made.add(output);
    for (const graph of subgraphsOf(inner)) visitGraph(graph);
  };
  visitNode(node);
  return new Set([...read].filter((value) => !made.has(value)));
}

export type Replacements = ReadonlyMap<Value, Value>;

/** Makes `node`, and the graphs inside it, read other values. */
export function replaceReads(node: Node, replacements: Replacements): void {
  if (replacements.size === 0) return;
  node.inputs = node.inputs.map((input) => (input === undefined ? undefined : (replacements.get(input) ?? input)));
  for (const graph of subgraphsOf(node)) {
    for (const inner of graph.nodes) replaceReads(inner, replacements);
    for (const output of graph.outputs) output.value = replacements.get(output.value) ?? output.value;
  }
}
