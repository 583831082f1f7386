/** Every node of a model as ONNX Runtime sees it: functions inlined, with the dtype that chooses its kernel. */
import type { Dtype } from '@flaxon/tensor';
import type { OnnxFunction, OnnxGraph, OnnxModelData, OnnxNode } from '../format/types.js';
import { declaredDtypes, kernelDtype, outputDtypes, type ValueDtypes } from './dtypes.js';

export interface WalkedNode {
  readonly node: OnnxNode;
  /** The name of the node, behind those of the functions around it. */
  readonly name: string;
  readonly dtype: Dtype | undefined;
  /** What it reads and makes, under names that are unique in the model; an omitted operand is ''. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What the bodies of a loop or branch read from outside. */
  readonly captured: readonly string[];
  /** How deep in bodies of loops and branches it lies. */
  readonly depth: number;
}

/** Where a name of a graph or function leads to in the whole model. */
type Names = ReadonlyMap<string, string>;

interface Frame {
  readonly prefix: string;
  readonly names: Map<string, string>;
  readonly dtypes: ValueDtypes;
  readonly depth: number;
}

class Walker {
  readonly nodes: WalkedNode[] = [];
  /** Initialisers and constants: they are wherever they are needed. */
  readonly constants = new Set<string>();
  readonly #functions: ReadonlyMap<string, OnnxFunction>;

  constructor(functions: readonly OnnxFunction[]) {
    this.#functions = new Map(functions.map((one) => [`${one.domain ?? ''}:${one.name ?? ''}`, one]));
  }

  graph(graph: OnnxGraph, { prefix, names, dtypes, depth }: Frame): readonly (Dtype | undefined)[] {
    const frame: Frame = { prefix, names: new Map(names), dtypes: declaredDtypes(graph, dtypes), depth };
    for (const { name = '' } of graph.input ?? []) frame.names.set(name, `${prefix}${name}`);
    for (const { name = '' } of graph.initializer ?? []) {
      frame.names.set(name, `${prefix}${name}`);
      this.constants.add(`${prefix}${name}`);
    }
    for (const node of graph.node ?? []) this.#node(node, frame);
    return (graph.output ?? []).map(({ name = '' }) => frame.dtypes.get(name));
  }

  #node(node: OnnxNode, frame: Frame): void {
    const { opType = '', domain = '', input = [], output = [] } = node;
    const called = this.#functions.get(`${domain}:${opType}`);
    if (called) return this.#call(node, called, frame);
    const bodies = (node.attribute ?? []).flatMap(({ g }) => (g ? [g] : []));
    const name = `${frame.prefix}${node.name ?? opType}`;
    const at = this.nodes.length;
    const found = bodies.map((body) => this.graph(body, { ...frame, prefix: `${name}/`, depth: frame.depth + 1 }));
    const dtypes = found.length === 0 ? outputDtypes(node, frame.dtypes) : found[0]!.slice(opType === 'Loop' ? 1 : 0);
    output.forEach((one, i) => {
      frame.names.set(one, `${frame.prefix}${one}`);
      frame.dtypes.set(one, dtypes[i]);
      if (opType === 'Constant') this.constants.add(`${frame.prefix}${one}`);
    });
    if (opType === 'Constant') return;
    const inside = this.nodes.splice(at);
    const made = new Set(inside.flatMap(({ outputs }) => outputs));
    const own = new Set(bodies.flatMap((body) => (body.input ?? []).map((one) => `${name}/${one.name ?? ''}`)));
    const captured = [...new Set(inside.flatMap((inner) => [...inner.inputs, ...inner.captured]))].filter((value) => value !== '' && !made.has(value) && !own.has(value));
    this.nodes.push({
      node,
      name,
      dtype: kernelDtype(node, frame.dtypes),
      inputs: input.map((one) => resolve(one, frame.names)),
      outputs: output.map((one) => (one === '' ? '' : frame.names.get(one)!)),
      captured,
      depth: frame.depth,
    });
    this.nodes.push(...inside);
  }

  /** The body of a function in the place of its call: its operands are those of the call, by their names there. */
  #call(node: OnnxNode, { input = [], output = [], node: body = [] }: OnnxFunction, frame: Frame): void {
    const operands = node.input ?? [];
    const prefix = `${frame.prefix}${node.name ?? node.opType ?? ''}/`;
    const inner: Frame = {
      prefix,
      names: new Map(input.map((name, i) => [name, resolve(operands[i] ?? '', frame.names)])),
      dtypes: new Map(input.map((name, i) => [name, frame.dtypes.get(operands[i] ?? '')])),
      depth: frame.depth,
    };
    for (const one of body) this.#node(one, inner);
    output.forEach((name, i) => {
      const outer = node.output?.[i] ?? '';
      frame.names.set(outer, resolve(name, inner.names));
      frame.dtypes.set(outer, inner.dtypes.get(name));
    });
  }
}

const resolve = (name: string, names: Names): string => (name === '' ? '' : (names.get(name) ?? name));

export interface WalkedModel {
  readonly nodes: readonly WalkedNode[];
  readonly constants: ReadonlySet<string>;
}

export function walkModel({ graph = {}, functions = [] }: OnnxModelData): WalkedModel {
  const walker = new Walker(functions);
  walker.graph(graph, { prefix: '', names: new Map(), dtypes: new Map(), depth: 0 });
  return { nodes: walker.nodes, constants: walker.constants };
}
