/** Models as text: one line a node, in the order of the file. */
import { ModelFormatError } from '../errors/model-format-error.js';
import type { OnnxType } from '../format/types.js';
import { formatType } from './types.js';
import type { LoadedAttribute, LoadedGraph, LoadedModel, LoadedNode, LoadedTensor, LoadedValue } from './view.js';

export interface PrintOptions {
  /** At most so many elements of lists, and of small tensors, are printed; 8 by default. */
  readonly elements?: number;
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** Texts from files may hold line breaks and the like. */
const oneLine = (text: string, most = 200): string => {
  const escaped = JSON.stringify(text).slice(1, -1);
  return escaped.length > most ? `${escaped.slice(0, most)}...` : escaped;
};

const list = (elements: readonly unknown[], most: number): string =>
  `[${elements.slice(0, most).map(String).join(', ')}${elements.length > most ? `, ... ${elements.length - most} more` : ''}]`;

/** A constant: its type, and its elements where they are few and in the file. What cannot be read says why. */
function formatTensor(tensor: LoadedTensor, most: number): string {
  try {
    const { external } = tensor;
    if (external) return `${String(tensor)} in ${oneLine(external.location)} at ${external.offset}`;
    if (tensor.dtype === undefined || tensor.size > most) return String(tensor);
    return `${String(tensor)} ${list(Array.from<number | bigint>(tensor.read().data()), most)}`;
  } catch (error) {
    if (error instanceof ModelFormatError) return `(${error.message})`;
    throw error;
  }
}

/** An attribute as text; graphs are named, and printed below their node. */
export function formatAttribute(attribute: LoadedAttribute, most = 8): string {
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return String(attribute.value);
    case 'string':
      return `"${oneLine(attribute.value)}"`;
    case 'tensor':
      return formatTensor(attribute.value, most);
    case 'graph':
      return `graph ${oneLine(attribute.value.name)}`;
    case 'ints':
    case 'floats':
      return list(attribute.value, most);
    case 'strings':
      return list(attribute.value.map((text) => `"${oneLine(text)}"`), most);
    case 'tensors':
      return list(attribute.value.map((tensor) => formatTensor(tensor, most)), most);
    case 'graphs':
      return list(attribute.value.map(({ name }) => `graph ${oneLine(name)}`), most);
    case 'type':
      return formatType(attribute.value);
    case 'types':
      return list(attribute.value.map((type: OnnxType) => formatType(type)), most);
    case 'sparse tensor':
      return 'a sparse tensor';
    case 'sparse tensors':
      return `${attribute.value.length} sparse tensors`;
    case 'reference':
      return `@${oneLine(attribute.value)}`;
  }
}

const graphsOf = (attribute: LoadedAttribute): readonly LoadedGraph[] => (attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : []);

/** `a, b = Operator(x, y) {axis: 1}`, and the graphs of its attributes below. */
function nodeLines(node: LoadedNode, most: number): string[] {
  const attributes = [...node.attributes];
  const written = attributes.map(([name, attribute]) => `${oneLine(name)}: ${formatAttribute(attribute, most)}`);
  const names = (all: readonly string[]): string => all.map((name) => (name === '' ? '_' : oneLine(name))).join(', ');
  const line = `${names(node.outputs)} = ${oneLine(node.operator)}(${names(node.inputs)})${written.length > 0 ? ` {${written.join(', ')}}` : ''}`;
  const inner = attributes.flatMap(([name, attribute]) => graphsOf(attribute).flatMap((graph) => [`${oneLine(name)}:`, ...indent(graphLines(graph, most))]));
  return [line, ...indent(inner)];
}

const valueLine = (kind: string, { name, typeText }: LoadedValue): string => `${kind} ${oneLine(name)}: ${typeText}`;

function graphLines(graph: LoadedGraph, most: number): string[] {
  return [
    ...graph.inputs.map((input) => valueLine('input', input)),
    ...graph.initializers.map((tensor) => `constant ${oneLine(tensor.name)}: ${formatTensor(tensor, most)}`),
    ...graph.nodes.flatMap((node) => nodeLines(node, most)),
    ...graph.outputs.map((output) => valueLine('output', output)),
  ];
}

/** A graph as text. */
export const formatGraph = (graph: LoadedGraph): string => graphLines(graph, 16).join('\n');

/** The whole of a model as text: one line a node, in the order of the file; graphs of attributes below their node. */
export function formatModel(model: LoadedModel, { elements: most = 8 }: PrintOptions = {}): string {
  const opsets = Object.entries(model.opsets).map(([domain, version]) => (domain === '' ? `opset ${version}` : `${oneLine(domain)} ${version}`));
  const metadata = Object.entries(model.metadata).map(([key, value]) => `${oneLine(key)}: ${oneLine(value)}`);
  const functions = model.functions.flatMap((one) => [`function ${oneLine(one.operator)}${one.attributes.length > 0 ? ` {${one.attributes.map((name) => oneLine(name)).join(', ')}}` : ''}`, ...indent(graphLines(one.body, most))]);
  return [
    [`model ${oneLine(model.producer) || '(no producer)'}`, `IR version ${model.irVersion ?? '?'}`, ...opsets].join(', '),
    ...(metadata.length > 0 ? ['metadata', ...indent(metadata)] : []),
    `graph ${oneLine(model.graph.name)}`,
    ...indent(graphLines(model.graph, most)),
    ...functions,
  ].join('\n');
}
