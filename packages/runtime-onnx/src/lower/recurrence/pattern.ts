/** Patterns of equations: what computes an atom, up to the order of sums and products. */
import type { Atom, Equation, Primitive, Program, Variable } from '@flaxon/tensor';

export type Pattern =
  /** Any atom; the same one wherever the name occurs. */
  | { readonly kind: 'hole'; readonly name: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'operation'; readonly primitive: Primitive; readonly operands: readonly Pattern[] };

export const hole = (name: string): Pattern => ({ kind: 'hole', name });
export const number = (value: number): Pattern => ({ kind: 'number', value });
export const operation = (primitive: Primitive, ...operands: readonly Pattern[]): Pattern => ({ kind: 'operation', primitive, operands });

export type Bindings = Readonly<Record<string, Atom>>;

const commutative: ReadonlySet<Primitive> = new Set<Primitive>(['add', 'mul']);

/** The equation that makes each variable of a program. */
export type Producers = ReadonlyMap<Atom, Equation>;

export const producersOf = ({ equations }: Program): Producers =>
  new Map(equations.flatMap((equation) => equation.outputs.map((output): [Variable, Equation] => [output, equation])));

/** What the holes stand for where `atom` is computed as `pattern` says, with what is bound already; undefined where it is not. */
export function match(pattern: Pattern, atom: Atom, producers: Producers, bound: Bindings = {}): Bindings | undefined {
  switch (pattern.kind) {
    case 'hole': {
      const known = bound[pattern.name];
      if (known === undefined) return { ...bound, [pattern.name]: atom };
      return known === atom ? bound : undefined;
    }
    case 'number':
      return atom.kind === 'constant' && atom.shape.length === 0 && Number(atom.value.item()) === pattern.value ? bound : undefined;
    case 'operation': {
      const equation = producers.get(atom);
      if (equation?.primitive !== pattern.primitive) return undefined;
      const operands = equation.inputs;
      const orders = commutative.has(pattern.primitive) ? [operands, [...operands].reverse()] : [operands];
      for (const order of orders) {
        const found = matchAll(pattern.operands, order, producers, bound);
        if (found) return found;
      }
      return undefined;
    }
  }
}

function matchAll(patterns: readonly Pattern[], atoms: readonly Atom[], producers: Producers, bound: Bindings): Bindings | undefined {
  let found: Bindings | undefined = patterns.length === atoms.length ? bound : undefined;
  patterns.forEach((pattern, i) => (found = found && match(pattern, atoms[i]!, producers, found)));
  return found;
}
