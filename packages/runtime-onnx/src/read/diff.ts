/** How two models differ: inputs, outputs, nodes, initialisers, metadata, as data and as text. */
import type { Tensor } from '@flaxon/tensor';
import { astype, isFloating } from '@flaxon/tensor';
import type { OnnxModelData } from '../format/types.js';
import { ModelFormatError } from '../errors/model-format-error.js';
import { formatDiff } from './format-diff.js';
import { attributeTexts, nodeLabel, structureKeys } from './structure.js';
import { type LoadedGraph, LoadedModel, type LoadedNode, type LoadedTensor, type LoadedValue } from './view.js';

/** One thing that differs between what both models have under a name. */
export interface Change {
  readonly name: string;
  readonly changes: readonly string[];
}

export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly Change[];
}

export interface TensorChange extends Change {
  /** The largest difference of elements; undefined where types or shapes differ, or elements cannot be read. */
  readonly largestDifference: number | undefined;
}

export interface GraphDiff {
  readonly inputs: Difference;
  readonly outputs: Difference;
  readonly nodes: Difference & {
    /** Nodes of one structure (operator, attributes, what their operands are made of) under another name. */
    readonly renamed: readonly { readonly from: string; readonly to: string }[];
  };
  readonly initializers: Difference & { readonly changed: readonly TensorChange[] };
}

export interface ModelDiff {
  readonly isEqual: boolean;
  readonly graph: GraphDiff;
  /** Functions by their name with the domain. */
  readonly functions: Difference;
  readonly metadata: Difference;
  readonly opsets: Difference;
  /** The differences as text; `no difference` where there is none. */
  readonly toString: () => string;
}

/** Names that only one side has, and what `compare` says of those that both have. */
function compareNamed<T, C extends Change>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, compare: (name: string, x: T, y: T) => C | undefined): { readonly added: string[]; readonly removed: string[]; readonly changed: C[] } {
  const changed: C[] = [];
  for (const [name, x] of a) {
    const y = b.get(name);
    const found = y === undefined ? undefined : compare(name, x, y);
    if (found) changed.push(found);
  }
  return { added: [...b.keys()].filter((name) => !a.has(name)), removed: [...a.keys()].filter((name) => !b.has(name)), changed };
}

const became = (what: string, x: string, y: string): string[] => (x === y ? [] : [`${what}: ${x} became ${y}`]);
const change = (name: string, changes: readonly string[]): Change | undefined => (changes.length === 0 ? undefined : { name, changes });

const byName = <T extends { readonly name: string }>(list: readonly T[]): Map<string, T> => new Map(list.map((one) => [one.name, one]));

const compareValues = (a: readonly LoadedValue[], b: readonly LoadedValue[]): Difference =>
  compareNamed(byName(a), byName(b), (name, x, y) => change(name, became('type', x.typeText, y.typeText)));

const compareTexts = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): Difference =>
  compareNamed(new Map(Object.entries(a)), new Map(Object.entries(b)), (name, x, y) => change(name, became('value', String(x), String(y))));

/** The elements as numbers; undefined where they cannot be read (strings, external data without a reader). */
function elementsOf(tensor: LoadedTensor): ArrayLike<number | bigint> | undefined {
  try {
    const value: Tensor = tensor.read();
    return isFloating(value.dtype) && value.dtype !== 'float64' ? astype(value, 'float32').data() : value.data();
  } catch (error) {
    if (error instanceof ModelFormatError) return undefined;
    throw error;
  }
}

/** |x - y|: of integers beyond 2^53 too; 0 for equal numbers, infinities and NaNs. */
function apart(x: number | bigint, y: number | bigint): number {
  if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return 0;
  if (typeof x === 'bigint' && typeof y === 'bigint') return Math.abs(Number(x - y));
  const found = Math.abs(Number(x) - Number(y));
  return Number.isNaN(found) ? Infinity : found;
}

function compareTensors(name: string, x: LoadedTensor, y: LoadedTensor): TensorChange | undefined {
  if (String(x) !== String(y)) return { name, changes: became('type', String(x), String(y)), largestDifference: undefined };
  if (x.type === 'string') {
    const differ = x.strings().some((text, i) => text !== y.strings()[i]);
    return differ ? { name, changes: ['strings differ'], largestDifference: undefined } : undefined;
  }
  const [a, b] = [elementsOf(x), elementsOf(y)];
  if (!a || !b) return { name, changes: ['elements cannot be read'], largestDifference: undefined };
  let [largest, count] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const distance = apart(a[i]!, b[i]!);
    if (distance > 0) count++;
    largest = Math.max(largest, distance);
  }
  return count === 0 ? undefined : { name, changes: [`${count} of ${a.length} elements differ, by ${largest} at most`], largestDifference: largest };
}

interface Keyed {
  readonly node: LoadedNode;
  /** Its structure. */
  readonly key: string;
  /** The structures of its operands. */
  readonly operands: readonly string[];
}

/** Nodes by name; nodes without one, or with that of another, by what they give. */
function keyedNodes(graph: LoadedGraph): Map<string, Keyed> {
  const keys = structureKeys(graph);
  const found = new Map<string, Keyed>();
  for (const node of graph.nodes) {
    const label = nodeLabel(node);
    const operands = node.inputs.map((name) => keys.get(name) ?? `outer:${name}`);
    found.set(found.has(label) ? `${label} (${node.outputs.join(', ')})` : label, { node, operands, key: `${node.operator}(${operands.join(',')})${JSON.stringify([...attributeTexts(node)])}` });
  }
  return found;
}

function compareNodes(name: string, x: Keyed, y: Keyed): Change | undefined {
  const changes = became('operator', x.node.operator, y.node.operator);
  const [a, b] = [attributeTexts(x.node), attributeTexts(y.node)];
  for (const key of new Set([...a.keys(), ...b.keys()])) changes.push(...became(`attribute ${key}`, a.get(key) ?? '(none)', b.get(key) ?? '(none)'));
  const count = Math.max(x.node.inputs.length, y.node.inputs.length);
  for (let i = 0; i < count; i++) {
    const [from, to] = [x.node.inputs[i] ?? '(none)', y.node.inputs[i] ?? '(none)'];
    // Another name for what is made in the same way is no difference.
    if (from !== to && x.operands[i] !== y.operands[i]) changes.push(`operand ${i}: ${from} became ${to}`);
  }
  return change(name, changes);
}

function compareGraphs(a: LoadedGraph, b: LoadedGraph): GraphDiff {
  const [nodesA, nodesB] = [keyedNodes(a), keyedNodes(b)];
  const { added, removed, changed } = compareNamed(nodesA, nodesB, compareNodes);
  const free = new Map<string, string[]>();
  for (const name of added) free.set(nodesB.get(name)!.key, [...(free.get(nodesB.get(name)!.key) ?? []), name]);
  const renamed = removed.flatMap((from) => {
    const to = free.get(nodesA.get(from)!.key)?.shift();
    return to === undefined ? [] : [{ from, to }];
  });
  const [left, arrived] = [new Set(renamed.map(({ from }) => from)), new Set(renamed.map(({ to }) => to))];
  return {
    inputs: compareValues(a.inputs, b.inputs),
    outputs: compareValues(a.outputs, b.outputs),
    nodes: { added: added.filter((name) => !arrived.has(name)), removed: removed.filter((name) => !left.has(name)), changed, renamed },
    initializers: compareNamed(byName(a.initializers), byName(b.initializers), compareTensors),
  };
}

const sizeOf = ({ added, removed, changed }: Difference): number => added.length + removed.length + changed.length;

/**
 * How `b` differs from `a`: nodes are compared by name, those left over by structure.
 *
 *     console.log(String(diff(loadOnnx(before), loadOnnx(after))));
 */
export function diff(a: LoadedModel | OnnxModelData, b: LoadedModel | OnnxModelData): ModelDiff {
  const [before, after] = [a, b].map((model) => (model instanceof LoadedModel ? model : new LoadedModel(model))) as [LoadedModel, LoadedModel];
  const graph = compareGraphs(before.graph, after.graph);
  const functionsOf = ({ functions }: LoadedModel): Map<string, LoadedGraph> => new Map(functions.map((one) => [one.operator, one.body]));
  const functions = compareNamed(functionsOf(before), functionsOf(after), (name, x, y) => {
    const inside = compareGraphs(x, y);
    return change(name, formatDiff({ graph: inside }));
  });
  const metadata = compareTexts(before.metadata, after.metadata);
  const opsets = compareTexts(before.opsets, after.opsets);
  const parts = [graph.inputs, graph.outputs, graph.nodes, graph.initializers, functions, metadata, opsets];
  const isEqual = parts.every((part) => sizeOf(part) === 0) && graph.nodes.renamed.length === 0;
  return { isEqual, graph, functions, metadata, opsets, toString: () => (isEqual ? 'no difference' : formatDiff({ graph, functions, metadata, opsets }).join('\n')) };
}
