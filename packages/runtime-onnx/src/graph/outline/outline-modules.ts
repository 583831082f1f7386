/**
 * Modules as local functions (ONNX `FunctionProto`): the nodes that one module made become one node, the call of a function whose
 * body they are, and so on inside it. Bodies that are equal are one function, with the weights as operands.
 */
import { smallElements } from '../constants.js';
import { forEachGraph, Graph, type LocalFunction, moduleDomain, type Node, subgraphsOf, type Value } from '../graph.js';
import { bodyText } from './body-text.js';
import { replaceReads, valuesReadBy } from './reads.js';
import { scheduleRuns } from './schedule.js';

export interface OutlineOptions {
  /** The class of the module at each path. */
  readonly kinds: ReadonlyMap<string, string>;
  /** Rewrites the body of a function; nothing else sees across its border. */
  readonly optimize: (graph: Graph) => void;
}

/** Bounds of what is written into the body: what differs from one module to the next must be an operand, so that they can share it. */
const mostShapeElements = 64;
const staysInside = ({ dtype, source }: Value): boolean => {
  if (source.kind !== 'constant' || source.name !== undefined) return false;
  const isWhole = dtype.startsWith('int') || dtype.startsWith('uint') || dtype === 'bool';
  return smallElements(source.data, isWhole ? mostShapeElements : 1) !== undefined;
};

/**
 * The module that `node` belongs to, seen from the module at `path`: `Block_0` from `''`, `Block_0/Dense_1` from `Block_0`; undefined for what the
 * module does itself. In the body of a loop there may be a module from elsewhere, such as the cell that was handed to a recurrent network.
 */
function childOf(path: string, { scope }: Node): string | undefined {
  const here = path === '' ? [] : path.split('/');
  const there = scope === '' ? [] : scope.split('/');
  const parted = here.findIndex((name, i) => name !== there[i]);
  const shared = parted < 0 ? here.length : parted;
  return there.length > shared ? there.slice(0, shared + 1).join('/') : undefined;
}

/** `params/Block_0/Dense_0/kernel` is `Dense_0/kernel` to `Block_0`. */
function parameterName({ source }: Value, path: string): string {
  const name = source.kind === 'node' ? undefined : source.name;
  const at = name?.lastIndexOf(`${path}/`) ?? -1;
  return at < 0 ? 'input' : name!.slice(at + path.length + 1);
}

/** The class of a module whose name says it: `Dense_0` is a `Dense`. */
const kindOfName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/_\d+$/, '').replaceAll(/\W/g, '_');

interface Level {
  readonly nodes: Node[];
  /** What the nodes made before, and make now. */
  readonly moved: ReadonlyMap<Value, Value>;
}

class Outliner {
  readonly #options: OutlineOptions;
  /** Functions by the name under which nodes call them until the end: a class may be called like an operator that passes look for. */
  readonly #functions = new Map<string, LocalFunction>();
  readonly #byBody = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(options: OutlineOptions) {
    this.#options = options;
  }

  outline(graph: Graph, path: string): void {
    const { nodes, moved } = this.#level(graph.nodes, path, new Set(graph.outputs.map(({ value }) => value)));
    graph.nodes = nodes;
    for (const output of graph.outputs) output.value = moved.get(output.value) ?? output.value;
  }

  /** Functions in an order in which each stands behind those that it calls; nodes call them by their own names from now on. */
  finish(graph: Graph): readonly LocalFunction[] {
    const functions = [...this.#functions.values()];
    for (const root of [graph, ...functions.map((one) => one.graph)]) {
      forEachGraph(root, ({ nodes }) => {
        for (const node of nodes) if (node.domain === moduleDomain) node.op = this.#functions.get(node.op)!.name;
      });
    }
    return functions;
  }

  /** Nodes that a module at `path` made, those of the modules in it as calls. `needed` is read from outside. */
  #level(nodes: readonly Node[], path: string, needed: ReadonlySet<Value>): Level {
    const runs = scheduleRuns(nodes, (node) => childOf(path, node));
    const readers = new Map<Value, Set<number>>();
    runs.forEach((run, i) => {
      for (const node of run.nodes) {
        for (const value of valuesReadBy(node)) readers.set(value, (readers.get(value) ?? new Set()).add(i));
      }
    });
    const moved = new Map<Value, Value>();
    const result = runs.flatMap(({ group, nodes: own }, i) => {
      if (group === undefined) {
        for (const node of own) for (const inner of subgraphsOf(node)) this.outline(inner, path);
        return own;
      }
      const isRead = (value: Value): boolean => needed.has(value) || [...(readers.get(value) ?? [])].some((reader) => reader !== i);
      const outputs = own.flatMap((node) => node.outputs).filter(isRead);
      const call = this.#call(own, group, outputs);
      outputs.forEach((output, at) => moved.set(output, call.outputs[at]!));
      return [call];
    });
    for (const node of result) replaceReads(node, moved);
    return { nodes: result, moved };
  }

  /** One node for `nodes`, which made `outputs` for others. */
  #call(nodes: readonly Node[], path: string, outputs: readonly Value[]): Node {
    const level = this.#level(nodes, path, new Set(outputs));
    const made = new Set(level.nodes.flatMap((node) => node.outputs));
    const operands = [...new Set(level.nodes.flatMap((node) => [...valuesReadBy(node)]))].filter((value) => !made.has(value) && !staysInside(value));

    const body = new Graph(path);
    const parameters = operands.map((value): Value => ({ dtype: value.dtype, shape: value.shape, source: { kind: 'input', name: parameterName(value, path) } }));
    body.inputs.push(...parameters);
    const replacements = new Map(operands.map((value, i) => [value, parameters[i]!]));
    for (const node of level.nodes) replaceReads(node, replacements);
    for (const node of level.nodes) relocate(node, path);
    body.nodes = level.nodes;
    outputs.forEach((value) => body.outputs.push({ name: 'output', value: level.moved.get(value) ?? value }));

    const results: Value[] = [];
    const call: Node = { op: this.#function(body, path), domain: moduleDomain, inputs: operands, attributes: {}, outputs: results, scope: path };
    for (const { dtype, shape } of outputs) results.push({ dtype, shape, source: { kind: 'node', node: call } });
    return call;
  }

  /** The function with this body: the one that is there, or a new one. */
  #function(body: Graph, path: string): string {
    const exact = `exact ${this.#kind(path)} ${bodyText(body, { shapes: true })}`;
    const known = this.#byBody.get(exact);
    if (known !== undefined) return known;
    this.#options.optimize(body);
    const general = `${this.#kind(path)} ${bodyText(body, { shapes: false })}`;
    const equal = this.#byBody.get(general);
    const key = equal ?? `${moduleDomain}:${this.#functions.size}`;
    if (equal === undefined) this.#functions.set(key, { name: this.#unique(this.#kind(path)), domain: moduleDomain, graph: body, docString: `${this.#kind(path)}, as at ${path}` });
    this.#byBody.set(exact, key).set(general, key);
    return key;
  }

  #kind(path: string): string {
    return this.#options.kinds.get(path) ?? kindOfName(path);
  }

  #unique(name: string): string {
    let free = name;
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`;
    this.#taken.add(free);
    return free;
  }
}

/** Paths of `node` and of what is inside it, seen from the module at `path`. */
function relocate(node: Node, path: string): void {
  if (node.scope === path) node.scope = '';
  else if (node.scope.startsWith(`${path}/`)) node.scope = node.scope.slice(path.length + 1);
  for (const { nodes } of subgraphsOf(node)) for (const inner of nodes) relocate(inner, path);
}

/**
 * Makes the modules of `graph` functions, in place, and gives the functions. Nodes of a module are gathered as far as the order of
 * computation lets them; where others must come between, as in a gradient, the module is called several times. `graph` itself is
 * left for its own passes.
 */
export function outlineModules(graph: Graph, options: OutlineOptions): { readonly functions: () => readonly LocalFunction[] } {
  const outliner = new Outliner(options);
  outliner.outline(graph, '');
  return { functions: () => outliner.finish(graph) };
}
