/** Gives every node and value of a model a name: the only place where names are made. No two are equal, in subgraphs either. */
import { moduleDomain, type Node, type Value } from './graph.js';

export class NameAuthority {
  readonly #taken = new Map<string, number>();
  readonly #values = new Map<Value, string>();

  /** `wanted`, or with the first free number behind it. */
  unique(wanted: string): string {
    const count = this.#taken.get(wanted);
    if (count === undefined) {
      this.#taken.set(wanted, 1);
      return wanted;
    }
    this.#taken.set(wanted, count + 1);
    return this.unique(`${wanted}_${count}`);
  }

  /** Reserves `name` for `value`. */
  assign(value: Value, name: string): void {
    this.#values.set(value, this.unique(name));
  }

  has(value: Value): boolean {
    return this.#values.has(value);
  }

  /** The name of a value; the empty name for an omitted operand. */
  of(value: Value | undefined): string {
    if (value === undefined) return '';
    const name = this.#values.get(value);
    if (name === undefined) throw new Error('a value is used before it has a name');
    return name;
  }

  /** Names `node` by its module path and operator, the call of a module by its path alone, and its unnamed outputs after it. */
  nameNode(node: Node): string {
    const name = this.unique(wantedName(node));
    node.outputs.forEach((output, i) => {
      if (this.has(output)) return;
      // A node and its first output may share a name: they live in different name spaces of the format.
      if (i === 0) this.#values.set(output, name);
      else this.assign(output, `${name}.${i}`);
    });
    return name;
  }
}

function wantedName({ op, domain, scope }: Node): string {
  if (scope === '') return op;
  return domain === moduleDomain ? scope : `${scope}/${op}`;
}
