/**
 * What a well-formed model keeps, beyond the bytes: names given once and before they are read (so no cycles), attributes named once, tensors whose elements
 * fill their shapes, external data below the model's folder, functions that do not call themselves (ONNX, IR.md).
 */
import { ModelFormatError } from '../errors/model-format-error.js';
import { externalPlace } from '../format/external-data.js';
import { dimsOf, isExternal } from '../format/tensors.js';
import type { OnnxFunction, OnnxGraph, OnnxModelData, OnnxNode, OnnxTensor } from '../format/types.js';
import { packedBytes, typeName } from './types.js';

const fault = (messageName: string, description: string): ModelFormatError => new ModelFormatError(description, { messageName });

/** How many elements the typed fields of `tensor` hold: two of complex numbers for each, several of the small types in one. */
function typedCount(tensor: OnnxTensor): number {
  const { floatData = [], doubleData = [], int32Data = [], int64Data = [], uint64Data = [], stringData = [] } = tensor;
  return floatData.length + doubleData.length + int32Data.length + int64Data.length + uint64Data.length + stringData.length;
}

function checkTensor(tensor: OnnxTensor): void {
  const size = dimsOf(tensor).reduce((product, dim) => product * dim, 1);
  const { dataType, rawData, name = '' } = tensor;
  const bytes = packedBytes(dataType, size);
  if (isExternal(tensor)) {
    const { length } = externalPlace(tensor);
    if (length !== undefined && bytes !== undefined && length !== bytes) throw fault('TensorProto', `tensor \`${name}\` needs ${bytes} bytes, its external data has ${length}`);
    return;
  }
  const typed = typedCount(tensor);
  if (rawData !== undefined && typed === 0) {
    if (bytes !== undefined && rawData.length !== bytes) throw fault('TensorProto', `tensor \`${name}\` needs ${bytes} bytes, found ${rawData.length}`);
    return;
  }
  const isPlain = dataType === 8 || (bytes !== undefined && !/^(complex|u?int[24]$|float4)/.test(typeName(dataType)));
  if (isPlain && typed !== size) throw fault('TensorProto', `tensor \`${name}\` needs ${size} elements, found ${typed}`);
}

/** Names that can be read at a place. */
class Names {
  readonly #own = new Set<string>();
  readonly #outer: Names | undefined;

  constructor(outer?: Names) {
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#own.has(name) || (this.#outer?.has(name) ?? false);
  }

  give(name: string, what: string): void {
    if (this.#own.has(name)) throw fault('GraphProto', `the name \`${name}\` is given twice in one graph, the second time by ${what}`);
    this.#own.add(name);
  }
}

function checkNode(node: OnnxNode, names: Names): void {
  const label = `node \`${node.name ?? ''}\` (${node.opType ?? ''})`;
  for (const name of node.input ?? []) {
    if (name !== '' && !names.has(name)) throw fault('NodeProto', `${label} reads \`${name}\`, which nothing before it gives`);
  }
  const attributes = new Set<string>();
  for (const { name = '', t, tensors = [], g, graphs = [] } of node.attribute ?? []) {
    if (attributes.has(name)) throw fault('NodeProto', `${label} has the attribute \`${name}\` twice`);
    attributes.add(name);
    for (const tensor of [...(t ? [t] : []), ...tensors]) checkTensor(tensor);
    for (const graph of [...(g ? [g] : []), ...graphs]) checkGraph(graph, new Names(names));
  }
  for (const name of node.output ?? []) if (name !== '') names.give(name, label);
}

function checkNodes(nodes: readonly OnnxNode[], outputs: readonly string[], names: Names): void {
  for (const node of nodes) checkNode(node, names);
  for (const name of outputs) if (!names.has(name)) throw fault('GraphProto', `nothing gives the output \`${name}\``);
}

function checkGraph(graph: OnnxGraph, names: Names): void {
  const inputs = new Set<string>();
  for (const { name = '' } of graph.input ?? []) {
    names.give(name, 'an input');
    inputs.add(name);
  }
  const initialized = new Set<string>();
  for (const tensor of [...(graph.initializer ?? []), ...(graph.sparseInitializer ?? []).map(({ values }) => values ?? {})]) {
    const name = tensor.name ?? '';
    if (initialized.has(name)) throw fault('GraphProto', `two initialisers have the name \`${name}\``);
    initialized.add(name);
    // An initialiser with the name of an input is its default.
    if (!inputs.has(name)) names.give(name, 'an initialiser');
  }
  for (const tensor of graph.initializer ?? []) checkTensor(tensor);
  checkNodes(graph.node ?? [], (graph.output ?? []).map(({ name = '' }) => name), names);
}

const keyOf = ({ domain = '', overload = '' }: OnnxNode | OnnxFunction, name: string): string => JSON.stringify([domain === 'ai.onnx' ? '' : domain, name, overload]);

/** Every node, those in graphs of attributes too. */
function* nodesIn(nodes: readonly OnnxNode[]): Generator<OnnxNode> {
  for (const node of nodes) {
    yield node;
    for (const { g, graphs = [] } of node.attribute ?? []) for (const graph of [...(g ? [g] : []), ...graphs]) yield* nodesIn(graph.node ?? []);
  }
}

/** @throws ModelFormatError where a function calls itself, directly or by others */
function checkCalls(functions: readonly OnnxFunction[]): void {
  const calls = new Map<string, Set<string>>();
  for (const one of functions) {
    const key = keyOf(one, one.name ?? '');
    if (calls.has(key)) throw fault('FunctionProto', `two functions have the name \`${one.name ?? ''}\``);
    calls.set(key, new Set([...nodesIn(one.node ?? [])].map((node) => keyOf(node, node.opType ?? ''))));
  }
  // Functions that call none that are left go, until none are left: those in a cycle stay. Each call is looked at once.
  const callers = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [key, called] of calls) {
    const inner = [...called].filter((one) => calls.has(one));
    open.set(key, inner.length);
    for (const one of inner) {
      const known = callers.get(one);
      if (known) known.push(key);
      else callers.set(one, [key]);
    }
  }
  const done = [...open].flatMap(([key, count]) => (count === 0 ? [key] : []));
  for (const key of done) {
    for (const caller of callers.get(key) ?? []) {
      const count = open.get(caller)! - 1;
      open.set(caller, count);
      if (count === 0) done.push(caller);
    }
  }
  const inCycle = [...open].find(([, count]) => count > 0);
  if (inCycle) throw fault('FunctionProto', `the function ${inCycle[0]} calls itself, or one that does`);
}

/** @throws ModelFormatError where the model breaks one of the rules above */
export function checkModel({ graph = {}, functions = [] }: OnnxModelData): void {
  checkGraph(graph, new Names());
  for (const { input = [], output = [], node = [] } of functions) {
    const names = new Names();
    for (const name of input) names.give(name, 'an input');
    checkNodes(node, output, names);
  }
  checkCalls(functions);
}
