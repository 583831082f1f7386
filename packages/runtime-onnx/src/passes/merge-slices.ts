import { isStatic } from '@flaxon/tensor';
import { smallElements, tensorData } from '../graph/constants.js';
import { type Attributes, constantData, forEachGraph, type Graph, int, type Node, type Value } from '../graph/graph.js';
import { makeConstant } from './pass.js';
import { Uses } from './uses.js';

interface Part {
  readonly node: Node;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** Fewer slices are as cheap as a `Split`. */
const fewestParts = 3;

/** The range of a slice of one axis with step 1 and known bounds. */
function readPart(node: Node): Part | undefined {
  if (node.op !== 'Slice' || node.domain !== '' || node.inputs.length !== 4) return undefined;
  const [starts, ends, axes] = node.inputs.slice(1).map((input) => constantData(input) && smallElements(constantData(input)!));
  const source = node.inputs[0]!;
  if (starts?.length !== 1 || ends?.length !== 1 || axes?.length !== 1) return undefined;
  const axis = axes[0]!;
  const size = source.shape[axis]!;
  if (!isStatic(size)) return undefined;
  const place = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
  return { node, axis, start: place(starts[0]!), end: place(ends[0]!) };
}

/** The slices of `graph` by what they are of and along which axis, each list in order. */
function partsBySource(graph: Graph): Part[][] {
  const lists = new Map<Value, Map<number, Part[]>>();
  for (const node of graph.nodes) {
    const part = readPart(node);
    if (!part) continue;
    const source = node.inputs[0]!;
    const byAxis = lists.get(source) ?? new Map<number, Part[]>();
    lists.set(source, byAxis);
    byAxis.set(part.axis, [...(byAxis.get(part.axis) ?? []), part]);
  }
  return [...lists.values()].flatMap((byAxis) => [...byAxis.values()]).map((parts) => parts.sort((p, q) => p.start - q.start));
}

/** Apart from each other, and together at least half of the axis: what lies between is split off for nothing. */
function areSeparate(parts: readonly Part[], size: number): boolean {
  const covered = parts.reduce((sum, { start, end }) => sum + end - start, 0);
  return parts.every(({ start, end }, i) => start < end && (i === 0 || start >= parts[i - 1]!.end)) && 2 * covered >= size;
}

/** Slices along an axis, one behind the other, as the outputs of one `Split`. */
function split(graph: Graph, parts: readonly Part[], uses: Uses): void {
  const source = parts[0]!.node.inputs[0]!;
  const { axis, node: first } = parts[0]!;
  const size = source.shape[axis] as number;
  const sizes: number[] = [];
  const outputs: Value[] = [];
  const attributes: Attributes = axis === 0 ? {} : { axis: int(axis) };
  const node: Node = { op: 'Split', domain: '', inputs: [source], attributes, outputs, scope: first.scope };
  const append = (count: number): Value => {
    const made: Value = { dtype: source.dtype, shape: source.shape.map((dim, i) => (i === axis ? count : dim)), source: { kind: 'node', node } };
    sizes.push(count);
    outputs.push(made);
    return made;
  };
  let end = 0;
  for (const part of parts) {
    if (part.start > end) append(part.start - end);
    uses.replace(part.node.outputs[0]!, append(part.end - part.start));
    end = part.end;
  }
  if (end < size) append(size - end);
  node.inputs.push(makeConstant(tensorData('int64', [sizes.length], sizes)));
  const earliest = Math.min(...parts.map((part) => graph.nodes.indexOf(part.node)));
  uses.insert(node, graph.nodes[earliest]!);
}

/** Several slices of one array, such as the parameters in a packed one, as one `Split`. */
export function mergeSlices(root: Graph): boolean {
  const uses = new Uses(root);
  let changed = false;
  forEachGraph(root, (graph) => {
    for (const parts of partsBySource(graph)) {
      const size = parts[0]!.node.inputs[0]!.shape[parts[0]!.axis] as number;
      if (parts.length < fewestParts || !areSeparate(parts, size)) continue;
      split(graph, parts, uses);
      changed = true;
    }
  });
  return changed;
}
