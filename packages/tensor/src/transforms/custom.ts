import { ArgumentError } from '../errors/errors.js';
import { bind } from '../program/bind.js';
import type { CallRule } from '../primitives/call-rules.js';
import { zerosLike } from '../ops/create.js';
import { add } from '../ops/elementwise.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, leafCount, requireSameStructure, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { flattenTensors, stage, unstage } from './function.js';

type AnyTree = Tree<Tensor>;

export interface NondiffOptions<N extends readonly number[]> {
  /**
   * Arguments without a derivative: anything, such as functions and numbers, handed on as it is. The rules get them first, apart from the
   * others.
   */
  readonly nondiffArgnums?: N;
}

/** The arguments that `N` names, in its order. */
type Nondiff<Args extends readonly unknown[], N extends readonly number[]> = { -readonly [K in keyof N]: Args[N[K]] };

/** The arguments that `N` does not name. */
type Diff<Args extends readonly unknown[], N extends readonly number[]> = N extends readonly [] ? Args : number extends Args['length'] ? Args : Without<Args, N[number], []>;

type Without<Args extends readonly unknown[], Index extends number, Before extends readonly unknown[]> = Args extends readonly [infer First, ...infer Rest]
  ? Before['length'] extends Index ? Without<Rest, Index, [...Before, unknown]> : [First, ...Without<Rest, Index, [...Before, unknown]>]
  : [];

interface Split {
  readonly nondiff: readonly unknown[];
  readonly diff: readonly unknown[];
  /** All arguments, with others in the places of those that are differentiated. */
  readonly restore: (diff: readonly unknown[]) => readonly unknown[];
}

function splitArguments(kind: string, args: readonly unknown[], nondiffArgnums: readonly number[]): Split {
  const outside = nondiffArgnums.find((i) => !(i in args));
  if (outside !== undefined) throw new ArgumentError(kind, 'nondiffArgnums', `names argument ${outside} of ${args.length}`);
  return {
    nondiff: nondiffArgnums.map((i) => args[i]),
    diff: args.filter((_, i) => !nondiffArgnums.includes(i)),
    restore: (diff) => {
      const rest = [...diff];
      return args.map((arg, i) => (nondiffArgnums.includes(i) ? arg : rest.shift()));
    },
  };
}

/** Makes a call equation with the author's rule. Tensors that `f` takes from outside have no derivative through it. */
function callWith(kind: string, name: string, f: (args: readonly unknown[]) => AnyTree, split: Split, rule: (structure: TreeStructure, result: () => TreeStructure, own: number) => CallRule): AnyTree {
  const { leaves, structure } = flattenTensors(kind, split.diff);
  const staged = stage((tree) => f(split.restore(tree as readonly unknown[])), structure, leaves);
  if (staged.plain.size > 0) throw new ArgumentError(kind, 'f', 'must return a tree of tensors');
  const params = { name: `${kind}:${name}`, attributes: {}, body: staged.program, rule: rule(structure, () => staged.structure, leaves.length) };
  return unstage(staged, bind('call', [...leaves, ...staged.captures], params));
}

/** `rule(...nondiff, primals, tangents)` gives `[value, tangent]`; without `nondiffArgnums` it is `rule(primals, tangents)`. */
export type CustomJvp<Args extends readonly unknown[], R extends AnyTree, N extends readonly number[] = readonly []> = (
  ...given: [...Nondiff<Args, N>, Diff<Args, N>, Diff<Args, N>]
) => readonly [R, R];

/**
 * `f` with a derivative of its own (jax.custom_jvp): `rule(primals, tangents)` gives `[value, tangent]`; the tangent must be
 * linear in the tangents. Works in both modes.
 */
export function customJvp<Args extends readonly unknown[], R extends AnyTree, const N extends readonly number[] = readonly []>(
  f: (...args: Args) => R,
  rule: CustomJvp<Args, R, N>,
  { nondiffArgnums }: NondiffOptions<N> = {},
): (...args: Args) => R {
  return (...args) => {
    const split = splitArguments('customJvp', args, nondiffArgnums ?? []);
    return callWith('customJvp', f.name, (given) => f(...(given as Args)), split, (structure, result, own) => ({
      kind: 'jvp',
      jvp: (primals, tangents) => {
        const moves = primals.slice(0, own).map((primal, i) => tangents[i] ?? zerosLike(primal));
        const given = [...split.nondiff, unflatten<Tensor>(structure, primals.slice(0, own)), unflatten<Tensor>(structure, moves)];
        const [, tangent] = rule(...(given as readonly unknown[] as Parameters<typeof rule>));
        const flat = flatten<Tensor>(tangent);
        requireSameStructure(result(), flat.structure);
        return flat.leaves;
      },
    })) as R;
  };
}

/** The tangent of the value from the tangent of one argument, the value and all arguments; linear in the tangent. */
export type ArgumentJvp<Args extends readonly Tensor[]> = (tangent: Tensor, value: Tensor, ...primals: Args) => Tensor;

/**
 * `f` of tensors with a derivative of its own for each argument (jax.custom_jvp's `defjvps`); null where an argument has none. What they give is
 * added up.
 *
 *     const f = customJvps((x, y) => sin(x) * y, [(t, _, x, y) => t * cos(x) * y, null]);
 */
export function customJvps<Args extends readonly Tensor[]>(f: (...args: Args) => Tensor, rules: { readonly [K in keyof Args]: ArgumentJvp<Args> | null }): (...args: Args) => Tensor {
  return customJvp(f, (primals: Args, tangents: Args) => {
    const value = f(...primals);
    const moved = (rules as readonly (ArgumentJvp<Args> | null)[]).flatMap((rule, i) => (rule ? [rule(tangents[i]!, value, ...primals)] : []));
    return [value, moved.length === 0 ? zerosLike(value) : moved.reduce((sum, one) => add(sum, one))] as const;
  });
}

export interface CustomVjp<Args extends readonly unknown[], R extends AnyTree, Residuals extends AnyTree, N extends readonly number[] = readonly []> extends NondiffOptions<N> {
  /** The value, and what `backward` needs. Takes all arguments, in their places. */
  readonly forward: (...args: Args) => readonly [R, Residuals];
  /** The cotangents of the arguments (of those that are differentiated); null for one that has none. */
  readonly backward: (...given: [...Nondiff<Args, N>, Residuals, R]) => readonly AnyTree[];
}

/**
 * `f` with a reverse-mode derivative of its own (jax.custom_vjp). Forward mode through it is an error. With `nondiffArgnums`, `backward` is
 * `(...nondiff, residuals, cotangent)`.
 */
export function customVjp<Args extends readonly unknown[], R extends AnyTree, Residuals extends AnyTree, const N extends readonly number[] = readonly []>(
  f: (...args: Args) => R,
  { forward, backward, nondiffArgnums }: CustomVjp<Args, R, Residuals, N>,
): (...args: Args) => R {
  return (...args) => {
    const split = splitArguments('customVjp', args, nondiffArgnums ?? []);
    return callWith('customVjp', f.name, (given) => f(...(given as Args)), split, (structure, result, own) => {
      let residualStructure: TreeStructure = { kind: 'none' };
      return {
        kind: 'vjp',
        forward: (primals) => {
          const given = split.restore(unflatten<Tensor>(structure, primals.slice(0, own)) as readonly unknown[]);
          const [value, residuals] = forward(...(given as readonly unknown[] as Args));
          const flat = flatten<Tensor>(residuals);
          residualStructure = flat.structure;
          return { outputs: flatten<Tensor>(value).leaves, residuals: flat.leaves };
        },
        backward: (residuals, cotangents) => {
          const given = [...split.nondiff, unflatten<Tensor>(residualStructure, residuals), unflatten<Tensor>(result(), cotangents)];
          return spreadCotangents(structure, backward(...(given as readonly unknown[] as Parameters<typeof backward>)));
        },
      };
    }) as R;
  };
}

/** Cotangents by leaf of the arguments; null for all leaves of an argument that has none. */
function spreadCotangents(structure: TreeStructure, given: readonly AnyTree[]): (Tensor | null)[] {
  const children = structure.kind === 'array' ? structure.children : [];
  if (given.length !== children.length) throw new ArgumentError('customVjp', 'backward', `must return one cotangent for each of the ${children.length} arguments, found ${given.length}`);
  return children.flatMap((child, i) => {
    const one = given[i] ?? null;
    if (one === null) return Array.from({ length: leafCount(child) }, () => null);
    const flat = flatten<Tensor>(one);
    requireSameStructure(child, flat.structure);
    return flat.leaves;
  });
}

/** The same value, through which no derivative flows (jax.lax.stop_gradient). Takes a tree. */
export function stopGradient<T extends AnyTree>(tree: T): T {
  const { leaves, structure } = flattenTensors('stopGradient', tree);
  return unflatten(structure, leaves.map((leaf) => bind('stopGradient', [leaf], {})[0]!)) as T;
}
