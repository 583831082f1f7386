/** A finished graph as the messages of the file format. */
import { type Dtype, isHalf, isStatic, type Shape, type TypedArray } from '@flaxon/tensor';
import { dataTypes } from '../format/data-type.js';
import { encodeTensor, type TensorData } from '../format/tensors.js';
import {
  attributeTypes,
  type OnnxAttribute,
  type OnnxFunction,
  type OnnxGraph,
  type OnnxNode,
  type OnnxOperatorSet,
  type OnnxShape,
  type OnnxValueInfo,
} from '../format/types.js';
import { type Attribute, forEachGraph, functionDomain, type Graph, type LocalFunction, moduleDomain, type Node, type Value } from './graph.js';
import { NameAuthority } from './names.js';

const textEncoder = new TextEncoder();

const shapeMessage = (shape: Shape): OnnxShape => ({ dim: shape.map((dim) => (isStatic(dim) ? { dimValue: dim } : { dimParam: dim.text })) });

const valueInfo = (name: string, { dtype, shape }: Value): OnnxValueInfo => ({
  name,
  type: { tensorType: { elemType: dataTypes[dtype], shape: shapeMessage(shape) } },
});

/** What is written on nodes for people to read. */
export interface Description {
  /** The class of the module at each path. */
  readonly moduleKinds?: ReadonlyMap<string, string>;
}

function attributeMessage(name: string, attribute: Attribute, names: NameAuthority, description: Description): OnnxAttribute {
  switch (attribute.kind) {
    case 'int':
      return { name, type: attributeTypes.int, i: attribute.value };
    case 'float':
      return { name, type: attributeTypes.float, f: attribute.value };
    case 'string':
      return { name, type: attributeTypes.string, s: textEncoder.encode(attribute.value) };
    case 'ints':
      return { name, type: attributeTypes.ints, ints: attribute.value };
    case 'graph':
      return { name, type: attributeTypes.graph, g: subgraphMessage(attribute.value, names, description) };
  }
}

function subgraphMessage(graph: Graph, names: NameAuthority, description: Description): OnnxGraph {
  nameInterface(graph, names);
  return graphMessage(graph, names, description);
}

function nodeMessage(node: Node, names: NameAuthority, description: Description): OnnxNode {
  const name = names.nameNode(node);
  const attribute = Object.entries(node.attributes).map(([key, value]) => attributeMessage(key, value, names, description));
  const kind = description.moduleKinds?.get(node.scope);
  return {
    input: node.inputs.map((input) => names.of(input)),
    output: node.outputs.map((output) => names.of(output)),
    name,
    opType: node.op,
    ...(attribute.length > 0 ? { attribute } : {}),
    ...(node.domain === '' ? {} : { domain: node.domain }),
    ...(kind === undefined ? {} : { docString: node.scope === '' ? kind : `${kind} at ${node.scope}` }),
  };
}

/** Constants used in `graph` or inside it, in the order of use. */
function constantsOf(graph: Graph): Value[] {
  const found = new Set<Value>();
  forEachGraph(graph, ({ nodes, outputs }) => {
    for (const node of nodes) for (const input of node.inputs) if (input?.source.kind === 'constant') found.add(input);
    for (const { value } of outputs) if (value.source.kind === 'constant') found.add(value);
  });
  return [...found];
}

/**
 * Gives the outputs of `graph` their names. An output that is an input, a constant, another output too, or a value of an
 * enclosing graph gets an `Identity` of its own, as the format wants.
 */
function nameOutputs(graph: Graph, names: NameAuthority): void {
  const own = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const output of graph.outputs) {
    if (names.has(output.value) || !own.has(output.value)) {
      const made: Value[] = [];
      const node: Node = { op: 'Identity', domain: '', inputs: [output.value], attributes: {}, outputs: made, scope: '' };
      made.push({ dtype: output.value.dtype, shape: output.value.shape, source: { kind: 'node', node } });
      graph.nodes.push(node);
      output.value = made[0]!;
    }
    names.assign(output.value, output.name);
  }
}

/** Inputs and outputs get their names first: they are the ones that callers know. */
function nameInterface(graph: Graph, names: NameAuthority): void {
  for (const input of graph.inputs) names.assign(input, input.source.kind === 'input' ? input.source.name : 'input');
  nameOutputs(graph, names);
}

function graphMessage(graph: Graph, names: NameAuthority, description: Description): OnnxGraph {
  return {
    name: graph.name,
    node: graph.nodes.map((node) => nodeMessage(node, names, description)),
    input: graph.inputs.map((input) => valueInfo(names.of(input), input)),
    output: graph.outputs.map(({ value }) => valueInfo(names.of(value), value)),
  };
}

/** A name for an unnamed constant: scalars show their value. */
function constantName(dtype: Dtype, { data, shape }: TensorData): string {
  if (data.length === 1 && !isHalf(dtype)) return `constants/${String(data[0])}`;
  return `constants/${dtype}[${shape.join(',')}]`;
}

interface NamedConstant {
  readonly name: string;
  readonly data: TensorData;
}

/** The names of arrays that callers know, such as the parameters of a bound module. */
export type ConstantNames = ReadonlyMap<TypedArray, string>;

/**
 * Constants in the order of use, those with names of their own first, so that they get them. An array that a pass only gave another shape is still
 * the parameter that it was.
 */
function nameConstants(graph: Graph, names: NameAuthority, known: ConstantNames): NamedConstant[] {
  const constants = constantsOf(graph).flatMap((value) => (value.source.kind === 'constant' ? [{ value, data: value.source.data, name: value.source.name ?? known.get(value.source.data.data) }] : []));
  const ordered = [...constants.filter(({ name }) => name !== undefined), ...constants.filter(({ name }) => name === undefined)];
  return ordered.map(({ value, data, name }) => {
    names.assign(value, name ?? constantName(value.dtype, data));
    return { name: names.of(value), data };
  });
}

export interface GraphDescription extends Description {
  readonly constantNames?: ConstantNames;
  readonly docString?: string;
}

/** The main graph of a model. */
export function serializeGraph(graph: Graph, { constantNames = new Map(), docString, ...description }: GraphDescription = {}): OnnxGraph {
  const names = new NameAuthority();
  nameInterface(graph, names);
  const initializer = nameConstants(graph, names, constantNames).map(({ name, data }) => encodeTensor(name, data));
  const message = graphMessage(graph, names, description);
  return { ...message, ...(initializer.length > 0 ? { initializer } : {}), ...(docString === undefined ? {} : { docString }) };
}

/** A local function. Functions have no initialisers: their constants are `Constant` nodes. */
export function serializeFunction({ name, graph, domain = functionDomain, docString }: LocalFunction, opset: number): OnnxFunction {
  const names = new NameAuthority();
  nameInterface(graph, names);
  const constants = nameConstants(graph, names, new Map()).map((constant): OnnxNode => ({
    opType: 'Constant',
    output: [constant.name],
    attribute: [{ name: 'value', type: attributeTypes.tensor, t: encodeTensor('', constant.data) }],
  }));
  return {
    name,
    domain,
    input: graph.inputs.map((input) => names.of(input)),
    output: graph.outputs.map(({ value }) => names.of(value)),
    node: [...constants, ...graph.nodes.map((node) => nodeMessage(node, names, {}))],
    opsetImport: opsetsOf([graph], opset),
    ...(docString === undefined ? {} : { docString }),
  };
}

/** The operator sets of the nodes in `graphs`: ONNX's, and the domains of local functions that they call. */
export function opsetsOf(graphs: readonly Graph[], opset: number): OnnxOperatorSet[] {
  const called = new Set<string>();
  for (const root of graphs) forEachGraph(root, ({ nodes }) => nodes.forEach(({ domain }) => called.add(domain)));
  return [{ domain: '', version: opset }, ...[functionDomain, moduleDomain].filter((domain) => called.has(domain)).map((domain) => ({ domain, version: 1 }))];
}
