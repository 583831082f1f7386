/**
 * The graph in the making: nodes and values linked by identity. Names are given once, when it is serialised (`names.ts`).
 * Constants belong to no graph: a node of a subgraph uses a constant, or a value of an enclosing graph, directly.
 */
import type { Dtype, Shape } from '@flaxon/tensor';
import type { TensorData } from '../format/tensors.js';
import type { Int64 } from '../format/types.js';

export type ValueSource =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: TensorData; readonly name: string | undefined }
  | { readonly kind: 'node'; readonly node: Node };

/** An array of the graph. Values are compared by identity. */
export interface Value {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly source: ValueSource;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: Int64 }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly Int64[] }
  | { readonly kind: 'graph'; readonly value: Graph };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: Int64): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const ints = (value: readonly Int64[]): Attribute => ({ kind: 'ints', value });
export const subgraph = (value: Graph): Attribute => ({ kind: 'graph', value });

/** The domain of the local functions that Flaxon adds to a model: operators that ONNX Runtime has no kernel of. */
export const functionDomain = 'flaxon';
/** The domain of local functions that are the modules of the author's model. */
export const moduleDomain = 'flaxon.modules';

/** An operator application. Passes rewrite nodes in place, so that the order of a graph stays topological. */
export interface Node {
  op: string;
  /** Empty for ONNX's own operators, `functionDomain` or `moduleDomain` for local functions. */
  domain: string;
  /** Undefined is an omitted optional operand. */
  inputs: (Value | undefined)[];
  attributes: Attributes;
  readonly outputs: readonly Value[];
  /** The path of the module that asked for it; in the body of a function that is a module, from there on. */
  scope: string;
}

export interface Output {
  readonly name: string;
  value: Value;
}

export class Graph {
  readonly name: string;
  readonly inputs: Value[] = [];
  nodes: Node[] = [];
  readonly outputs: Output[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

/** A function of the model's own (ONNX `FunctionProto`): a graph that nodes call by name. */
export interface LocalFunction {
  readonly name: string;
  readonly graph: Graph;
  /** `functionDomain` where it is not given. */
  readonly domain?: string;
  readonly docString?: string;
}

export const isConstant = (value: Value | undefined): boolean => value?.source.kind === 'constant';

/** The array behind a constant; undefined for other values. */
export const constantData = (value: Value | undefined): TensorData | undefined =>
  value?.source.kind === 'constant' ? value.source.data : undefined;

/** The node that makes `value`; undefined for inputs and constants. */
export const producerOf = (value: Value | undefined): Node | undefined => (value?.source.kind === 'node' ? value.source.node : undefined);

const noGraphs: readonly Graph[] = [];

/** The graphs among the attributes of `node`: bodies of `Scan`, `Loop`, `If`. */
export function subgraphsOf({ attributes }: Node): readonly Graph[] {
  if (attributes.body?.kind !== 'graph' && attributes.then_branch?.kind !== 'graph') return noGraphs;
  return Object.values(attributes).flatMap((attribute) => (attribute.kind === 'graph' ? [attribute.value] : []));
}

/** Calls `visit` for `graph` and every graph inside it, innermost last. */
export function forEachGraph(graph: Graph, visit: (graph: Graph) => void): void {
  visit(graph);
  for (const node of graph.nodes) for (const inner of subgraphsOf(node)) forEachGraph(inner, visit);
}

/** The nodes of `graph` and of every graph inside it. */
export function countNodes(graph: Graph): number {
  let count = 0;
  forEachGraph(graph, ({ nodes }) => (count += nodes.length));
  return count;
}
