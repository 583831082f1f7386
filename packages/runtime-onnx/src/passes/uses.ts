/** Who reads each value: what passes need to know before they rewrite, kept up to date while they do. */
import { forEachGraph, type Graph, type Node, type Output, type Value } from '../graph/graph.js';

export class Uses {
  readonly #uses = new Map<Value, Set<Node>>();
  readonly #outputs = new Map<Value, Set<Output>>();
  readonly #homes = new Map<Node, Graph>();

  constructor(root: Graph) {
    forEachGraph(root, (graph) => {
      for (const node of graph.nodes) {
        this.#homes.set(node, graph);
        for (const input of node.inputs) if (input) this.#note(input, node);
      }
      for (const output of graph.outputs) {
        const known = this.#outputs.get(output.value);
        if (known) known.add(output);
        else this.#outputs.set(output.value, new Set([output]));
      }
    });
  }

  #note(value: Value, node: Node): void {
    const known = this.#uses.get(value);
    if (known) known.add(node);
    else this.#uses.set(value, new Set([node]));
  }

  /** The nodes that read `value`. */
  readersOf(value: Value): readonly Node[] {
    return [...(this.#uses.get(value) ?? [])];
  }

  isOutput(value: Value): boolean {
    return (this.#outputs.get(value)?.size ?? 0) > 0;
  }

  isUnused(value: Value): boolean {
    return !this.isOutput(value) && (this.#uses.get(value)?.size ?? 0) === 0;
  }

  /** True where nothing but `reader` reads `value`, and `reader` reads it once and lies in the same graph as its node. */
  isOnlyReadBy(value: Value, reader: Node): boolean {
    const readers = this.#uses.get(value);
    if (this.isOutput(value) || readers?.size !== 1 || !readers.has(reader)) return false;
    if (reader.inputs.filter((input) => input === value).length !== 1) return false;
    return value.source.kind === 'node' && this.#homes.get(value.source.node) === this.#homes.get(reader);
  }

  /** Makes `node` apply another operator to other operands; its outputs stay. */
  rewrite(node: Node, change: Partial<Pick<Node, 'op' | 'attributes'>> & { readonly inputs: readonly (Value | undefined)[] }): void {
    for (const input of node.inputs) if (input) this.#uses.get(input)?.delete(node);
    node.op = change.op ?? node.op;
    node.attributes = change.attributes ?? node.attributes;
    node.inputs = [...change.inputs];
    for (const input of node.inputs) if (input) this.#note(input, node);
  }

  /** Everybody who reads `value` reads `other` instead. */
  replace(value: Value, other: Value): void {
    for (const node of this.#uses.get(value) ?? []) {
      node.inputs = node.inputs.map((input) => (input === value ? other : input));
      this.#note(other, node);
    }
    this.#uses.delete(value);
    for (const output of this.#outputs.get(value) ?? []) {
      output.value = other;
      const known = this.#outputs.get(other);
      if (known) known.add(output);
      else this.#outputs.set(other, new Set([output]));
    }
    this.#outputs.delete(value);
  }

  /** Puts `node` in front of `before`, in its graph. */
  insert(node: Node, before: Node): void {
    const graph = this.#homes.get(before)!;
    graph.nodes.splice(graph.nodes.indexOf(before), 0, node);
    this.#homes.set(node, graph);
    for (const input of node.inputs) if (input) this.#note(input, node);
  }
}
