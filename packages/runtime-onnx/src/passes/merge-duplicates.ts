import { contentKey, sameData } from '../graph/constants.js';
import { forEachGraph, type Graph, type Node, type Value } from '../graph/graph.js';
import { Uses } from './uses.js';

/** Larger constants are compared by identity alone. */
const comparedBytes = 1024;

/** Numbers values, so that nodes compare by text: equal small constants have one number. */
class Numbering {
  readonly #numbers = new Map<Value, number>();
  readonly #constants = new Map<string, Value>();
  #next = 0;

  /** The first constant that is equal to `value`; other values themselves. */
  canonical(value: Value): Value {
    if (value.source.kind !== 'constant' || value.source.name !== undefined) return value;
    const { data } = value.source;
    if (data.data.byteLength > comparedBytes) return value;
    const key = contentKey(data);
    const known = this.#constants.get(key);
    if (known?.source.kind === 'constant' && sameData(known.source.data, data)) return known;
    if (!known) this.#constants.set(key, value);
    return value;
  }

  of(value: Value | undefined): number {
    if (!value) return -1;
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.#next);
    return this.#next++;
  }
}

const commutative: ReadonlySet<string> = new Set(['Add', 'Mul', 'Max', 'Min', 'And', 'Or', 'Xor', 'Equal', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor']);

/** Equal for nodes that compute the same; undefined for those with bodies. */
function keyOf({ op, domain, inputs, attributes }: Node, numbers: Numbering): string | undefined {
  const entries = Object.entries(attributes);
  if (entries.some(([, attribute]) => attribute.kind === 'graph')) return undefined;
  const operands = inputs.map((input) => numbers.of(input));
  if (commutative.has(op) && operands.length === 2) operands.sort((a, b) => a - b);
  const text = entries.map(([name, { kind, value }]) => `${name}:${kind}:${String(value)}`).sort();
  return `${domain}.${op}(${operands.join(',')})${text.join(';')}`;
}

/** That a constant is another object is no change worth another round. */
function shareConstants(node: Node, numbers: Numbering, uses: Uses): void {
  const inputs = node.inputs.map((input) => input && numbers.canonical(input));
  if (inputs.some((input, i) => input !== node.inputs[i])) uses.rewrite(node, { inputs });
}

/** Of several nodes that compute the same in one graph, the first stays (common-subexpression elimination). */
export function mergeDuplicates(root: Graph): boolean {
  const uses = new Uses(root);
  const numbers = new Numbering();
  let changed = false;
  forEachGraph(root, (graph) => {
    const seen = new Map<string, Node>();
    for (const node of graph.nodes) {
      shareConstants(node, numbers, uses);
      const key = keyOf(node, numbers);
      if (key === undefined) continue;
      const first = seen.get(key);
      if (!first) {
        seen.set(key, node);
        continue;
      }
      node.outputs.forEach((output, i) => {
        if (uses.isUnused(output)) return;
        uses.replace(output, first.outputs[i]!);
        changed = true;
      });
    }
  });
  return changed;
}
