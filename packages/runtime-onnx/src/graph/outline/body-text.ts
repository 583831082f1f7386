/** Bodies of functions as text: equal for bodies that compute the same from their operands. */
import { formatSpec } from '@flaxon/tensor';
import type { TensorData } from '../../format/tensors.js';
import type { Attribute, Graph, Node, Value } from '../graph.js';

class Writer {
  readonly #numbers = new Map<Value, number>();
  readonly #lines: string[] = [];
  readonly #withShapes: boolean;

  constructor(withShapes: boolean) {
    this.#withShapes = withShapes;
  }

  #define(value: Value): string {
    const number = this.#numbers.size;
    this.#numbers.set(value, number);
    return `%${number}`;
  }

  #read(value: Value | undefined): string {
    if (value === undefined) return '_';
    if (value.source.kind === 'constant') return this.#constant(value.source.data);
    const number = this.#numbers.get(value);
    return number === undefined ? this.#define(value) : `%${number}`;
  }

  #constant(data: TensorData): string {
    const elements = Array.from(data.data as ArrayLike<number | bigint>, (element) => (Object.is(element, -0) ? '-0' : String(element)));
    return `${data.dtype}[${data.shape.join(',')}](${elements.join(',')})`;
  }

  #attribute([name, attribute]: readonly [string, Attribute]): string {
    if (attribute.kind !== 'graph') return `${name}:${attribute.kind}=${String(attribute.value)}`;
    return `${name}={\n${this.graph(attribute.value, true)}}`;
  }

  #node(node: Node): void {
    const attributes = Object.entries(node.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const operands = node.inputs.map((input) => this.#read(input)).join(',');
    const inner = attributes.map((entry) => this.#attribute(entry)).join(';');
    const outputs = node.outputs.map((output) => this.#define(output)).join(',');
    this.#lines.push(`${outputs}=${node.domain}.${node.op}(${operands})[${inner}]@${node.scope}`);
  }

  /** The inputs of a subgraph carry their types in the file, so that they always count. */
  graph({ inputs, nodes, outputs }: Graph, typed: boolean): string {
    for (const input of inputs) {
      const name = this.#define(input);
      this.#lines.push(typed ? `${name}: ${formatSpec(input)}` : name);
    }
    for (const node of nodes) this.#node(node);
    this.#lines.push(`return ${outputs.map(({ value }) => (typed ? `${this.#read(value)}: ${formatSpec(value)}` : this.#read(value))).join(',')}`);
    return this.#lines.splice(0).join('\n');
  }

  body(graph: Graph): string {
    return this.graph(graph, this.#withShapes);
  }
}

/**
 * `shapes` says whether operands must have the same shapes and dtypes too: two `MatMul`s are one function whatever they multiply, but
 * a rewrite may fit one of them only. The scopes of nodes count: they are names that people read.
 */
export const bodyText = (graph: Graph, { shapes }: { readonly shapes: boolean }): string => new Writer(shapes).body(graph);
