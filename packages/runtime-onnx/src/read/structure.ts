/** What values of a graph are made of, whatever their names. */
import { formatAttribute, formatGraph } from './print.js';
import type { LoadedAttribute, LoadedGraph, LoadedNode, LoadedTensor } from './view.js';

/** What a node is called: its name, or what it gives. */
export const nodeLabel = ({ name, operator, outputs }: LoadedNode): string => (name === '' ? `${operator} -> ${outputs.join(', ')}` : name);

/** Two FNV-1a hashes side by side, 64 bits: different texts of one graph practically never fall together. */
function hash(text: string): string {
  let [first, second] = [0x811c9dc5, 0x050c5d1f];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ (code + i), 0x01000193);
  }
  return `${(first >>> 0).toString(36)}.${(second >>> 0).toString(36)}`;
}

/** The bytes of a tensor, hashed: constants of equal content are made in the same way. */
function contentOf(tensor: LoadedTensor): string {
  const { rawData, ...rest } = tensor.message;
  const { name: _name, docString: _docString, ...content } = rest;
  const bytes = rawData === undefined ? '' : Array.from({ length: Math.ceil(rawData.length / 4096) }, (_, i) => hash(String.fromCharCode(...rawData.subarray(i * 4096, (i + 1) * 4096)))).join();
  return hash(`${String(tensor)}${bytes}${JSON.stringify(content, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`);
}

function attributeText(attribute: LoadedAttribute): string {
  if (attribute.kind === 'tensor') return attribute.value.size <= 16 ? formatAttribute(attribute, 16) : `${String(attribute.value)} #${contentOf(attribute.value)}`;
  if (attribute.kind === 'graph') return `graph #${hash(formatGraph(attribute.value))}`;
  if (attribute.kind === 'graphs') return `graphs #${hash(attribute.value.map(formatGraph).join('\n'))}`;
  return formatAttribute(attribute, Infinity);
}

/** Each attribute of a node as text that differs where the attribute does. */
export const attributeTexts = (node: LoadedNode): ReadonlyMap<string, string> => new Map([...node.attributes].map(([name, attribute]) => [name, attributeText(attribute)]));

/** For each name of `graph` a key of what it is: an input of that name, a constant of that content, or a node of that structure. */
export function structureKeys(graph: LoadedGraph): ReadonlyMap<string, string> {
  const keys = new Map<string, string>([['', '']]);
  for (const { name } of graph.inputs) keys.set(name, `input:${name}`);
  for (const tensor of graph.initializers) keys.set(tensor.name, `constant:${contentOf(tensor)}`);
  for (const node of graph.nodes) {
    const operands = node.inputs.map((name) => keys.get(name) ?? `outer:${name}`);
    const key = hash(`${node.operator}(${operands.join(',')})${JSON.stringify([...attributeTexts(node)])}`);
    node.outputs.forEach((name, i) => keys.set(name, `${key}.${i}`));
  }
  return keys;
}
