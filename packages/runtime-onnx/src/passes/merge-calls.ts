/** Calls of local functions that do not depend on each other, made one. */
import { isStaticShape, sizeOf, type StaticShape } from '@flaxon/tensor';
import { filled, tensorData } from '../graph/constants.js';
import { constantData, forEachGraph, functionDomain, type Graph, int, type Node, type Value } from '../graph/graph.js';
import { valuesReadBy } from '../graph/outline/reads.js';
import { makeConstant, makeNode } from './pass.js';
import { Uses } from './uses.js';

/** Elements of one call, and of calls made one: for more, what copying them costs is no longer small beside what a call costs by itself. */
const mostElements = 4096;
const mostTogether = 16_384;

/** Whether `node` calls a local function, all of which are elementwise, on few elements. */
function isSmallCall({ domain, inputs, outputs }: Node): boolean {
  if (domain !== functionDomain) return false;
  // ONNX Runtime expands no bfloat16.
  const isPlain = (value: Value | undefined): boolean => value !== undefined && isStaticShape(value.shape) && value.dtype !== 'bfloat16';
  if (![...inputs, ...outputs].every(isPlain)) return false;
  const size = sizeOf(outputs[0]!.shape as StaticShape);
  return size > 0 && size <= mostElements;
}

/** For each node of `graph`, how many small calls of the function `name` lie one after the other on the longest way to it. */
function depths(graph: Graph, name: string): Map<Node, number> {
  const depthOf = new Map<Node, number>();
  for (const node of graph.nodes) {
    let depth = 0;
    for (const { source } of valuesReadBy(node)) {
      const before = source.kind === 'node' ? source.node : undefined;
      // Nodes of enclosing graphs come before all of this one's.
      const known = before && depthOf.get(before);
      if (before && known !== undefined) depth = Math.max(depth, known + (before.op === name && isSmallCall(before) ? 1 : 0));
    }
    depthOf.set(node, depth);
  }
  return depthOf;
}

const sizeOfCall = ({ outputs }: Node): number => sizeOf(outputs[0]!.shape as StaticShape);

/** Calls in groups of at most `mostTogether` elements. */
function grouped(calls: readonly Node[]): Node[][] {
  const groups: Node[][] = [];
  let size = Infinity;
  for (const call of calls) {
    const own = sizeOfCall(call);
    if (size + own > mostTogether) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(call);
    size += own;
  }
  return groups;
}

/** The path of modules that all of `nodes` lie in. */
function commonScope(nodes: readonly Node[]): string {
  const [first = [], ...others] = nodes.map(({ scope }) => scope.split('/'));
  const parted = first.findIndex((name, i) => others.some((other) => other[i] !== name));
  return first.slice(0, parted < 0 ? first.length : parted).join('/');
}

/** Writes the nodes of one call in the place of several. */
class Merger {
  readonly nodes: Node[] = [];
  readonly #calls: readonly Node[];
  readonly #sizes: readonly number[];
  readonly #scope: string;

  constructor(calls: readonly Node[]) {
    this.#calls = calls;
    this.#sizes = calls.map(sizeOfCall);
    this.#scope = commonScope(calls);
  }

  #node(op: 'Concat' | 'Expand' | 'Reshape', inputs: readonly Value[], like: Value, shape: readonly number[], scope: string): Value {
    const { node, value } = makeNode(op, inputs, { dtype: like.dtype, shape }, scope, op === 'Concat' ? { axis: int(0) } : {});
    this.nodes.push(node);
    return value;
  }

  #shaped(op: 'Expand' | 'Reshape', value: Value, shape: readonly number[], scope: string): Value {
    if (value.shape.length === shape.length && value.shape.every((dim, i) => dim === shape[i])) return value;
    return this.#node(op, [value, makeConstant(tensorData('int64', [shape.length], shape))], value, shape, scope);
  }

  /** An operand of a call as a vector with an entry for each element of the result. */
  #flat(value: Value, { outputs, scope }: Node): Value {
    const [own, shape] = [value.shape as StaticShape, outputs[0]!.shape as StaticShape];
    const size = sizeOf(shape);
    const data = constantData(value);
    if (data && data.data.length === size) return makeConstant({ ...data, shape: [size] });
    if (data?.data.length === 1) return makeConstant(filled(data, [size]));
    if (sizeOf(own) === size) return this.#shaped('Reshape', value, [size], scope);
    if (own.length < 2 && sizeOf(own) === 1) return this.#shaped('Expand', value, [size], scope);
    return this.#shaped('Reshape', this.#shaped('Expand', value, shape, scope), [size], scope);
  }

  /** Operand `i` of all calls, one behind the other; one element that all of them have is broadcast as it is. */
  #operand(i: number): Value {
    const first = this.#calls[0]!.inputs[i]!;
    if (first.shape.length < 2 && sizeOf(first.shape as StaticShape) === 1 && this.#calls.every(({ inputs }) => inputs[i] === first)) return first;
    const parts = this.#calls.map((call) => this.#flat(call.inputs[i]!, call));
    const constants = parts.map(constantData).filter((data) => data !== undefined);
    if (constants.length === parts.length) return makeConstant(tensorData(first.dtype, [this.#total()], constants.flatMap(({ data }) => Array.from<number | bigint>(data))));
    return this.#node('Concat', parts, first, [this.#total()], this.#scope);
  }

  #total(): number {
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  #parts(whole: Value): readonly Value[] {
    const outputs: Value[] = [];
    const sizes = makeConstant(tensorData('int64', [this.#sizes.length], this.#sizes));
    const node: Node = { op: 'Split', domain: '', inputs: [whole, sizes], attributes: {}, outputs, scope: this.#scope };
    for (const size of this.#sizes) outputs.push({ dtype: whole.dtype, shape: [size], source: { kind: 'node', node } });
    this.nodes.push(node);
    return outputs;
  }

  /** What to read in the place of each result of each call. */
  merge(): ReadonlyMap<Value, Value> {
    const first = this.#calls[0]!;
    const outputs: Value[] = [];
    const inputs = first.inputs.map((_, i) => this.#operand(i));
    const node: Node = { op: first.op, domain: first.domain, inputs, attributes: first.attributes, outputs, scope: this.#scope };
    for (const { dtype } of first.outputs) outputs.push({ dtype, shape: [this.#total()], source: { kind: 'node', node } });
    this.nodes.push(node);
    const replacements = new Map<Value, Value>();
    outputs.forEach((output, i) => {
      this.#parts(output).forEach((part, j) => {
        const { outputs: before, scope } = this.#calls[j]!;
        replacements.set(before[i]!, this.#shaped('Reshape', part, before[i]!.shape as StaticShape, scope));
      });
    });
    return replacements;
  }
}

/** Makes the calls of `name` at each depth one: what is as deep does not depend on each other, and only what is deeper reads it. */
function mergeCallsOf(root: Graph, graph: Graph, name: string): boolean {
  const depthOf = depths(graph, name);
  const levels: { readonly others: Node[]; readonly calls: Node[] }[] = [];
  for (const node of graph.nodes) {
    const level = (levels[depthOf.get(node)!] ??= { others: [], calls: [] });
    (node.op === name && isSmallCall(node) ? level.calls : level.others).push(node);
  }
  const groups = levels.map(({ calls }) => grouped(calls));
  if (groups.every((level) => level.every((calls) => calls.length === 1))) return false;
  const uses = new Uses(root);
  graph.nodes = levels.flatMap(({ others }, depth) => [
    ...others,
    ...groups[depth]!.flatMap((calls) => {
      if (calls.length === 1) return calls;
      const merger = new Merger(calls);
      for (const [before, after] of merger.merge()) uses.replace(before, after);
      return merger.nodes;
    }),
  ]);
  return true;
}

/**
 * Several calls of one local function as one call on all their elements, split again afterwards. ONNX Runtime writes the body of a function, some
 * hundred nodes, anew for each call, and opens and runs every one of them: the initialiser of a network draws each of its parameters with
 * several calls, but needs one at each depth of its chain of keys.
 */
export function mergeCalls(root: Graph): boolean {
  let changed = false;
  forEachGraph(root, (graph) => {
    const names = new Set(graph.nodes.filter(isSmallCall).map(({ op }) => op));
    for (const name of names) if (mergeCallsOf(root, graph, name)) changed = true;
  });
  return changed;
}
